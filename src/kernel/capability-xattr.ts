import type { UserId } from "../core/id.ts";
import type { CapSet } from "./capability.ts";

/**
 * What `security.capability` holds.
 *
 * @source capabilities(7), File capabilities, and Namespaced file capabilities
 */
export interface FileCapability {
  /** With 3 it counts only where {@link rootId} is root. */
  readonly version: 2 | 3;
  /** Are the new capabilities effective at once? */
  readonly isEffective: boolean;
  readonly permitted: CapSet;
  readonly inheritable: CapSet;
  /**
   * On an inode, as on the disk: an id inside the namespace that owns the superblock. As a call gives or is given it,
   * an id of the caller's namespace. 0 with version 2.
   */
  readonly rootId: UserId<"uid">;
}

/*
 * The bytes of security.capability, little-endian: a u32 of revision and flags; the low halves of permitted and
 * inheritable set, then the high halves; in revision 3 a u32, the root id.
 *
 * Source: linux/capability.h, struct vfs_cap_data and struct vfs_ns_cap_data
 */
const SIZES = { 1: 12, 2: 20, 3: 24 } as const;
const REVISION_SHIFT = 24;
const EFFECTIVE = 1;
const ROOT_ID_AT = 20;

/** What the first word says: a revision, which has the length that the value has, and flags. */
export interface CapabilityHead {
  readonly revision: keyof typeof SIZES;
  /** 24 bits; the lowest is the one that makes new capabilities effective at once. */
  readonly flags: number;
}

/** Read the first word. @returns null for a value without a revision that is known and has its length */
export function capabilityHead(bytes: Uint8Array): CapabilityHead | null {
  const revision = ([1, 2, 3] as const).find((known) => SIZES[known] === bytes.length);
  if (revision === undefined) return null;
  const word = viewOf(bytes).getUint32(0, true);
  return word >>> REVISION_SHIFT === revision ? { revision, flags: word & 0xff_ffff } : null;
}

/** The root id of a value of revision 3. */
export function capabilityRoot(bytes: Uint8Array): UserId<"uid"> {
  return viewOf(bytes).getUint32(ROOT_ID_AT, true);
}

/** The same flags and sets bound to a root id: revision 3; null: to none, revision 2. @param bytes  of revision 2 or 3 */
export function withCapabilityRoot(
  bytes: Uint8Array,
  { flags }: CapabilityHead,
  root: UserId<"uid"> | null,
): Uint8Array {
  const revision = root === null ? 2 : 3;
  const changed = new Uint8Array(SIZES[revision]);
  changed.set(bytes.subarray(0, SIZES[2]));
  const view = viewOf(changed);
  view.setUint32(0, (revision << REVISION_SHIFT) | flags, true);
  if (root !== null) view.setUint32(ROOT_ID_AT, root, true);
  return changed;
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** @returns 20 bytes for version 2, 24 for version 3 */
export function encodeCapability(held: FileCapability): Uint8Array {
  const bytes = new Uint8Array(SIZES[held.version]);
  const view = viewOf(bytes);
  view.setUint32(0, (held.version << REVISION_SHIFT) | (held.isEffective ? EFFECTIVE : 0), true);
  view.setUint32(4, Number(BigInt.asUintN(32, held.permitted)), true);
  view.setUint32(8, Number(BigInt.asUintN(32, held.inheritable)), true);
  view.setUint32(12, Number(held.permitted >> 32n), true);
  view.setUint32(16, Number(held.inheritable >> 32n), true);
  if (held.version === 3) view.setUint32(ROOT_ID_AT, held.rootId, true);
  return bytes;
}

/** @returns null for bytes that are neither version 2 nor 3, to the letter and to the byte */
export function decodeCapability(bytes: Uint8Array): FileCapability | null {
  const head = capabilityHead(bytes);
  if (!head || head.revision === 1 || (head.flags & ~EFFECTIVE) !== 0) return null;
  const view = viewOf(bytes);
  const set = (at: number) => BigInt(view.getUint32(at, true)) | (BigInt(view.getUint32(at + 8, true)) << 32n);
  return {
    version: head.revision,
    isEffective: head.flags === EFFECTIVE,
    permitted: set(4),
    inheritable: set(8),
    rootId: head.revision === 3 ? capabilityRoot(bytes) : 0,
  };
}
