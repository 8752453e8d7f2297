import { UsernsError } from "../core/errors.ts";
import { exitTask } from "./fork.ts";
import { isFirstIn, isSeenFrom } from "./pid-namespace.ts";
import { queueSignal, SIGCONT } from "./signal.ts";
import type { Task } from "./task.ts";
import { allow, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SIGKILL = 9;
const SIGSTOP = 19;
const UNBLOCKABLE: readonly number[] = [SIGKILL, SIGSTOP];

/** The signals that leave a process as it is: none, SIGCHLD, SIGCONT, SIGURG, SIGWINCH. @source signal(7) */
const HARMLESS: readonly number[] = [0, 17, SIGCONT, 23, 28];
/** Those that stop it, until it is told to go on: SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU. */
export const STOPPING_SIGNALS: readonly number[] = [SIGSTOP, 20, 21, 22];

const RULES = ruleTable({
  firstSpared: {
    sentence:
      "The first process of a pid namespace is ended by no signal that it does not handle, but by SIGKILL from outside.",
    source: "pid_namespaces(7), The namespace init process",
  },
});

/**
 * What a signal that may be sent does to a process that handles none: nothing, or it is held back where the process
 * blocks it, or it ends the process.
 *
 * @throws UsernsError ERR_SCENARIO for one that stops it, which is not modelled
 * @source signal(7), Signal dispositions
 */
export function deliverSignal(world: World, sender: Task, target: Task, signal: number): Verdict {
  if (HARMLESS.includes(signal) || target.isZombie) return allow();
  if (target.blocked.has(signal) && !UNBLOCKABLE.includes(signal)) {
    queueSignal(world, sender, target, signal);
    return allow();
  }
  if (STOPPING_SIGNALS.includes(signal))
    throw new UsernsError("ERR_SCENARIO", {
      where: "kill",
      expected: "a signal that ends a process, or leaves it as it is: none is ever stopped here",
      got: String(signal),
    });
  const isKilledFromOutside = signal === SIGKILL && !isSeenFrom(sender.pidNs, target.pidNs);
  if (isFirstIn(target.pidNs, target) && !isKilledFromOutside) return allow(undefined, RULES.firstSpared);
  exitTask(world, target, "killed");
  return allow();
}
