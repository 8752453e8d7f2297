import { isSameKuid64, showKuid64 } from "../core/kuid64.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { PendingSignal, Task } from "./task.ts";
import { fromKidMunged, makeKid } from "./uidgid.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

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
  senderUid: {
    sentence:
      "The receiver is told the sender's real user id: as the sender's namespace shows it, and that number's kernel id as the receiver's namespace shows it.",
    source: "sigaction(2), si_uid; user_namespaces(7)",
  },
  nonePending: { sentence: "No such signal is pending.", source: "sigtimedwait(2): EAGAIN" },
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

/** A signal that the target blocks becomes pending; one that is pending already is not told twice. */
export function queueSignal(world: World, sender: Task, target: Task, signal: number): void {
  if (target.pending.some((other) => other.signal === signal)) return;
  const { userNs, uid } = sender.cred;
  const shown = fromKidMunged(world, userNs, "uid", uid.real);
  const told = fromKidMunged(world, target.cred.userNs, "uid", makeKid(world, userNs, "uid", shown));
  target.pending.push({ signal, uid: told });
}

/** `sigtimedwait`, where nothing more is coming. */
export function takeSignal(task: Task, signal: number): Verdict<PendingSignal> {
  const index = task.pending.findIndex((other) => other.signal === signal);
  const [taken] = index < 0 ? [] : task.pending.splice(index, 1);
  return taken ? allow(taken, RULES.senderUid) : deny("EAGAIN", RULES.nonePending, `signal ${signal}`);
}
