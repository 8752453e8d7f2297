/**
 * Routes and verdicts in words: which line of which map an id went through, or why none fits; whether Linux would take
 * a map, and the smallest change after which it does. As values and as text.
 *
 * This layer reads what the layers below give and never decides anything again. It may import core, kernel, scenario,
 * and what lies beside kernel and scenario.
 */
export * from "./explain.ts";
export * from "./map-answer-text.ts";
export * from "./map-question.ts";
export * from "./map-repair.ts";
export * from "./map-tool.ts";
export * from "./text.ts";
