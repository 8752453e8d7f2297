import { isNsCapable } from "./ns-capable.ts";
import { LEAST_INT, MAX_INT, readSigned, untilNul } from "./number-text.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "asked of a running Linux 6.18";

const RULES = ruleTable({
  nameOfSelf: { sentence: "A process names itself only.", source: `proc(5), /proc/pid/comm; ${SOURCE}: EINVAL` },
  oomNumber: {
    sentence: "oom_score_adj is a number, -1000 … 1000.",
    source: `proc(5), /proc/pid/oom_score_adj; ${SOURCE}: EINVAL, ERANGE`,
  },
  oomLower: {
    sentence:
      "Below 0, the least that was set by someone who may, it is set with CAP_SYS_RESOURCE in the initial namespace.",
    source: `proc(5), /proc/pid/oom_score_adj; ${SOURCE}: EACCES`,
  },
});

/** How many bytes a process's name has at most. @source proc_pid_comm(5), TASK_COMM_LEN */
const MAX_NAME = 15;

/** What a process is called: the beginning of the text, up to a NUL. */
export function commOf(text: string): string {
  return untilNul(text).slice(0, MAX_NAME);
}

/** Write to /proc/PID/comm, which is open. */
export function writeComm(task: Task, target: Task, text: string): Verdict {
  if (task !== target) return deny("EINVAL", RULES.nameOfSelf, target.name);
  target.comm = commOf(text);
  return allow();
}

/** How much of what is written to /proc/PID/oom_score_adj is looked at. */
export const OOM_BYTES = 12;

const MAX_ADJUSTMENT = 1000;

/** Write to /proc/PID/oom_score_adj, which is open. */
export function writeOomScoreAdj(world: World, { cred }: Task, target: Task, whole: string): Verdict {
  const text = whole.slice(0, OOM_BYTES);
  const value = readSigned(text);
  if (value === null) return deny("EINVAL", RULES.oomNumber, JSON.stringify(text));
  if (value > MAX_INT || value < LEAST_INT) return deny("ERANGE", RULES.oomNumber, text);
  if (Math.abs(value) > MAX_ADJUSTMENT) return deny("EINVAL", RULES.oomNumber, text);
  const isCapable = isNsCapable(cred, world.initUserNs, "sys_resource");
  if (value < target.leastOomAdjust && !isCapable)
    return deny("EACCES", RULES.oomLower, `below ${target.leastOomAdjust}`);
  target.oomAdjust = value;
  if (isCapable) target.leastOomAdjust = value;
  return allow(undefined, RULES.oomLower);
}
