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
const REVISION = { 2: 0x0200_0000, 3: 0x0300_0000 } as const;
const SIZE = { 2: 20, 3: 24 } as const;
const EFFECTIVE = 1;

/** @returns 20 bytes for version 2, 24 for version 3 */
export function encodeCapability(held: FileCapability): Uint8Array {
  const bytes = new Uint8Array(SIZE[held.version]);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, REVISION[held.version] | (held.isEffective ? EFFECTIVE : 0), true);
  view.setUint32(4, Number(BigInt.asUintN(32, held.permitted)), true);
  view.setUint32(8, Number(BigInt.asUintN(32, held.inheritable)), true);
  view.setUint32(12, Number(held.permitted >> 32n), true);
  view.setUint32(16, Number(held.inheritable >> 32n), true);
  if (held.version === 3) view.setUint32(20, held.rootId, true);
  return bytes;
}

/** @returns null for bytes that are neither version 2 nor 3, to the letter and to the byte */
export function decodeCapability(bytes: Uint8Array): FileCapability | null {
  const version = ([2, 3] as const).find((known) => SIZE[known] === bytes.length);
  if (version === undefined) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = view.getUint32(0, true);
  if ((magic & ~EFFECTIVE) !== REVISION[version]) return null;
  const set = (at: number) => BigInt(view.getUint32(at, true)) | (BigInt(view.getUint32(at + 8, true)) << 32n);
  return {
    version,
    isEffective: (magic & EFFECTIVE) !== 0,
    permitted: set(4),
    inheritable: set(8),
    rootId: version === 3 ? view.getUint32(20, true) : 0,
  };
}
