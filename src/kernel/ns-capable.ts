import { isSameKuid64 } from "../core/kuid64.ts";
import { type Capability, capName, hasCap } from "./capability.ts";
import type { Cred } from "./cred.ts";
import type { UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

const RULES = ruleTable({
  capHeld: {
    sentence: "A capability in the effective set counts in the task's own user namespace and everything below it.",
    source: "user_namespaces(7), Capabilities; capabilities(7)",
  },
  capOfOwner: {
    sentence:
      "Whoever sits in the parent of a namespace with the effective user id of its owner has every capability in it and below it.",
    source: "user_namespaces(7), Capabilities; vectors/linux-6.18/6_privilege.json (tag setns-caps)",
  },
});

/**
 * Does a credential have a capability over a user namespace? The question behind every `ns_capable`.
 *
 * @returns  EPERM with the rule when not; callers that answer another errno say their own
 * @source   user_namespaces(7), Capabilities
 */
export function nsCapable(cred: Cred, target: UserNamespace, name: Capability): Verdict {
  for (let ns = target; ; ) {
    if (ns === cred.userNs)
      return hasCap(cred.effective, name)
        ? allow(undefined, RULES.capHeld)
        : deny("EPERM", RULES.capHeld, `${capName(name)} is not in the effective set`);
    const parent = ns.parent;
    if (parent === null || ns.level <= cred.userNs.level)
      return deny("EPERM", RULES.capHeld, `${target.name} is not ${cred.userNs.name}, and not below it`);
    if (parent === cred.userNs && isSameKuid64(ns.owner.uid, cred.uid.effective))
      return allow(undefined, RULES.capOfOwner);
    ns = parent;
  }
}

/** {@link nsCapable}, as a yes or no. */
export function isNsCapable(cred: Cred, target: UserNamespace, name: Capability): boolean {
  return nsCapable(cred, target, name).ok;
}
