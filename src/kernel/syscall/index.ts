/**
 * System calls as a scenario writes them: by name, with arguments of JSON, and the schema of those.
 *
 * Each call reads its arguments, asks the rules and gives back what is observed; {@link CALLS} has them all. It decides
 * nothing. It may import the rules of this layer, and is the door for layers that read scenarios.
 */
export * from "./acl-argument.ts";
export * from "./argument.ts";
export * from "./call.ts";
export * from "./id-ranges.ts";
export * from "./kid-argument.ts";
export * from "./path-argument.ts";
export * from "./registry.ts";
export * from "./tmpfs-options.ts";
export * from "./user-space.ts";
