import { initSync as initTypescript } from "../../src/core/engine-ts.ts";
import { type Engine, initSync as initWasm } from "../../src/core/index.ts";

/** The engines that the tests of the Linux model run on. */
export const ENGINES: readonly Engine[] = [initWasm(), initTypescript()];
