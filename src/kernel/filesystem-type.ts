/** What the rules of files ask of a type of file system. */
export interface FilesystemType {
  /** `FS_ALLOW_IDMAP`: may its mounts be idmapped? */
  readonly allowsIdmap: boolean;
  /** Does truncating an empty file to nothing leave it alone, set-id bits and all? */
  readonly ignoresEmptyTruncate: boolean;
  /** Does removing an access ACL, even one that is not there, drop a set-group-ID bit that the caller may not set? */
  readonly dropsSetgidWithAcl: boolean;
}

const COMMON: FilesystemType = { allowsIdmap: true, ignoresEmptyTruncate: false, dropsSetgidWithAcl: false };
const PSEUDO: FilesystemType = { ...COMMON, allowsIdmap: false };

/**
 * The types of file system that are known by name.
 *
 * @source mount_setattr(2), "ID-mapped mounts"; vectors/linux-6.18/3_idmapped_mounts.json (tags setattr,
 *         truncate-setid-quirk)
 */
const TYPES: ReadonlyMap<string, FilesystemType> = new Map([
  ["tmpfs", { ...COMMON, dropsSetgidWithAcl: true }],
  ["ext4", COMMON],
  ["btrfs", COMMON],
  ["xfs", { ...COMMON, ignoresEmptyTruncate: true }],
  ["proc", PSEUDO],
  ["sysfs", PSEUDO],
  ["devtmpfs", PSEUDO],
  ["devpts", PSEUDO],
  ["cgroup", PSEUDO],
  ["cgroup2", PSEUDO],
  ["ramfs", PSEUDO],
  ["mqueue", PSEUDO],
  ["securityfs", PSEUDO],
  ["overlay", PSEUDO],
]);

/** What is known of a type of file system. @throws Error for a type that no scenario can make */
export function filesystemType(name: string): FilesystemType {
  const type = TYPES.get(name);
  if (!type) throw new Error(`no file system type ${name}`);
  return type;
}

/** Pseudo file systems that every machine has mounted, and where. */
export const MACHINE_MOUNTS: ReadonlyMap<string, string> = new Map([
  ["/proc", "proc"],
  ["/sys", "sysfs"],
  ["/dev", "devtmpfs"],
  ["/dev/pts", "devpts"],
  ["/dev/shm", "tmpfs"],
  ["/sys/fs/cgroup/unified", "cgroup2"],
]);
