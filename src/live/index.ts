/**
 * A running Linux, read as it is: its user namespaces and their maps from /proc, its files, settings, tools and mounts.
 *
 * This layer reads and never writes, and tells what it was not let see; what that means is for policy to say. It may
 * import Node modules, the optional package koffi, and core, formats, kernel and policy.
 */
export { type ActingProcess, actingProcess } from "./acting-process.ts";
export { type FileOfProcess, fileOfProcess } from "./file-of-process.ts";
export { type HostPlace, readHost } from "./host.ts";
export type { IdmappedMount } from "./idmapped-mounts.ts";
export { type KernelCalls, kernelCalls } from "./kernel-calls.ts";
export { type Machine, readMachine, type SeenNamespace } from "./machine.ts";
export { type MountIdmap, mountIdmapsOf } from "./mount-idmaps.ts";
export { type MountLine, readMountTable } from "./mount-table.ts";
export { type NamespaceRelations, relationsOf } from "./namespace-relations.ts";
export { namespaceUses } from "./namespace-uses.ts";
export * from "./namespaces.ts";
export * from "./process-file.ts";
export * from "./processes.ts";
