/** The bits of a mode that rules ask for. @source inode(7) */
export const SETUID = 0o4000;
export const SETGID = 0o2000;
export const STICKY = 0o1000;
export const GROUP_EXEC = 0o010;
/** Permission bits, set-id and sticky bits. */
export const MODE_BITS = 0o7777;

/** @example showMode(0o644) // "0644" */
export function showMode(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
