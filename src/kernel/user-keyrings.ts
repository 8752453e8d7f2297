import { type Key, linkName } from "./key.ts";
import { keyPermission } from "./key-permission.ts";
import { mayMake } from "./key-quota.ts";
import { GRANTS, makeIn, NO_GROUP, newKey, registersOf } from "./new-key.ts";
import type { Task } from "./task.ts";
import { fromKid } from "./uidgid.ts";
import { allow, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  userKeyring: {
    sentence:
      "The keyrings of a user are those of the real user id, found by its number in the caller's user namespace, which has a register of its own.",
    source: "user-keyring(7), user-session-keyring(7); vectors/isolated/scenarios.json (E01, Q03)",
  },
});

interface UserKeyrings {
  readonly user: Key;
  readonly session: Key;
}

/** `look_up_user_keyrings`: both keyrings of the real user, made where there are none. @returns EDQUOT, EACCES */
export function userKeyrings(world: World, task: Task): Verdict<UserKeyrings> {
  const { userNs, uid } = task.cred;
  const register = registerOfUsers(world, task);
  if (!register.ok) return register;
  const shown = fromKid(world, userNs, "uid", uid.real);
  const named = (description: string, ...held: readonly Key[]): Verdict<Key> => {
    const key = register.value.links.get(linkName({ type: "keyring", description }));
    if (key) {
      const granted = keyPermission(world, task.cred, { key, isPossessed: true }, "search");
      return granted.ok ? allow(key) : granted;
    }
    const owner = { uid: uid.real, gid: NO_GROUP };
    const made = newKey(world, task, {
      type: "keyring",
      description,
      owner,
      permissions: GRANTS.ofUser,
      isOfUser: true,
    });
    for (const one of held) made.links.set(linkName(one), one);
    return makeIn(world, register.value, made);
  };
  const user = named(`_uid.${shown}`);
  if (!user.ok) return user;
  const session = named(sessionName(shown), user.value);
  return session.ok ? allow({ user: user.value, session: session.value }, RULES.userKeyring) : session;
}

/** The keyring of a namespace that holds those of its users counts for who owns the namespace. @returns EDQUOT */
function registerOfUsers(world: World, task: Task): Verdict<Key> {
  const { userNs } = task.cred;
  const registers = registersOf(world, userNs);
  if (registers.users) return allow(registers.users);
  const owner = { uid: userNs.owner.uid, gid: NO_GROUP };
  const register = newKey(world, task, {
    type: "keyring",
    description: ".user_reg",
    owner,
    permissions: GRANTS.register,
  });
  const room = mayMake(world, register);
  if (!room.ok) return room;
  registers.users = register;
  return allow(register);
}

const sessionName = (shown: number) => `_uid_ses.${shown}`;

/** The user session keyring, where it was made before. */
export function userSessionThere(world: World, { cred }: Task): Key | null {
  const description = sessionName(fromKid(world, cred.userNs, "uid", cred.uid.real));
  const register = world.keyRegisters.get(cred.userNs)?.users;
  return register?.links.get(linkName({ type: "keyring", description })) ?? null;
}
