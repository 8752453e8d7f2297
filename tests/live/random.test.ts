/** A few random worlds of each kind on the running kernel; random.slow.test.ts tries many. */
import { testRandom } from "./random.ts";
import { RANDOM_WORLDS } from "./random-worlds.ts";

for (const [name, worlds] of Object.entries(RANDOM_WORLDS)) testRandom(name, worlds, 10, "fixed");
