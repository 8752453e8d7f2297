import { allow } from "../kernel/index.ts";
import {
  id,
  integerIn,
  listOf,
  objectOf,
  oneOf,
  optional,
  scenarioError,
  task,
  text,
  type UserProgram,
  type UserSpace,
  type Values,
} from "../kernel/syscall/index.ts";
import { told } from "./decision.ts";
import { accountOfId, accountOfName, ownerName } from "./dynamic-names.ts";
import { type Lease, type LeaseRequest, PileRegistry } from "./pile-registry.ts";
import { closeSession, openSession, type Session } from "./session.ts";
import { BLOCK } from "./uid-ranges.ts";

const kind = oneOf("persistent", "transient");
const count = integerIn(1, BLOCK);
const user = objectOf({ name: text, uid: id, gid: id });
const granted = objectOf({
  user: text,
  /** What a name lookup calls it between the owner and the number. */
  name: optional(text, "session"),
  base: optional(id, null),
  count: optional(count, BLOCK),
  kind: optional(kind, "persistent"),
});

/** Who can log in, and what policy grants whom; without an entry a user has no pile. */
const SETUP = { piles: objectOf({ users: listOf(user), grants: optional(listOf(granted), []) }) };

const OPEN = { login: task, user: text, as: text };
const CLOSE = { session: text };
const LEASE = {
  owner: text,
  name: text,
  base: optional(id, null),
  count: optional(count, BLOCK),
  kind: optional(kind, "persistent"),
};
const LOOK_UP = { uid: optional(id, undefined), name: optional(text, undefined) };

const ARGS = { pam_open_session: OPEN, pam_close_session: CLOSE, pile_lease: LEASE, nss_lookup: LOOK_UP };

/** @throws UsernsError ERR_SCENARIO for one that stands there before */
function requireOnce(names: readonly string[], at: (index: number) => string, expected: string): void {
  const again = names.findIndex((name, index) => names.indexOf(name) < index);
  const name = names[again];
  if (name !== undefined) throw scenarioError(at(again), expected, name);
}

/** A PAM module that hands out piles, the registry behind it, and the NSS module that names their ids. */
export const SESSIONS: UserSpace = {
  setupKeys: Object.keys(SETUP),
  programNames: Object.keys(ARGS),
  shape: { setup: SETUP, programs: ARGS },
  start: (world, setup, where) => {
    const { users, grants } = objectOf(SETUP).read(setup, where, world).piles;
    const names = users.map(({ name }) => name);
    requireOnce(names, (index) => `${where}.piles.users[${index}].name`, "a name that no other user has");
    const owners = grants.map((entry) => entry.user);
    for (const [index, owner] of owners.entries())
      if (!names.includes(owner))
        throw scenarioError(`${where}.piles.grants[${index}].user`, `one of ${names.join(", ")}`, owner);
    requireOnce(owners, (index) => `${where}.piles.grants[${index}].user`, "a user to whom nothing was granted before");
    const registry = new PileRegistry(users.map(({ name, uid }) => ({ name, id: uid })));
    const sessions = new Map<string, Session>();
    const requestOf = (name: string): LeaseRequest | null => {
      const found = grants.find((entry) => entry.user === name);
      return found ? { ...found, owner: name } : null;
    };
    const runs: { readonly [Name in keyof typeof ARGS]: UserProgram["run"] } = {
      pam_open_session: (world, step, where) => {
        const { login, user: name, as } = objectOf(OPEN).read(step, where, world);
        const who = users.find((entry) => entry.name === name);
        if (!who) throw scenarioError(`${where}.user`, `one of ${names.join(", ")}`, name);
        if (sessions.has(as)) throw scenarioError(`${where}.as`, "a name that no session has", as);
        const opened = openSession(world, registry, login, who, requestOf(name));
        if (opened.ok) sessions.set(as, opened.value);
        return told(opened, ({ lease }) => (lease ? shown(lease) : {}));
      },
      pam_close_session: (world, step, where) => {
        const { session: name } = objectOf(CLOSE).read(step, where, world);
        const session = sessions.get(name);
        if (!session) throw scenarioError(`${where}.session`, `one of ${[...sessions.keys()].join(", ")}`, name);
        const closed = closeSession(world, registry, session);
        if (closed.ok) sessions.delete(name);
        return told(closed, () => ({}));
      },
      pile_lease: (world, step, where) => told(registry.lease(world, objectOf(LEASE).read(step, where, world)), shown),
      nss_lookup: (world, step, where) => {
        const { uid, name } = objectOf(LOOK_UP).read(step, where, world);
        if ((uid === undefined) === (name === undefined)) throw scenarioError(where, "uid or name", step);
        const found =
          uid === undefined
            ? accountOfName(registry.live, ownerName, name ?? "")
            : accountOfId(registry.live, ownerName, uid);
        return allow(found ? { name: found.name, uid: found.id } : { name: null, uid: null });
      },
    };
    return Object.entries(runs).map(([name, run]) => ({ name, run }));
  },
};

function shown({ first, count, generation }: Lease): Values {
  return { base: first, count, generation };
}
