/** A sample of each family of recorded vectors, on the running kernel; live.slow.test.ts runs them all. */
import { testFamilies } from "./families.ts";

testFamilies("sample", 25);
