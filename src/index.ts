/**
 * Everything portable: ids and routes, maps as text, the rules of Linux, subordinate ids, scenarios, owners in tar
 * streams, manifests and images, explanations.
 *
 * A program that needs one layer imports that layer (`userns/core`); nothing here runs on import.
 */
export * from "./core/index.ts";
export * from "./explain/index.ts";
export * from "./formats/index.ts";
export * from "./image/index.ts";
export * from "./kernel/index.ts";
export * from "./manifest/index.ts";
export * from "./policy/index.ts";
export * from "./scenario/index.ts";
export * from "./shift/index.ts";
