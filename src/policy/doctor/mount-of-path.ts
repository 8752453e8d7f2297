/**
 * The mount that a path lies on: of those above it the longest, of equals the last, which hides the others.
 *
 * @param table  in the order in which they were made
 * @example mountOf([{ at: "/" }, { at: "/home" }], "/home/ben")?.at // "/home"
 */
export function mountOf<T extends { readonly at: string }>(table: readonly T[], path: string): T | null {
  let found: T | null = null;
  for (const mount of table) {
    const isAbove = mount.at === "/" || path === mount.at || path.startsWith(`${mount.at}/`);
    if (isAbove && mount.at.length >= (found?.at.length ?? 0)) found = mount;
  }
  return found;
}
