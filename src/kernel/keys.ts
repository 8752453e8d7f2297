import { isSameKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import type { Cred } from "./cred.ts";
import { fsidMode } from "./fsid-modes.ts";
import type { Key } from "./key.ts";
import type { Task } from "./task.ts";
import { fromKidMunged } from "./uidgid.ts";
import type { OwnerIds } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  keyExists: { sentence: "A key that is asked about must exist.", source: "keyctl(2): ENOKEY" },
  keyViewedByOwner: {
    sentence:
      "A key of a process keyring is viewed by the process, which possesses it, and by tasks with the filesystem user id that it was added with.",
    source: "keyrings(7), Possession, and Access rights; add_key(2): KEY_POS_VIEW and KEY_USR_VIEW; keyctl(2): EACCES",
  },
});

/**
 * The ids that keys are owned and used by: the filesystem ids. With fsid mappings the third series took the copy in id
 * space; before, an id of files was read out as one of a process.
 *
 * @source fsid mappings, third series, 24/25
 */
function keyUser({ profile }: World, { uid, gid }: Cred): OwnerIds {
  return fsidMode(profile)?.keyOwner === "pfsuid" ? { uid: uid.pfs, gid: gid.pfs } : { uid: uid.fs, gid: gid.fs };
}

/** `add_key` to the process keyring. What the key holds is not modelled. */
export function addKey(world: World, task: Task, description: string): Key {
  const key = { owner: keyUser(world, task.cred), possessor: task };
  world.keys.set(description, key);
  return key;
}

/** The owner of a key, as a task is shown it. */
export interface KeyDescription {
  readonly uid: number;
  readonly gid: number;
}

/** `keyctl(KEYCTL_DESCRIBE)` of a key by its description. @returns ENOKEY, EACCES */
export function describeKey(world: World, task: Task, description: string): Verdict<KeyDescription> {
  const key = world.keys.get(description);
  if (!key) return deny("ENOKEY", RULES.keyExists, description);
  const { uid, gid } = key.owner;
  const asker: Kuid64<"uid"> = keyUser(world, task.cred).uid;
  if (key.possessor !== task && !isSameKuid64(asker, uid))
    return deny("EACCES", RULES.keyViewedByOwner, `${showKuid64(asker)} asks, ${showKuid64(uid)} added it`);
  const { userNs } = task.cred;
  const shown = { uid: fromKidMunged(world, userNs, "uid", uid), gid: fromKidMunged(world, userNs, "gid", gid) };
  return allow(shown, RULES.keyViewedByOwner);
}
