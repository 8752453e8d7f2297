import { isId, quoted, type Range, UsernsError } from "../core/index.ts";

/** A pool of ids in blocks, as OpenShift's namespace controller keeps it. */
export interface OpenshiftPool {
  readonly first: number;
  readonly last: number;
  /** Ids of a block. */
  readonly block: number;
}

/**
 * A pool's text: `1000000000-1999999999/10000`.
 *
 * @throws UsernsError ERR_MAP_TEXT
 * @source openshift/library-go, securityallocator; vectors/peers/openshift-uid.json
 * @example blocksOf(readOpenshiftPool("1000000000-1999999999/10000")) // 100000
 */
export function readOpenshiftPool(text: string, where = "pool"): OpenshiftPool {
  const [, from = "", to = "", size = ""] = /^(\d+)-(\d+)\/(\d+)$/.exec(text.trim()) ?? [];
  const [first, last, block] = [Number(from), Number(to), Number(size)];
  const isPool = from !== "" && isId(first) && isId(last) && first <= last && isId(block) && block > 0;
  if (isPool && block <= last - first + 1) return { first, last, block };
  throw new UsernsError("ERR_MAP_TEXT", {
    where,
    expected: "first-last/block, the first not past the last, the block from 1 to all of them",
    got: quoted(text),
  });
}

/** How many whole blocks a pool has. */
export function blocksOf({ first, last, block }: OpenshiftPool): number {
  return Math.floor((last - first + 1) / block);
}

/**
 * Which block of the pool a range is, counted from 0.
 *
 * @returns null where it is none: it lies outside, is longer or shorter, or begins between two
 */
export function blockIndex({ first, last, block }: OpenshiftPool, range: Range): number | null {
  const offset = range.first - first;
  const isBlock = offset >= 0 && range.first + range.count - 1 <= last && range.count === block;
  return isBlock && offset % block === 0 ? offset / block : null;
}

/**
 * The annotation `openshift.io/sa.scc.uid-range`: `1000680000/10000`, or `first-last`.
 *
 * @throws UsernsError ERR_MAP_TEXT
 */
export function readUidRange(text: string, where = "openshift.io/sa.scc.uid-range"): Range {
  const [, from = "", sign = "", to = ""] = /^(\d+)([/-])(\d+)$/.exec(text.trim()) ?? [];
  const first = Number(from);
  const count = sign === "/" ? Number(to) : Number(to) - first + 1;
  if (from !== "" && isId(first) && count > 0 && isId(first + count - 1)) return { first, count };
  throw new UsernsError("ERR_MAP_TEXT", { where, expected: "first/count or first-last", got: quoted(text) });
}
