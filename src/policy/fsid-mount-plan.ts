import { compose, cut, type Extent, findMapFault, flip, type IdMap, idMap, invert, lowerSetOf } from "../core/index.ts";

/**
 * The idmapped mount that does for one mount what an fs map does for a whole process: its lines lead from ids on disk to
 * kernel ids. It needs no proposal, and no id that the mount does not hold is reached through it.
 *
 * A line whose inside ids are kernel ids of the id map is a shift of host ids back to those of an image; its mount leads
 * the same way.
 *
 * @param fs   the lines of an fs map
 * @param ids  the id map of the same namespace
 * @returns    null where the lines are no map
 * @source     fsid mappings (A.9), measured on Linux 6.18
 * @example    mountPlan([{ first: 0, lowerFirst: 300000, count: 9 }], idMap([{ first: 0, lowerFirst: 100000, count: 9 }]))?.map(showExtent)
 *             // ["300000:100000:9"]
 */
export function mountPlan(fs: readonly Extent[], ids: IdMap): readonly Extent[] | null {
  if (findMapFault(fs)) return null;
  const through = compose(invert(idMap(fs)), ids).extents;
  if (through.length > 0) return through;
  return fs.flatMap((extent) => lowerSetOf(ids).flatMap((range) => cut(extent, range) ?? [])).map(flip);
}
