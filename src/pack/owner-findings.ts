import { NO_ID, type OwnerKind } from "../core/index.ts";

/** What is wrong with one owner that was found. */
export type OwnerFindingKind = "no-owner" | "unmapped" | "overflow" | "build-user" | "owner";

export interface OwnerFinding {
  readonly kind: OwnerFindingKind;
  readonly says: string;
}

/** How owners that were found are read. */
export interface OwnerReading {
  /** The id in the image of one that was found; null: the map that lies between holds none. */
  inImage(kind: OwnerKind, id: number): number | null;
  /** Who built the tree, if an owner that is his may have been left in by mistake; null: nobody to look for. */
  readonly builder: { readonly uid: number; readonly gid: number } | null;
}

/** What stands for nobody, by whoever is shown it: the kernel's overflow id, and the -1 of 16 bits. */
const NOBODY: ReadonlyMap<number, string> = new Map([
  [65534, "what owners without a place in a map are shown as"],
  [65535, "-1 in 16 bits"],
]);

/**
 * Look at one owner that was found.
 *
 * @param wanted  who it should be, in ids of the image; null: nobody says, so that only what no owner should be is told
 * @returns null where nothing is wrong
 * @source systemd's UIDS-GIDS.md for 65534, 65535 and -1
 */
export function ownerFinding(
  kind: OwnerKind,
  found: number,
  wanted: number | null,
  { inImage, builder }: OwnerReading,
): OwnerFinding | null {
  const should = wanted === null ? "" : `, should be ${wanted}`;
  if (found === NO_ID) return { kind: "no-owner", says: `${kind} ${NO_ID}, which is nobody (-1)${should}` };
  const id = inImage(kind, found);
  if (id === null) return { kind: "unmapped", says: `${kind} ${found}, which the map does not hold${should}` };
  if (id === wanted) return null;
  const shown = id === found ? `${kind} ${id}` : `${kind} ${id} (${found} there)`;
  const nobody = NOBODY.get(id);
  if (nobody !== undefined) return { kind: "overflow", says: `${shown}, ${nobody}${should}` };
  if (builder?.[kind === "uid" ? "uid" : "gid"] === id)
    return { kind: "build-user", says: `${shown}, who built it${should}` };
  return wanted === null ? null : { kind: "owner", says: `${shown}${should}` };
}
