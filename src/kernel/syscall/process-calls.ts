import { showMode } from "../mode.ts";
import { MAY } from "../permission.ts";
import { maySeeLimits, setPriority } from "../priority.ts";
import { openProc, PROC_PATHS, type ProcPath, procPath, readProcLink, statProc } from "../proc-file.ts";
import { mayTrace, ptraceMayAccess } from "../ptrace.ts";
import { maySignal, SIGCONT } from "../signal.ts";
import { allow } from "../verdict.ts";
import { type Argument, int, oneOf, optional, scenarioError, task as taskName } from "./argument.ts";
import { type CallTable, defineCall, plain } from "./call.ts";

function entryOf(type: "symlink" | "openable" | "any"): Argument<ProcPath> {
  const isTaken = ({ entry }: ProcPath) => type === "any" || (entry.type === "symlink") === (type === "symlink");
  const taken = PROC_PATHS.filter(isTaken).map(({ path }) => path);
  return {
    schema: { enum: taken },
    isOptional: false,
    read: (value, where) => {
      const at = typeof value === "string" ? procPath(value) : null;
      if (!at || !isTaken(at)) throw scenarioError(where, `a path below /proc/PID: ${taken.join(", ")}`, value);
      return at;
    },
  };
}

/** The signals that leave a process as it is: none, SIGCHLD, SIGCONT, SIGURG, SIGWINCH. */
const HARMLESS: readonly number[] = [0, 17, SIGCONT, 23, 28];

/** A signal, or a number that is none. What any other signal does to the target is not modelled. */
const signal: Argument<number> = {
  schema: int.schema,
  isOptional: false,
  read: (value, where, world) => {
    const number = int.read(value, where, world);
    if (number > 0 && number <= 64 && !HARMLESS.includes(number))
      throw scenarioError(where, `a signal that leaves its target as it is: ${HARMLESS.join(", ")}`, value);
    return number;
  },
};

const ACCESS = { r: MAY.read, w: MAY.write, rw: MAY.read | MAY.write } as const;

export const PROCESS_CALLS: CallTable = [
  defineCall("kill", { target: taskName, sig: signal }, (_, task, { target, sig }) =>
    plain(maySignal(task, target, sig)),
  ),
  defineCall("ptrace", { target: taskName }, (_, task, { target }) => plain(mayTrace(task, target))),
  defineCall("robust_list", { target: taskName }, (_, task, { target }) =>
    plain(ptraceMayAccess(task, target, "realcreds")),
  ),
  defineCall("pidfd_getfd", { target: taskName }, (_, task, { target }) =>
    plain(ptraceMayAccess(task, target, "realcreds")),
  ),
  defineCall("getpriority_set", { target: taskName, nice: int }, (world, task, { target, nice }) =>
    plain(setPriority(world, task, target, nice)),
  ),
  defineCall("prlimit_get", { target: taskName }, (_, task, { target }) => plain(maySeeLimits(task, target))),
  defineCall(
    "proc_open",
    { target: taskName, file: entryOf("openable"), acc: optional(oneOf("r", "w", "rw"), "r") },
    (world, task, { target, file, acc }) => plain(openProc(world, task, target, file, ACCESS[acc])),
  ),
  defineCall("proc_readlink", { target: taskName, file: entryOf("symlink") }, (world, task, { target, file }) =>
    plain(readProcLink(world, task, target, file)),
  ),
  defineCall("proc_stat", { target: taskName, file: entryOf("any") }, (world, task, { target, file }) => {
    const shown = statProc(world, task, target, file);
    if (!shown.ok) return shown;
    const { uid, gid, mode } = shown.value;
    return allow({ uid, gid, mode: showMode(mode) }, shown.rule);
  }),
];
