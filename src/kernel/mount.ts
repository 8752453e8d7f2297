import type { IdMap } from "../core/id-map.ts";
import type { Inode } from "./inode.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";

/** A mounted file system, however many mounts show it. */
export interface Superblock {
  readonly name: string;
  readonly type: string;
  /** `s_user_ns`: the namespace it was mounted in; maps the ids on disk. */
  readonly userNs: UserNamespace;
  isReadOnly: boolean;
}

/** The maps of an idmapped mount, as they were when it was made: inside = file-system side. */
export interface MountIdmap {
  readonly name: string;
  readonly maps: { readonly [K in OwnerKind]: IdMap<K> };
}

export interface Mount {
  readonly name: string;
  readonly superblock: Superblock;
  /** What the mount shows as its top: the root of the file system or a directory below it. */
  readonly root: Inode;
  /** null: ids pass as they are. */
  readonly idmap: MountIdmap | null;
  readonly isReadOnly: boolean;
  readonly isNosuid: boolean;
  readonly isNoexec: boolean;
  readonly isNodev: boolean;
}

/** Who owns the mounts that a task sees. */
export interface MountNamespace {
  readonly name: string;
  readonly userNs: UserNamespace;
}
