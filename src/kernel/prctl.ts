import { type Capability, capSet, capsWithout, hasCap } from "./capability.ts";
import { hasSecurebit, type Securebits } from "./cred.ts";
import { isNsCapable } from "./ns-capable.ts";
import { commitCreds, type Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  securebitsNeedSetpcap: {
    sentence: "Setting securebits, even to what they are, needs CAP_SETPCAP in the caller's user namespace.",
    source: "capabilities(7), The securebits flags",
  },
  boundingNeedsSetpcap: {
    sentence: "Dropping a capability from the bounding set needs CAP_SETPCAP in the caller's user namespace.",
    source: "prctl(2), PR_CAPBSET_DROP",
  },
  ambientFromBoth: {
    sentence: "An ambient capability must be both permitted and inheritable.",
    source: "prctl(2), PR_CAP_AMBIENT_RAISE",
  },
  ambientForbidden: {
    sentence: "The securebit no_cap_ambient_raise forbids raising ambient capabilities.",
    source: "capabilities(7), The securebits flags",
  },
  dumpableOnOff: { sentence: "A task can make itself dumpable (1) or not (0).", source: "prctl(2), PR_SET_DUMPABLE" },
});

/** `prctl(PR_SET_SECUREBITS)`. */
export function setSecurebits(world: World, task: Task, securebits: Securebits): Verdict {
  if (!isNsCapable(task.cred, task.cred.userNs, "setpcap")) return deny("EPERM", RULES.securebitsNeedSetpcap);
  commitCreds(world, task, { securebits });
  return allow();
}

/** `prctl(PR_GET_SECUREBITS)`. */
export function getSecurebits(task: Task): Securebits {
  return task.cred.securebits;
}

/** `prctl(PR_CAP_AMBIENT_RAISE)`. */
export function raiseAmbient(world: World, task: Task, name: Capability): Verdict {
  const { cred } = task;
  if (!hasCap(cred.permitted & cred.inheritable, name)) return deny("EPERM", RULES.ambientFromBoth, name);
  if (hasSecurebit(cred, "no_cap_ambient_raise")) return deny("EPERM", RULES.ambientForbidden);
  commitCreds(world, task, { ambient: cred.ambient | capSet([name]) });
  return allow();
}

/** `prctl(PR_CAPBSET_DROP)`. */
export function dropFromBounding(world: World, task: Task, name: Capability): Verdict {
  const { cred } = task;
  if (!isNsCapable(cred, cred.userNs, "setpcap")) return deny("EPERM", RULES.boundingNeedsSetpcap);
  commitCreds(world, task, { bounding: capsWithout(cred.bounding, capSet([name])) });
  return allow();
}

/** `prctl(PR_SET_DUMPABLE)`. */
export function setDumpable(task: Task, value: number): Verdict {
  if (value !== 0 && value !== 1) return deny("EINVAL", RULES.dumpableOnOff, String(value));
  task.dumpable = value;
  return allow();
}

/** `prctl(PR_SET_NO_NEW_PRIVS)`: there is no way back. */
export function setNoNewPrivs(task: Task): Verdict {
  task.noNewPrivs = true;
  return allow();
}
