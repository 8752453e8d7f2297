import { type Extent, isId } from "../core/index.ts";
import type { ManifestFault, ManifestReading } from "../formats/index.ts";
import type { Rule } from "../kernel/index.ts";
import { FSID_CHECKS } from "./fsid-checks.ts";
import { type StaticShift, shiftExtent } from "./new-fsid-map-request.ts";
import type { MappedKind } from "./new-id-map-request.ts";
import type { ToolCaller } from "./target-owner.ts";

/** What is known of an image: a directory with a root file system in it. Ids are those on disk. */
export interface ImageFacts {
  readonly path: string;
  /** Who owns its root directory. */
  readonly root: ToolCaller;
  /** Who owns the directory that holds it. */
  readonly parentUid: number;
  /** What stands in the manifest beside it; null where there is none. */
  readonly manifest: ManifestReading | null;
  /** Owners that were found in it; none where nobody looked. */
  readonly owners: { readonly [K in MappedKind]: readonly number[] };
}

/** Where the ids of an image are on disk, and what says so; or which check refuses, with its message. */
export type OffsetReading =
  | { readonly ok: true; readonly extents: readonly Extent[]; readonly by: "manifest" | "static shift" | "root owner" }
  | { readonly ok: false; readonly rule: Rule; readonly message: string; readonly fault: ManifestFault | null };

const BOUNDARY = 65536;

/**
 * Where an image rests: what its manifest says; else the static shift, where that owns its root; else 65536 ids from the
 * owner of its root, where that is a multiple of 65536. What its files look like says nothing.
 *
 * @source a proposal: tests/vectors/proposals/tables.json (H); nspawn asks the same of a root's owner
 */
export function offsetOf(image: ImageFacts, kind: MappedKind, shift: StaticShift): OffsetReading {
  const { manifest, path } = image;
  if (manifest?.ok) return { ok: true, extents: manifest.manifest.extents[kind], by: "manifest" };
  if (manifest) {
    const { fault } = manifest;
    const message = `image ${path}: manifest line ${fault.line}: expected ${fault.expected} (got ${fault.got})`;
    return { ok: false, rule: FSID_CHECKS.newFsidMapManifest, message, fault };
  }
  const owner = image.root[kind];
  if (owner === shift.base)
    return { ok: true, extents: [shiftExtent({ first: owner, count: shift.count })], by: "static shift" };
  if (isId(owner) && owner % BOUNDARY === 0)
    return { ok: true, extents: [shiftExtent({ first: owner, count: BOUNDARY })], by: "root owner" };
  const message = `image ${path}: no id manifest and root owner ${owner} is not on a ${BOUNDARY} boundary`;
  return { ok: false, rule: FSID_CHECKS.newFsidMapOffset, message, fault: null };
}
