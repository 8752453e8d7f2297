/** A few random worlds; random.slow.test.ts tries many. */
import { testRandom } from "./random.ts";

testRandom(20);
