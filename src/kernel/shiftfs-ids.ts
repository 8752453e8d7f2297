import type { Kuid64 } from "../core/kuid64.ts";
import { type Cred, type CredIds, idsOf, makeCred } from "./cred.ts";
import { pairOfKfsid } from "./fsid.ts";
import type { Inode } from "./inode.ts";
import type { Path } from "./mount.ts";
import type { Task } from "./task.ts";
import { fromKid, makeKid } from "./uidgid.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import type { World } from "./world.ts";

/** What a shiftfs shows, and as whom it works there. */
export interface Shifted {
  /** The directory below: one of no shiftfs, however many marks and mounts led to it. */
  readonly lower: Path;
  /** Whoever marked it, without CAP_SYS_RESOURCE: does the work below, and is asked there. */
  readonly creator: Task;
  /** `s_user_ns` of the mount: what an id is here, it is below by number. */
  readonly userNs: UserNamespace;
}

/** `shift_kuid`: from one namespace to another, by number. @returns an id half of NO_ID where either lacks it */
function shift<K extends OwnerKind>(
  world: World,
  from: UserNamespace,
  to: UserNamespace,
  kind: K,
  kid: Kuid64<K>,
): Kuid64<K> {
  return makeKid(world, to, kind, fromKid(world, from, kind, kid));
}

/** As what an owner on the file system below is shown. */
export function shiftUp<K extends OwnerKind>(
  world: World,
  { lower, userNs }: Shifted,
  kind: K,
  kid: Kuid64<K>,
): Kuid64<K> {
  return shift(world, lower.inode.superblock.userNs, userNs, kind, kid);
}

/** What an owner that is shown is on the file system below. */
export function shiftDown<K extends OwnerKind>(
  world: World,
  { lower, userNs }: Shifted,
  kind: K,
  kid: Kuid64<K>,
): Kuid64<K> {
  return shift(world, userNs, lower.inode.superblock.userNs, kind, kid);
}

/** The marker with the filesystem ids of who creates something, as they are below. @param made  as it will be shown */
export function markerAs(world: World, shifted: Shifted, made: Inode): Cred {
  const { cred } = shifted.creator;
  const withFs = <K extends OwnerKind>(kind: K, kid: Kuid64<K>): CredIds<K> => {
    const { real, effective, saved } = idsOf(cred, kind);
    return { real, effective, saved, ...pairOfKfsid(world, cred.userNs, kind, shiftDown(world, shifted, kind, kid)) };
  };
  return makeCred(world.credColumns, { ...cred, uid: withFs("uid", made.uid), gid: withFs("gid", made.gid) });
}
