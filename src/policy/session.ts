import { ruleTable, setPile, setResId, type Task, type World } from "../kernel/index.ts";
import { type Decision, grant, refuse } from "./decision.ts";
import type { Lease, LeaseRequest, PileRegistry } from "./pile-registry.ts";

const RULES = ruleTable({
  sessionOpens: {
    sentence:
      "At login, as root: the user's range is leased, set as the pile of user ids and of group ids, and the user's own ids are taken.",
    source: 'completion of this project; seed 000: "A PAM module on the host could then, by policy"',
  },
  sessionEnds: {
    sentence: "At logout the lease ends when the last process is gone that holds an id of the range.",
    source: "completion of this project",
  },
});

/** Who logs in. */
export interface SessionUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A login: its first process, and the range that it came with; null: policy grants this user none. */
export interface Session {
  readonly user: SessionUser;
  readonly lease: Lease | null;
}

/**
 * The open hook of a PAM module, run by the login program as root: make its process the user's, with the user's pile.
 *
 * A user without a grant gets empty piles: a login that left the caller's would leak them.
 *
 * @param request  what policy grants the user; null: nothing
 */
export function openSession(
  world: World,
  registry: PileRegistry,
  login: Task,
  user: SessionUser,
  request: LeaseRequest | null,
): Decision<Session> {
  const lease = request === null ? null : registry.lease(world, request);
  if (lease && !lease.ok) return lease;
  const range = lease?.value ?? { first: 0, count: 0 };
  const ids: readonly number[] = Array.from({ length: range.count }, (_, index) => range.first + index);
  const before = login.cred;
  const steps = [
    () => setPile(world, login, "uid", { ids, size: ids.length }),
    () => setPile(world, login, "gid", { ids, size: ids.length }),
    () => setResId(world, login, "gid", user.gid, user.gid, user.gid),
    () => setResId(world, login, "uid", user.uid, user.uid, user.uid),
  ];
  for (const step of steps) {
    const done = step();
    if (done.ok) continue;
    login.cred = before;
    if (lease) registry.end(world, lease.value);
    return refuse(done.rule, done.because);
  }
  return grant({ user, lease: lease?.value ?? null }, RULES.sessionOpens);
}

/** The close hook: the names of the range go with the lease. @returns refused while a process holds an id of it */
export function closeSession(world: World, registry: PileRegistry, session: Session): Decision<Session> {
  if (session.lease === null) return grant(session, RULES.sessionEnds);
  const ended = registry.end(world, session.lease);
  return ended.ok ? grant(session, RULES.sessionEnds) : refuse(RULES.sessionEnds, ended.because);
}
