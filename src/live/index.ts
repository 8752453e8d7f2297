/**
 * A running Linux, read as it is: files, kernel settings, mounts. Node only.
 *
 * What this process is not let see is told, and never guessed.
 */
export { type HostPlace, readHost } from "./host.ts";
export { type MountLine, mountOf, readMountTable } from "./mount-table.ts";
