/** Since which Linux a type of file system takes idmapped mounts; null: none does. */
interface Support {
  readonly since: readonly [major: number, minor: number] | null;
  /** Only under a condition, in words. */
  readonly unless?: string;
}

/**
 * @source mount_setattr(2), "ID-mapped mounts"; for fuse and zfs their own release notes; that overlay itself takes none
 *         is recorded in vectors/linux-6.18/3_idmapped_mounts.json (tag setattr)
 */
const SUPPORT: ReadonlyMap<string, Support> = new Map([
  ["ext4", { since: [5, 12] }],
  ["vfat", { since: [5, 12] }],
  ["xfs", { since: [5, 12] }],
  ["btrfs", { since: [5, 15] }],
  ["ntfs3", { since: [5, 15] }],
  ["f2fs", { since: [5, 18] }],
  ["erofs", { since: [5, 19] }],
  ["squashfs", { since: [6, 2] }],
  ["tmpfs", { since: [6, 3] }],
  ["ceph", { since: [6, 7] }],
  ["hugetlbfs", { since: [6, 9] }],
  ["overlay", { since: null, unless: "idmap the layers' own file systems instead (Linux 5.19)" }],
  ["nfs", { since: null }],
  ["nfs4", { since: null }],
  ["cifs", { since: null }],
  ["9p", { since: null }],
]);

/** Whether mounts of a type can be idmapped. */
export type IdmapAnswer =
  | { readonly can: "yes" }
  | { readonly can: "no"; readonly because: string }
  /** A type or a kernel that is not known here. */
  | { readonly can: "unknown" };

/**
 * Can this kernel idmap mounts of a type of file system?
 *
 * @param kernel  `6.18.44-generic`, as uname(2) gives it
 * @example idmapAnswer("tmpfs", "6.1.0").can // "no"
 */
export function idmapAnswer(type: string, kernel: string): IdmapAnswer {
  const support = SUPPORT.get(type);
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(kernel) ?? [];
  if (!support || major === undefined || minor === undefined) return { can: "unknown" };
  if (!support.since) return { can: "no", because: support.unless ?? `no Linux idmaps mounts of ${type}` };
  const [sinceMajor, sinceMinor] = support.since;
  const isNew = Number(major) > sinceMajor || (Number(major) === sinceMajor && Number(minor) >= sinceMinor);
  return isNew ? { can: "yes" } : { can: "no", because: `${type} can from Linux ${sinceMajor}.${sinceMinor} on` };
}

/** The types that are known here. */
export const IDMAP_TYPES: readonly string[] = [...SUPPORT.keys()];
