import { covers, type Extent, fits, type Range } from "../core/index.ts";
import type { ReadMaps } from "../formats/index.ts";

/** What a kubelet hands out to its pods: blocks of one size. */
export interface KubeletPool extends Range {
  /** userNamespaces.idsPerPod */
  readonly idsPerPod: number;
}

/** The least block, and what every block is a multiple of. */
const UNIT = 65536;

/**
 * Why a kubelet does not start with these ids, or null.
 *
 * @source Kubernetes, KEP-127; vectors/peers/kubernetes-userns.json
 * @example kubeletPoolFault({ first: 65536, count: 65536, idsPerPod: 65536 }, 2) // "room for 2 pods of 65536 ids (got 1)"
 */
export function kubeletPoolFault({ first, count, idsPerPod }: KubeletPool, maxPods: number): string | null {
  if (idsPerPod <= 0 || idsPerPod % UNIT !== 0) return `a multiple of ${UNIT} for each pod (got ${idsPerPod})`;
  if (first % idsPerPod !== 0) return `a first id that is a multiple of ${idsPerPod} (got ${first})`;
  if (first < idsPerPod) return `a first id beyond those of the host (got ${first})`;
  if (count % idsPerPod !== 0) return `a number of ids that is a multiple of ${idsPerPod} (got ${count})`;
  if (!fits({ first, count })) return `ids that end below 4294967295 (got ${first}+${count})`;
  const pods = count / idsPerPod;
  return pods < maxPods ? `room for ${maxPods} pods of ${idsPerPod} ids (got ${pods})` : null;
}

/** Is the map that a kubelet finds recorded one of its own: one block of the pool, from id 0, the same for users and groups? */
export function isPodOfPool(pool: KubeletPool, { uid, gid }: Pick<ReadMaps, "uid" | "gid">): boolean {
  const [first, ...others] = [...(uid?.extents ?? []), ...(gid?.extents ?? [])];
  return (
    first !== undefined &&
    others.length === 1 &&
    uid !== null &&
    gid !== null &&
    isSame(first, others[0]) &&
    isBlock(pool, first)
  );
}

function isSame(a: Extent, b: Extent | undefined): boolean {
  return b !== undefined && a.first === b.first && a.lowerFirst === b.lowerFirst && a.count === b.count;
}

function isBlock({ first, count, idsPerPod }: KubeletPool, extent: Extent): boolean {
  const outside = { first: extent.lowerFirst, count: extent.count };
  return (
    extent.first === 0 &&
    extent.count === idsPerPod &&
    (extent.lowerFirst - first) % idsPerPod === 0 &&
    covers({ first, count }, outside)
  );
}
