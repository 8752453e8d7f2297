/** Many random worlds on the running kernel. */
import { testRandom } from "./random.ts";

testRandom(500);
