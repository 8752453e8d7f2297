/** Every recorded vector that needs no tool of user space, on the running kernel. */
import { testFamilies } from "./families.ts";

testFamilies("all", Number.POSITIVE_INFINITY);
