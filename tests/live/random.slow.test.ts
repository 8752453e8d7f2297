/** Many random worlds on the running kernel. */
import { testRandom } from "./random.ts";
import { RANDOM_WORLDS } from "./random-worlds.ts";

for (const [name, worlds] of Object.entries(RANDOM_WORLDS)) testRandom(name, worlds, 300, "fresh");
