/**
 * Routes and verdicts in words: which line of which map an id went through, or why none fits; what a task may do with a
 * file and what would help; whether Linux would take a map, and the smallest change after which it does. As values and
 * as text.
 *
 * This layer reads what the layers below give and never decides anything again. It may import core, kernel, scenario,
 * and what lies beside kernel and scenario.
 */
export * from "./explain.ts";
export * from "./file-answer.ts";
export * from "./file-asked.ts";
export type { FileCheck } from "./file-check.ts";
export type { FileEditKind } from "./file-edit.ts";
export * from "./file-question.ts";
export * from "./file-repair.ts";
export * from "./file-text.ts";
export * from "./fs-map-text.ts";
export * from "./fsid.ts";
export * from "./isolated.ts";
export * from "./isolated-file.ts";
export * from "./isolated-nest.ts";
export * from "./layer-words.ts";
export * from "./map-answer-text.ts";
export * from "./map-asked.ts";
export * from "./map-question.ts";
export * from "./map-repair.ts";
export { mapScenario } from "./map-scenario.ts";
export * from "./map-tool.ts";
export * from "./plain-question.ts";
export * from "./process-file.ts";
export * from "./run-answer.ts";
export * from "./run-words.ts";
export * from "./text.ts";
export * from "./why/index.ts";
export * from "./world-view.ts";
