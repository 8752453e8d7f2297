import { inheritedKeyrings } from "./key.ts";
import { reapNamespaces } from "./namespace-lifetime.ts";
import { isFirstIn, pidNamespacesFrom } from "./pid-namespace.ts";
import type { Process } from "./process.ts";
import type { Task } from "./task.ts";
import { mayCountProcess } from "./ucounts.ts";
import { fromKidMunged } from "./uidgid.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  waitForChild: { sentence: "A process waits for its own children only.", source: "waitid(2): ECHILD" },
  firstLives: {
    sentence: "A pid namespace takes no process any more, once its first one has ended.",
    source: "fork(2), pid_namespaces(7): ENOMEM",
  },
  childUid: {
    sentence: "What is told of a child that ended is its real user id, as the one who waits is shown it.",
    source: "waitid(2), si_uid",
  },
});

/** `fork`: a task with all that its parent has, but for signals that are under way. It shares the open files. */
export function forkTask(world: World, parent: Task, name: string): Verdict<Task> {
  const counted = mayCountProcess(world, parent);
  if (!counted.ok) return counted;
  const [first] = parent.pidNsForChildren.members;
  if (first && hasEnded(world, first)) return deny("ENOMEM", RULES.firstLives, `${first.name} has ended`);
  const child: Task = {
    ...parent,
    name,
    pid: world.nextPid++,
    pidNs: parent.pidNsForChildren,
    timeNs: parent.timeNsForChildren,
    parent,
    mapFiles: new Map(parent.mapFiles),
    files: new Map(parent.files),
    sockets: new Map(parent.sockets),
    pipes: [...parent.pipes],
    keyrings: inheritedKeyrings(parent.keyrings),
    blocked: new Set(parent.blocked),
    pending: [],
  };
  for (const ns of pidNamespacesFrom(child.pidNs)) if (ns.parent) ns.members.push(child);
  world.tasks.set(name, child);
  return allow(child, counted.rule);
}

/** How many children a task could make. */
export interface ForkedMany {
  readonly forked: number;
  /** What the next one was refused with; null: all were made. */
  readonly refused: Verdict<never> | null;
}

/** Fork children until so many are made or one is refused, and let all of them end. */
export function forkMany(world: World, parent: Task, count: number): ForkedMany {
  const made: Task[] = [];
  let refused: Verdict<never> | null = null;
  while (made.length < count && !refused) {
    const child = forkTask(world, parent, `${parent.name}, child ${made.length}`);
    if (child.ok) made.push(child.value);
    else refused = child;
  }
  for (const child of made) world.tasks.delete(child.name);
  return { forked: made.length, refused };
}

function hasEnded({ tasks }: World, { name }: Process): boolean {
  return tasks.get(name)?.isZombie !== false;
}

/**
 * `_exit`, or the end by a signal: the task stays as a zombie while a parent lives that has not waited for it. With the
 * first process of a pid namespace all others in it are killed.
 *
 * @source _exit(2); pid_namespaces(7), The namespace init process
 */
export function exitTask(world: World, task: Task, how: "exited" | "killed" = "exited"): void {
  task.isZombie = true;
  task.wasKilled = how === "killed";
  task.program = null;
  task.mapFiles.clear();
  task.files.clear();
  task.sockets.clear();
  task.pipes.length = 0;
  for (const child of [...world.tasks.values()].filter(({ parent }) => parent === task)) {
    child.parent = null;
    if (child.isZombie) reap(world, child);
  }
  if (task.parent === null) reap(world, task);
  else reapNamespaces(world);
  if (!isFirstIn(task.pidNs, task)) return;
  for (const { name } of task.pidNs.members) {
    const member = world.tasks.get(name);
    if (member && !member.isZombie) exitTask(world, member, "killed");
  }
}

/** Nothing refers to the task any more. */
function reap(world: World, task: Task): void {
  world.tasks.delete(task.name);
  world.reaped.set(task.name, task);
  for (const [ns, resident] of world.residents) {
    if (resident !== task) continue;
    world.residents.delete(ns);
    world.userNamespaces.delete(ns.name);
  }
  reapNamespaces(world);
}

/** Is the task a process still: running, or a zombie? */
export function isProcess(world: World, task: Task): boolean {
  return world.tasks.get(task.name) === task;
}

/** How a child ended: what `siginfo_t` tells of it. */
export interface ChildEnd {
  readonly uid: number;
  /** CLD_EXITED or CLD_KILLED. */
  readonly code: 1 | 2;
}

/**
 * `waitid(P_PID, …, WEXITED)` for a task that has ended.
 *
 * @returns null where it has not, and the caller would wait
 */
export function waitForChild(world: World, task: Task, child: Task): Verdict<ChildEnd | null> {
  if (child.parent !== task || !isProcess(world, child)) return deny("ECHILD", RULES.waitForChild, child.name);
  if (!child.isZombie) return allow(null);
  const uid = fromKidMunged(world, task.cred.userNs, "uid", child.cred.uid.real);
  reap(world, child);
  return allow({ uid, code: child.wasKilled ? 2 : 1 }, RULES.childUid);
}
