import { compose, invert } from "../core/algebra.ts";
import type { Kind } from "../core/id.ts";
import type { IdMap } from "../core/id-map.ts";

/**
 * The map of an idmapped mount that does for one mount what an fs map does for all of them: from the owners kept on the disk
 * to the ids of the namespace's processes. Linux has it since 5.12, and what is not reached through the mount is not
 * reached. A file that the mount has no owner for is written to by nobody; through an fs map others may.
 *
 * @param fs   the fs map of a namespace
 * @param ids  its id map
 * @returns    one line for each part that both hold inside; an id that only one holds is in none
 * @source     fsid mappings; measured on Linux 6.18 with the maps of the example
 * @example    fsidToMountMap(idMap([{ first: 0, lowerFirst: 300000, count: 9 }]), idMap([{ first: 0, lowerFirst: 100000, count: 9 }])).extents.map(showExtent)
 *             // ["300000:100000:9"]
 */
export function fsidToMountMap<K extends Kind>(fs: IdMap<K>, ids: IdMap<K>): IdMap<K> {
  return compose(invert(fs), ids);
}
