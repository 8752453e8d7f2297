const STRERROR: ReadonlyMap<string, string> = new Map([
  ["EPERM", "Operation not permitted"],
  ["EINVAL", "Invalid argument"],
  ["EACCES", "Permission denied"],
]);

/**
 * What the C library says of an errno in the C locale; its name where no map was ever refused with it.
 *
 * @source  strerror(3)
 * @example strerror("EINVAL") // "Invalid argument"
 */
export function strerror(errno: string): string {
  return STRERROR.get(errno) ?? errno;
}
