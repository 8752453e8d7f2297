/**
 * What a running Linux shows: its user namespaces and their maps, read from /proc.
 *
 * This layer reads and never writes; what that means is for policy to say. It may import Node modules, and core, formats,
 * kernel and policy.
 */
export * from "./namespaces.ts";
export * from "./process-file.ts";
