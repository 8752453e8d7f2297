/**
 * Scenarios: a world to set up, calls to make in it, and the answers to expect; and recorded vectors read as such.
 *
 * This layer reads parsed JSON and replays it on an engine. It decides nothing: every answer is the kernel layer's, and
 * reading files is the caller's. It may import core, formats and kernel.
 */
export * from "./compare.ts";
export * from "./import-functions.ts";
export * from "./import-recorded.ts";
export * from "./import-vector.ts";
export { loadScenario } from "./load.ts";
export { importProposals } from "./proposals/import-proposals.ts";
export { isProposalTables } from "./proposals/table.ts";
export * from "./replay.ts";
export * from "./run-vector.ts";
export * from "./scenario.ts";
export * from "./schema.ts";
export * from "./script/run-script.ts";
export * from "./script/script.ts";
export { setupFsMaps, setupMap, setupMaps } from "./set-up.ts";
export * from "./source.ts";
