import { isNsCapable } from "./ns-capable.ts";
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

/** Write to /proc/PID/comm, which is open. */
export function writeComm(task: Task, target: Task): Verdict {
  return task === target ? allow() : deny("EINVAL", RULES.nameOfSelf, target.name);
}

const MAX_ADJUSTMENT = 1000;
const MAX_INT = 0x7fff_ffff;
const LEAST_INT = -0x8000_0000;

/** Write to /proc/PID/oom_score_adj, which is open. */
export function writeOomScoreAdj(world: World, { cred }: Task, target: Task, text: string): Verdict {
  const [, sign = "", digits] = /^\s*([+-]?)(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)\s*$/i.exec(text) ?? [];
  if (digits === undefined) return deny("EINVAL", RULES.oomNumber, JSON.stringify(text));
  const isOctal = /^0[0-7]+$/.test(digits);
  const value = (sign === "-" ? -1 : 1) * (isOctal ? Number.parseInt(digits, 8) : Number(digits));
  if (value > MAX_INT || value < LEAST_INT) return deny("ERANGE", RULES.oomNumber, text);
  if (Math.abs(value) > MAX_ADJUSTMENT) return deny("EINVAL", RULES.oomNumber, text);
  const isCapable = isNsCapable(cred, world.initUserNs, "sys_resource");
  if (value < target.leastOomAdjust && !isCapable)
    return deny("EACCES", RULES.oomLower, `below ${target.leastOomAdjust}`);
  if (isCapable) target.leastOomAdjust = value;
  return allow(undefined, RULES.oomLower);
}
