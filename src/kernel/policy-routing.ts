import { CLASSICAL, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { capName } from "./capability.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "ip-rule(8), uidrange; vectors/isolated/scenarios.json (A05)";

const RULES = ruleTable({
  netAdmin: {
    sentence: "A network namespace is set up with CAP_NET_ADMIN over the user namespace that owns it.",
    source: "network_namespaces(7), capabilities(7): EPERM",
  },
  loopbackUp: { sentence: "Nothing is reached while the loopback device is down.", source: "network_namespaces(7)" },
  rulesUnasked: {
    sentence: "Where nobody added a rule, routing does not ask the rules, nor whose the socket is.",
    source: SOURCE,
  },
  defaultRange: {
    sentence:
      "A rule without a range of users has the range 0 … 4294967295, which holds every classical id and no isolated one.",
    source: `${SOURCE}: ENETUNREACH`,
  },
  noRange: { sentence: "A rule without a range of users holds for every id.", source: SOURCE },
});

function mayAdminister({ cred, netNs }: Task): Verdict {
  return isNsCapable(cred, netNs.userNs, "net_admin")
    ? allow(undefined, RULES.netAdmin)
    : deny("EPERM", RULES.netAdmin, `no ${capName("net_admin")} over ${netNs.userNs.name}`);
}

/** Switch the loopback device on. */
export function loopbackUp(task: Task): Verdict {
  const may = mayAdminister(task);
  if (may.ok) task.netNs.isLoopbackUp = true;
  return may;
}

/** Add a rule that leads to a table without routes. */
export function addRule(task: Task): Verdict {
  const may = mayAdminister(task);
  if (may.ok) task.netNs.hasOwnRules = true;
  return may;
}

/** connect(2) of a UDP socket to the loopback address; the socket belongs to the filesystem user id. */
export function connectLoopback(world: World, { cred, netNs }: Task): Verdict {
  if (!netNs.isLoopbackUp) return deny("ENETUNREACH", RULES.loopbackUp);
  if (!netNs.hasOwnRules) return allow(undefined, RULES.rulesUnasked);
  if (world.profile.isolated?.has("policy-routing-default")) return allow(undefined, RULES.noRange);
  return isClassical(cred.uid.fs)
    ? allow(undefined, RULES.defaultRange)
    : deny("ENETUNREACH", RULES.defaultRange, `${showKuid64(cred.uid.fs)} owns the socket`);
}

function isClassical({ number }: Kuid64): boolean {
  return number === CLASSICAL;
}
