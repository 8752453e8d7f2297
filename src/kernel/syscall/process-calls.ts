import { deliverSignal } from "../deliver-signal.ts";
import { exitTask, forkMany, forkTask, isProcess, waitForChild } from "../fork.ts";
import { isSeenFrom } from "../pid-namespace.ts";
import { maySeeLimits, priorityOfUser, setPriority } from "../priority.ts";
import { mayTrace, ptraceMayAccess } from "../ptrace.ts";
import { maySignal, takeSignal } from "../signal.ts";
import type { Task } from "../task.ts";
import { setProcessLimit, writeMaxUserNamespaces } from "../ucounts.ts";
import { allow, deny, ruleTable, type Verdict } from "../verdict.ts";
import type { World } from "../world.ts";
import {
  type Argument,
  id,
  int,
  integer,
  pidOfTask,
  scenarioError,
  settingText,
  task as taskName,
  text,
} from "./argument.ts";
import { type CallTable, defineCall, NOTHING, plain, type Values } from "./call.ts";

function kill(world: World, task: Task, target: Task, sig: number): Verdict {
  const there = findProcess(world, task, target);
  if (!there.ok) return there;
  const may = maySignal(task, target, sig);
  if (!may.ok) return may;
  const delivered = deliverSignal(world, task, target, sig);
  return delivered.rule ? delivered : may;
}

const RULES = ruleTable({
  processThere: {
    sentence: "The pid must be that of a process in the caller's pid namespace or in one below it.",
    source: "kill(2), ptrace(2), setpriority(2): ESRCH; pid_namespaces(7)",
  },
});

/** Is there a process that the caller has a number for? */
function findProcess(world: World, { pidNs }: Task, target: Task): Verdict {
  if (!isProcess(world, target)) return deny("ESRCH", RULES.processThere, `${target.name} has ended`);
  return isSeenFrom(target.pidNs, pidNs)
    ? allow()
    : deny("ESRCH", RULES.processThere, `${target.name} has no number there`);
}

/** Ask about a process, if there is one. */
function ofProcess(world: World, task: Task, target: Task, ask: () => Verdict): Verdict<Values> {
  const there = findProcess(world, task, target);
  return plain(there.ok ? ask() : there);
}

/** A name for a task that is made; no other task has it, or had. */
const newTask: Argument<string> = {
  ...text,
  read: (value, where, world) => {
    const name = text.read(value, where, world);
    if (world.tasks.has(name) || world.reaped.has(name)) throw scenarioError(where, "a name that no task has", name);
    return name;
  },
};

const LIFE_CALLS: CallTable = [
  defineCall("fork", { as: newTask }, (world, task, { as }) => {
    const child = forkTask(world, task, as);
    return child.ok ? allow(NOTHING, child.rule) : child;
  }),
  defineCall("fork_many", { count: integer }, (world, task, { count }) => {
    const { forked, refused } = forkMany(world, task, count);
    return allow({ forked, refused: refused?.ok === false ? refused.errno : null }, refused?.rule);
  }),
  defineCall("setrlimit_nproc", { limit: integer }, (world, task, { limit }) =>
    plain(setProcessLimit(world, task, limit)),
  ),
  defineCall("max_user_namespaces_write", { max: settingText }, (_, task, { max }) =>
    plain(writeMaxUserNamespaces(task, max)),
  ),
  defineCall("max_user_namespaces_read", {}, (_, { cred }) => allow({ max: cred.userNs.maxUserNamespaces })),
  defineCall("exit", {}, (world, task) => {
    exitTask(world, task);
    return allow(NOTHING);
  }),
  defineCall("waitid", { target: pidOfTask }, (world, task, { target }, where) => {
    const end = waitForChild(world, task, target);
    if (!end.ok) return end;
    if (!end.value) throw scenarioError(`${where}.target`, "a child that has ended: nobody waits here", target.name);
    return allow({ si_uid: end.value.uid, si_code: end.value.code }, end.rule);
  }),
  defineCall("sigblock", { sig: integer }, (_, task, { sig }) => {
    task.blocked.add(sig);
    return allow(NOTHING);
  }),
  defineCall("sigwait", { sig: integer }, (_, task, { sig }) => {
    const taken = takeSignal(task, sig);
    return taken.ok ? allow({ si_uid: taken.value.uid }, taken.rule) : taken;
  }),
];

const ASKING_CALLS: CallTable = [
  defineCall("kill", { target: pidOfTask, sig: integer }, (world, task, { target, sig }) =>
    plain(kill(world, task, target, sig)),
  ),
  defineCall("ptrace", { target: pidOfTask }, (world, task, { target }) =>
    ofProcess(world, task, target, () => mayTrace(world, task, target)),
  ),
  defineCall("robust_list", { target: taskName }, (world, task, { target }) =>
    plain(ptraceMayAccess(world, task, target, "realcreds")),
  ),
  defineCall("pidfd_getfd", { target: taskName }, (world, task, { target }) =>
    plain(ptraceMayAccess(world, task, target, "realcreds")),
  ),
  defineCall("getpriority_set", { target: pidOfTask, nice: int }, (world, task, { target, nice }) =>
    ofProcess(world, task, target, () => setPriority(world, task, target, nice)),
  ),
  defineCall("getpriority_user", { uid: id }, (world, task, { uid }) => {
    const nice = priorityOfUser(world, task, uid);
    return nice.ok ? allow({ nice: nice.value }, nice.rule) : nice;
  }),
  defineCall("prlimit_get", { target: taskName }, (_, task, { target }) => plain(maySeeLimits(task, target))),
];

export const PROCESS_CALLS: CallTable = [...ASKING_CALLS, ...LIFE_CALLS];
