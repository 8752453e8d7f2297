import { type CapSet, capsWithout, isSubsetOf, namesOf } from "./capability.ts";
import { isNsCapable } from "./ns-capable.ts";
import { commitCreds, type Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "capset(2), capabilities(7); vectors/linux-6.18/2_id_translation.json (tag capset)";

const RULES = ruleTable({
  inheritableFromPermitted: {
    sentence: "Without CAP_SETPCAP, new inheritable capabilities come from the permitted set.",
    source: SOURCE,
  },
  inheritableFromBounding: {
    sentence: "New inheritable capabilities must be in the bounding set.",
    source: SOURCE,
  },
  permittedShrinks: { sentence: "The permitted set can only shrink.", source: SOURCE },
  effectiveInPermitted: { sentence: "The effective set is part of the new permitted set.", source: SOURCE },
});

/** The three sets that capset(2) gives. */
export interface WantedCaps {
  readonly effective: CapSet;
  readonly permitted: CapSet;
  readonly inheritable: CapSet;
}

/** `capset`, on the caller itself. @source capset(2) */
export function setCaps(world: World, task: Task, wanted: WantedCaps): Verdict {
  const old = task.cred;
  const { effective, permitted, inheritable } = wanted;
  const beyond = (set: CapSet, limit: CapSet) => namesOf(capsWithout(set, limit)).join(", ");
  if (!isSubsetOf(inheritable, old.inheritable | old.permitted) && !isNsCapable(old, old.userNs, "setpcap"))
    return deny("EPERM", RULES.inheritableFromPermitted, beyond(inheritable, old.inheritable | old.permitted));
  if (!isSubsetOf(inheritable, old.inheritable | old.bounding))
    return deny("EPERM", RULES.inheritableFromBounding, beyond(inheritable, old.inheritable | old.bounding));
  if (!isSubsetOf(permitted, old.permitted))
    return deny("EPERM", RULES.permittedShrinks, beyond(permitted, old.permitted));
  if (!isSubsetOf(effective, permitted)) return deny("EPERM", RULES.effectiveInPermitted, beyond(effective, permitted));
  commitCreds(world, task, { ...wanted, ambient: old.ambient & permitted & inheritable });
  return allow();
}
