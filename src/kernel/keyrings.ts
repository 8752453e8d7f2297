import type { Key, KeyRef } from "./key.ts";
import { searchKeyring } from "./key-search.ts";
import { GRANTS, newKey, realOwner } from "./new-key.ts";
import { sessionKeyring } from "./session-keyring.ts";
import type { Task } from "./task.ts";
import { userKeyrings, userSessionThere } from "./user-keyrings.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/*
 * The keyrings that are asked for by what they are, not by a number: those of a process, of its session, and of its real
 * user in its user namespace.
 */

const RULES = ruleTable({
  keyringThere: {
    sentence:
      "The keyring of a thread or of a process is made when something is to be put into it, not to be looked at.",
    source: "keyrings(7), thread-keyring(7), process-keyring(7): ENOKEY",
  },
  keyringHad: {
    sentence:
      "Of a session's or a user's keyring that cannot be had it is told that it is not there: where there is no room for it, and where its user took search from it.",
    source: "vectors of this project, keys.json: ENOKEY",
  },
});

/** How the keyrings are written. @source keyctl(1), Key identifiers */
export const SPECIAL_KEYRINGS = ["@t", "@p", "@s", "@u", "@us"] as const;
export type SpecialKeyring = (typeof SPECIAL_KEYRINGS)[number];

/**
 * `lookup_user_key` of a keyring by what it is: whoever asks possesses it.
 *
 * @param creates  is something to be put into it?
 * @returns ENOKEY
 */
export function specialKeyring(world: World, task: Task, which: SpecialKeyring, creates: boolean): Verdict<KeyRef> {
  const found = which === "@t" || which === "@p" ? own(world, task, which, creates) : kept(world, task, which, creates);
  return found.ok ? allow({ key: found.value, isPossessed: true }, found.rule) : found;
}

const OWN = { "@t": { slot: "thread", description: "_tid" }, "@p": { slot: "process", description: "_pid" } } as const;

/** The keyring of a thread or of a process: whether there is room for it is not asked. */
function own(world: World, task: Task, which: "@t" | "@p", creates: boolean): Verdict<Key> {
  const { slot, description } = OWN[which];
  if (!task.keyrings[slot] && creates)
    task.keyrings[slot] = newKey(world, task, {
      type: "keyring",
      description,
      owner: realOwner(task),
      permissions: GRANTS.process,
    });
  const keyring = task.keyrings[slot];
  return keyring ? allow(keyring) : deny("ENOKEY", RULES.keyringThere, `${task.name} has no ${slot} keyring`);
}

/** A keyring that outlives the process. */
function kept(world: World, task: Task, which: "@s" | "@u" | "@us", creates: boolean): Verdict<Key> {
  const found = which === "@s" ? sessionKeyring(world, task, creates) : ofUser(world, task, which);
  return found.ok ? found : deny("ENOKEY", RULES.keyringHad, found.because);
}

function ofUser(world: World, task: Task, which: "@u" | "@us"): Verdict<Key> {
  const both = userKeyrings(world, task);
  return both.ok ? allow(which === "@u" ? both.value.user : both.value.session, both.rule) : both;
}

/**
 * Does the task possess a key: is it found by search from the keyrings of its thread, process and session, or of its
 * user's session where it has no other?
 */
export function possesses(world: World, task: Task, key: Key): boolean {
  const { thread, process, session } = task.keyrings;
  return [thread, process, session ?? userSessionThere(world, task)].some(
    (root) => root !== null && searchKeyring(world, task.cred, { key: root, isPossessed: true }, key).ok,
  );
}
