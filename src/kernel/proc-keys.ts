import type { UserId } from "../core/id.ts";
import type { Key } from "./key.ts";
import { keyPermission } from "./key-permission.ts";
import { countedFor, livingKeys, type Quota } from "./key-quota.ts";
import { possesses } from "./keyrings.ts";
import type { Task } from "./task.ts";
import { hasMapping, makeKid } from "./uidgid.ts";
import { allow, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  keyListed: {
    sentence:
      "/proc/keys has the keys that grant the reader to view them, and that count for a user whom the reader's namespace maps.",
    source: "keyrings(7), /proc/keys; tests/vectors/own/keys.json",
  },
  keyUserListed: {
    sentence: "/proc/key-users has what counts for each user whom the reader's namespace maps.",
    source: "keyrings(7), /proc/key-users; tests/vectors/own/keys.json",
  },
});

/** Is a key among those of /proc/keys, as the task reads it? */
export function keyListed(world: World, task: Task, key: Key | null): Verdict<{ readonly listed: boolean }> {
  const listed =
    key !== null &&
    livingKeys(world).has(key) &&
    hasMapping(world, task.cred.userNs, "uid", key.countsFor) &&
    keyPermission(world, task.cred, { key, isPossessed: possesses(world, task, key) }, "view").ok;
  return allow({ listed }, RULES.keyListed);
}

/** What counts for a user, by the line of /proc/key-users as the task reads it: nothing where there is no line. */
export function keyUserListed(
  world: World,
  task: Task,
  uid: UserId<"uid">,
): Verdict<{ readonly [K in keyof Quota]: Quota[K] }> {
  return allow(countedFor(world, makeKid(world, task.cred.userNs, "uid", uid)), RULES.keyUserListed);
}
