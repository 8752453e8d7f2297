/**
 * Everything portable: ids and routes, maps as text, the routes of Linux, subordinate ids, owners in tar streams, explanations.
 *
 * A program that needs one layer imports that layer (`userns/core`); nothing here runs on import.
 */
export * from "./core/index.ts";
export * from "./explain/index.ts";
export * from "./formats/index.ts";
export * from "./kernel/index.ts";
export * from "./policy/index.ts";
export * from "./shift/index.ts";
