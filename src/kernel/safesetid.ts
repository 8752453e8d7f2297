import { isSameKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { capName } from "./capability.ts";
import { type Cred, type CredIds, idsOf } from "./cred.ts";
import { kfsidToKid } from "./fsid.ts";
import { fsidMode } from "./fsid-modes.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { Task } from "./task.ts";
import type { Transition } from "./transition.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "Documentation/admin-guide/LSM/SafeSetID.rst";

const RULES = ruleTable({
  safesetidAdmin: {
    sentence: "The policy of SafeSetID is written with CAP_MAC_ADMIN in the initial namespace.",
    source: `${SOURCE}: EPERM`,
  },
  safesetidListed: {
    sentence:
      "Where SafeSetID lists transitions from the real id of a task, each of its ids becomes one that it had or that is listed.",
    source: `${SOURCE}; the model answers EACCES, where Linux ends the task too`,
  },
});

/** Write a line to the policy. */
export function allowTransition(world: World, { cred }: Task, transition: Transition): Verdict {
  if (!isNsCapable(cred, world.initUserNs, "mac_admin"))
    return deny("EPERM", RULES.safesetidAdmin, `no ${capName("mac_admin")} in the initial namespace`);
  world.transitions.push(transition);
  return allow(undefined, RULES.safesetidAdmin);
}

/**
 * May the ids of a kind become these: `safesetid_task_fix_setuid`?
 *
 * With fsid mappings the posted revisions leave it alone: it looks for the fs id, one of files, among ids of processes. The
 * repaired one asks about both copies, as the processes that they are.
 *
 * @source Jann Horn on the third series, 00/25
 */
export function mayTransit<K extends OwnerKind>(world: World, old: Cred, kind: K, now: CredIds<K>): Verdict {
  const before = idsOf(old, kind);
  const listed = world.transitions.filter((line) => line.kind === kind && isSameKuid64(line.from, before.real));
  if (listed.length === 0) return allow();
  const held = [before.real, before.effective, before.saved];
  const isPermitted = (kid: Kuid64<K>, fs: Kuid64<K>) =>
    [...held, fs].some((own) => isSameKuid64(own, kid)) || listed.some(({ to }) => isSameKuid64(to, kid));
  const wanted = [now.real, now.effective, now.saved, ...fsidsAsked(world, old, kind, now)];
  const [fs = before.fs] = fsidsAsked(world, old, kind, before);
  const foreign = wanted.find((kid) => !isPermitted(kid, fs));
  return foreign
    ? deny("EACCES", RULES.safesetidListed, `${showKuid64(foreign)} is not listed for ${showKuid64(before.real)}`)
    : allow(undefined, RULES.safesetidListed);
}

/** The copies of the fs id that the policy is asked about. */
function fsidsAsked<K extends OwnerKind>(
  world: World,
  { userNs }: Cred,
  kind: K,
  { fs, pfs }: CredIds<K>,
): readonly Kuid64<K>[] {
  return fsidMode(world.profile)?.isRepaired ? [pfs, kfsidToKid(world, userNs, kind, fs)] : [fs];
}
