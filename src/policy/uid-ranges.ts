import { contains, type Range, rangeBetween } from "../core/index.ts";

/** Ids that systemd sets aside for something. @source systemd, docs/UIDS-GIDS.md */
export interface UidRange extends Range {
  readonly use: string;
}

function from(first: number, last: number, use: string): UidRange {
  const range = rangeBetween(first, last);
  if (!range) throw new Error(`${use}: ${last} lies below ${first}`);
  return { ...range, use };
}

/** By what they are for; none overlaps another. */
export const UID_RANGES = {
  root: from(0, 0, "root"),
  system: from(1, 999, "system users"),
  regular: from(1000, 60000, "regular users"),
  homed: from(60001, 60513, "users of homed"),
  mapped: from(60514, 60577, "host users mapped into containers"),
  dynamic: from(61184, 65519, "dynamic service users"),
  nobody: from(65534, 65534, "the overflow id"),
  noId16: from(65535, 65535, "no id, in 16 bits"),
  container: from(524288, 1879048191, "container blocks"),
  foreign: from(2147352576, 2147418111, "images that belong to nobody here"),
  noId: from(4294967295, 4294967295, "no id"),
} as const satisfies { readonly [name: string]: UidRange };

export type UidRangeName = keyof typeof UID_RANGES;

/** A container has so many ids, and begins at a multiple of as many, so that `base | inner` is the id outside. */
export const BLOCK = 65536;

/** From here on some of the kernel takes ids for signed. */
export const FIRST_SIGNED = 2147483648;

/** The first and the last base of a container's block. */
export const CONTAINER_BASES = {
  first: UID_RANGES.container.first,
  last: UID_RANGES.container.first + UID_RANGES.container.count - BLOCK,
} as const;

/** What an id is set aside for; null: nothing. @example useOfUid(61200) // "dynamic" */
export function useOfUid(id: number): UidRangeName | null {
  for (const name of UID_RANGE_NAMES) if (contains(UID_RANGES[name], id)) return name;
  return null;
}

export const UID_RANGE_NAMES: readonly UidRangeName[] = [
  "root",
  "system",
  "regular",
  "homed",
  "mapped",
  "dynamic",
  "nobody",
  "noId16",
  "container",
  "foreign",
  "noId",
];

/** Does an id go when who has it goes, so that it must not stay on a disk? */
export function isTransient(id: number): boolean {
  return contains(UID_RANGES.dynamic, id) || contains(UID_RANGES.container, id);
}

/**
 * The same id in another block: what makes a shift by chown safe to break off and begin again. The id outside is
 * `base | inner`, for bases are multiples of 65536.
 */
export function rebase(id: number, base: number): number {
  return (base | (id & (BLOCK - 1))) >>> 0;
}
