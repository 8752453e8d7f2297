import { isSameKuid64, showKuid64 } from "../core/kuid64.ts";
import { isNsCapable } from "./capability.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

/** @source signal(7), Linux on x86 and arm */
export const SIGCONT = 18;
const LAST_SIGNAL = 64;

const SOURCE = "kill(2); vectors/linux-6.18/6_privilege.json (tags access, pairs)";

const RULES = ruleTable({
  signalNumber: { sentence: "Signals are numbered from 1 to 64; 0 only asks.", source: "kill(2), EINVAL" },
  killSelf: { sentence: "A process may signal itself.", source: SOURCE },
  killByUser: {
    sentence:
      "The sender's real or effective user id is the target's real or saved one, as kernel ids, whatever their namespaces.",
    source: SOURCE,
  },
  killByCapability: { sentence: "CAP_KILL over the target's user namespace may signal.", source: SOURCE },
  continueInSession: { sentence: "SIGCONT may be sent within a session.", source: SOURCE },
});

/** `kill`: may a task send a signal to another? What the signal then does is not modelled. */
export function maySignal(sender: Task, target: Task, signal: number): Verdict {
  if (signal < 0 || signal > LAST_SIGNAL) return deny("EINVAL", RULES.signalNumber, String(signal));
  if (sender === target) return allow(undefined, RULES.killSelf);
  const { real, effective } = sender.cred.uid;
  const { real: targetReal, saved } = target.cred.uid;
  if ([real, effective].some((id) => isSameKuid64(id, targetReal) || isSameKuid64(id, saved)))
    return allow(undefined, RULES.killByUser);
  if (isNsCapable(sender.cred, target.cred.userNs, "kill")) return allow(undefined, RULES.killByCapability);
  if (signal === SIGCONT && sender.session === target.session) return allow(undefined, RULES.continueInSession);
  return deny(
    "EPERM",
    RULES.killByUser,
    `${showKuid64(effective)} (real ${showKuid64(real)}) is neither ${showKuid64(targetReal)} nor ${showKuid64(saved)}, and has no CAP_KILL over ${target.cred.userNs.name}`,
  );
}
