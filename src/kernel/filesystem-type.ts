/** The beginnings of names of extended attributes. */
export const ATTRIBUTE_CLASSES = ["user.", "trusted.", "security."] as const;
export type AttributeClass = (typeof ATTRIBUTE_CLASSES)[number];

/** What the rules of files ask of a type of file system. */
export interface FilesystemType {
  /** `FS_ALLOW_IDMAP`: may its mounts be idmapped? */
  readonly allowsIdmap: boolean;
  /** The classes of extended attributes that it keeps. */
  readonly keeps: readonly AttributeClass[];
  /** Has it POSIX ACLs? */
  readonly hasAcls: boolean;
  /** Does its rename, if it has one, take noreplace, exchange and whiteout? */
  readonly hasRenameFlags: boolean;
  /** What does its rename answer where the new name is a directory with something in it? */
  readonly fullDirectoryKept: "ENOTEMPTY" | "EEXIST";
  /** Does a whiteout inherit from its directory: the group of one that is set-group-ID, and the default ACL? */
  readonly whiteoutInherits: boolean;
  /** Does truncating an empty file to nothing leave it alone, set-id bits and all? */
  readonly ignoresEmptyTruncate: boolean;
  /** Does removing an access ACL, even one that is not there, drop a set-group-ID bit that the caller may not set? */
  readonly dropsSetgidWithAcl: boolean;
  /** Is it one that all user namespaces see, so that fs maps do not hold for it: `SB_I_USERNS_VISIBLE`? */
  readonly isFsidmapExempt: boolean;
  /** Do its device files open where a child namespace mounted it too: is `SB_I_NODEV` taken back? */
  readonly opensDevices: boolean;
  /** Has the kernel it mounted for itself, wherever else it is, so that no mount makes it read-only? */
  readonly isHeldByKernel: boolean;
  /** Does a regular file of it hold what was written to it, and nothing else? */
  readonly holdsContent: boolean;
}

const COMMON: FilesystemType = {
  allowsIdmap: true,
  keeps: ATTRIBUTE_CLASSES,
  hasAcls: true,
  hasRenameFlags: true,
  fullDirectoryKept: "ENOTEMPTY",
  whiteoutInherits: true,
  ignoresEmptyTruncate: false,
  dropsSetgidWithAcl: false,
  isFsidmapExempt: false,
  opensDevices: false,
  isHeldByKernel: false,
  holdsContent: true,
};
/** Keeps its files on others. */
const STACKED: FilesystemType = { ...COMMON, allowsIdmap: false };
/** The kernel's own: no attributes. */
const PSEUDO: FilesystemType = { ...STACKED, keeps: [], hasAcls: false, holdsContent: false };

/**
 * The types of file system that are known by name.
 *
 * @source mount_setattr(2), "ID-mapped mounts"; vectors/linux-6.18/3_idmapped_mounts.json (tags setattr,
 *         truncate-setid-quirk), vectors of this project, pseudo.json, disks.json; fsid mappings, third series, 09/25: procfs and sysfs are exempt
 */
const TYPES = {
  tmpfs: { ...COMMON, dropsSetgidWithAcl: true },
  ext4: COMMON,
  btrfs: COMMON,
  xfs: { ...COMMON, ignoresEmptyTruncate: true, fullDirectoryKept: "EEXIST", whiteoutInherits: false },
  proc: { ...PSEUDO, isFsidmapExempt: true },
  sysfs: { ...PSEUDO, keeps: ["trusted.", "security."], hasRenameFlags: false, isFsidmapExempt: true },
  devtmpfs: STACKED,
  devpts: { ...PSEUDO, opensDevices: true },
  cgroup: { ...PSEUDO, keeps: ["trusted.", "security."], hasRenameFlags: false },
  cgroup2: { ...PSEUDO, keeps: ATTRIBUTE_CLASSES, hasRenameFlags: false },
  mqueue: { ...PSEUDO, isHeldByKernel: true },
  securityfs: { ...PSEUDO, isHeldByKernel: true },
  overlay: STACKED,
  shiftfs: STACKED,
} as const satisfies { readonly [name: string]: FilesystemType };

export type FilesystemTypeName = keyof typeof TYPES;

/** What is known of a type of file system. */
export function filesystemType(name: FilesystemTypeName): FilesystemType {
  return TYPES[name];
}

/** Controllers that a machine with the first version of control groups has mounted each by itself. */
const CGROUP_CONTROLLERS = ["cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "systemd"];

/** File systems of the machine itself, and where they are mounted. */
export const MACHINE_MOUNTS: ReadonlyMap<string, FilesystemTypeName> = new Map<string, FilesystemTypeName>([
  ["/", "ext4"],
  ["/proc", "proc"],
  ["/sys", "sysfs"],
  ["/dev", "devtmpfs"],
  ["/dev/pts", "devpts"],
  ["/dev/shm", "tmpfs"],
  ["/sys/fs/cgroup", "tmpfs"],
  ["/sys/fs/cgroup/unified", "cgroup2"],
  ...CGROUP_CONTROLLERS.map((name) => [`/sys/fs/cgroup/${name}`, "cgroup"] as const),
]);
