/** How a revision of the fsid mappings answers where the revisions differ. */
export interface FsidMode {
  /** What becomes of the fs map of a namespace whose id map is written alone: it is looked up instead, or it is copied. */
  readonly withoutFsMap: "fallback" | "mirror";
  /** With what a writer without power is compared whose line names its own id: the id's process, or its owner of files. */
  readonly ownIdBy: "make_kuid" | "make_kfsuid";
  /** Must an fs map be written before the id map of its kind? */
  readonly isOrdered: boolean;
  /**
   * Who a task is to the owner tests of an exempt file system, whose owners are ids of processes: its fs id as it is, the
   * same translated in the test of permission alone, or the second copy that credentials keep in id space (`pfsuid`),
   * which ptrace and /proc/PID then take too.
   */
  readonly exemptOwner: "fsuid" | "translated" | "pfsuid";
  /** By which copy of the fs id a key is owned and used. */
  readonly keyOwner: "fsuid" | "pfsuid";
  /** How exec of a setuid file takes the owner: looked up among ids, checked among fs ids but taken as it is, or translated. */
  readonly execOwner: "id map" | "untranslated" | "translated";
  /** Are the defects closed that {@link FSID_REPAIRS} names? */
  readonly isRepaired: boolean;
  readonly source: string;
}

/** The revisions of the fsid mappings, and the one that this project recommends. */
export const FSID_MODES = {
  v1: {
    withoutFsMap: "fallback",
    ownIdBy: "make_kuid",
    isOrdered: false,
    exemptOwner: "fsuid",
    keyOwner: "fsuid",
    execOwner: "id map",
    isRepaired: false,
    source: "fsid mappings, first series (11 Feb 2020)",
  },
  reply: {
    withoutFsMap: "fallback",
    ownIdBy: "make_kuid",
    isOrdered: false,
    exemptOwner: "translated",
    keyOwner: "fsuid",
    execOwner: "untranslated",
    isRepaired: false,
    source: "fsid mappings, the patch offered in reply to the first series (12 Feb 2020)",
  },
  v2: {
    withoutFsMap: "fallback",
    ownIdBy: "make_kfsuid",
    isOrdered: false,
    exemptOwner: "pfsuid",
    keyOwner: "fsuid",
    execOwner: "translated",
    isRepaired: false,
    source: "fsid mappings, second series (14 Feb 2020)",
  },
  v3: {
    withoutFsMap: "mirror",
    ownIdBy: "make_kfsuid",
    isOrdered: true,
    exemptOwner: "pfsuid",
    keyOwner: "pfsuid",
    execOwner: "translated",
    isRepaired: false,
    source: "fsid mappings, third series (18 Feb 2020)",
  },
  fixed: {
    withoutFsMap: "mirror",
    ownIdBy: "make_kuid",
    isOrdered: true,
    exemptOwner: "pfsuid",
    keyOwner: "pfsuid",
    execOwner: "translated",
    isRepaired: true,
    source: "fsid mappings, third series, with the repairs of this project",
  },
} as const satisfies { readonly [name: string]: FsidMode };

export type FsidModeName = keyof typeof FSID_MODES;

/** The revision that a profile has; null: no fsid mappings. */
export function fsidMode({ fsid }: { readonly fsid: FsidModeName | null }): FsidMode | null {
  return fsid && FSID_MODES[fsid];
}

/** The mode of `+fsid` without a word behind it. */
export const DEFAULT_FSID_MODE: FsidModeName = "fixed";

/** In what `fixed` deviates from the third series, which does otherwise in each. */
export const FSID_REPAIRS: readonly { readonly name: string; readonly sentence: string; readonly source: string }[] = [
  {
    name: "groups-translated",
    sentence: "A file's group is compared with the supplementary groups as ids of files, each through both maps.",
    source: "nobody raised it; supplementary groups stay in id space in the third series",
  },
  {
    name: "setfsuid-in-id-space",
    sentence: "setfsuid without CAP_SETUID compares ids of processes with ids of processes.",
    source: "nobody raised it; the third series compares an id of files with ids of processes",
  },
  {
    name: "unmapped-effective-kept",
    sentence: "A call that leaves an unmapped effective id alone succeeds, and exec keeps it as the fs id.",
    source: "nobody raised it; the third series gives EINVAL, or maps the overflow id",
  },
  {
    name: "own-id-in-parent-terms",
    sentence: "The line that a writer without power may write names its own id as the parent namespace numbers it.",
    source: "raised by Jann Horn; unchanged in the third series",
  },
  {
    name: "root-needs-setfcap",
    sentence: "A fs map that reaches id 0 of the parent needs CAP_SETFCAP, as an id map does since Linux 5.12.",
    source: "proposal of this project",
  },
  {
    name: "mount-options-in-fs-space",
    sentence: "The uid= and gid= options of every file system are ids of files.",
    source: "found by Josef Bacik with tmpfs",
  },
  {
    name: "exempt-owners-by-the-copy",
    sentence:
      "Whoever owns a file of an exempt file system is known by the copy of the fs id in id space, in every test.",
    source: "nobody raised it; the third series leaves inode_owner_or_capable and in_group_p with the fs id",
  },
  {
    name: "policies-see-both",
    sentence: "A policy on changes of user ids (SafeSetID) is asked about both copies of the fs id.",
    source: "raised by Jann Horn; open in the third series",
  },
];

export function isFsidModeName(name: string): name is FsidModeName {
  return Object.hasOwn(FSID_MODES, name);
}
