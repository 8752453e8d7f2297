import type { Engine } from "../../src/core/engine.ts";
import { temporaryEngine } from "../../src/kernel/temporary-engine.ts";

/** The engines that the tests of the Linux model run on. */
export const ENGINES: readonly Engine[] = [temporaryEngine()];
