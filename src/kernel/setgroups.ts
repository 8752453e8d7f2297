import type { UserId } from "../core/id.ts";
import { isValidKuid64, type Kuid64 } from "../core/kuid64.ts";
import { beforeNul, skipSpaces } from "./map-text.ts";
import { isNsCapable } from "./ns-capable.ts";
import { commitCreds, type Task } from "./task.ts";
import { makeKid } from "./uidgid.ts";
import type { UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "vectors/linux-6.18/1_map_write.json";

const RULES = ruleTable({
  setgroupsShort: {
    sentence: "The setgroups file takes one write of at most 7 bytes at its start.",
    source: `${SOURCE} (tag setgroups-text)`,
  },
  setgroupsWord: {
    sentence: 'The text is "allow" or "deny" from the first byte, and only white space after it.',
    source: `user_namespaces(7), The /proc/pid/setgroups file; ${SOURCE} (tag setgroups-text)`,
  },
  denyForGood: {
    sentence: "What was denied cannot be allowed again.",
    source: `user_namespaces(7); ${SOURCE} (tag setgroups-order)`,
  },
  denyBeforeGidMap: {
    sentence: '"deny" must be written before gid_map.',
    source: `user_namespaces(7); ${SOURCE} (tag setgroups-order)`,
  },
  setgroupsCap: {
    sentence: "setgroups needs CAP_SETGID in the caller's user namespace.",
    source: "setgroups(2), EPERM",
  },
  setgroupsMapped: {
    sentence: "setgroups is refused while gid_map is not written.",
    source: "user_namespaces(7); vectors/linux-6.18/6_privilege.json (tag setgroups)",
  },
  setgroupsDenied: {
    sentence: 'setgroups is refused where "deny" was written, here or further up.',
    source: "user_namespaces(7), The /proc/pid/setgroups file",
  },
  groupCount: {
    sentence: "A task has at most 65536 supplementary groups.",
    source: "setgroups(2): EINVAL; limits.h, NGROUPS_MAX",
  },
  groupMapped: {
    sentence: "Every group must be mapped in the caller's user namespace.",
    source: "setgroups(2); vectors/linux-6.18/2_id_translation.json (tag setid)",
  },
});

/** `NGROUPS_MAX` */
export const MAX_GROUPS = 65536;

/** The most bytes that a write may have. */
const LONGEST = 7;
const WORDS = ["allow", "deny"] as const;

/** Write the setgroups file. Who may open it for writing was asked at open. */
export function writeSetgroups(ns: UserNamespace, text: string, position: number): Verdict {
  if (position !== 0) return deny("EINVAL", RULES.setgroupsShort, `the position is ${position}`);
  if (text.length > LONGEST) return deny("EINVAL", RULES.setgroupsShort, `${text.length} bytes`);
  const held = beforeNul(text);
  const word = WORDS.find((known) => held.startsWith(known));
  if (!word || skipSpaces(held, word.length) !== held.length)
    return deny("EINVAL", RULES.setgroupsWord, JSON.stringify(held));
  if (word === "allow") return ns.setgroupsAllowed ? allow() : deny("EPERM", RULES.denyForGood);
  if (ns.maps.gid.extents.length > 0) return deny("EPERM", RULES.denyBeforeGidMap, `gid_map of ${ns.name} is written`);
  ns.setgroupsAllowed = false;
  return allow();
}

/** What the setgroups file reads. */
export function readSetgroups(ns: UserNamespace): string {
  return ns.setgroupsAllowed ? "allow\n" : "deny\n";
}

/** `setgroups`. @source setgroups(2) */
export function setGroups(world: World, task: Task, groups: readonly UserId<"gid">[]): Verdict {
  const { userNs } = task.cred;
  if (!isNsCapable(task.cred, userNs, "setgid")) return deny("EPERM", RULES.setgroupsCap);
  if (userNs.maps.gid.extents.length === 0)
    return deny("EPERM", RULES.setgroupsMapped, `gid_map of ${userNs.name} is empty`);
  if (!userNs.setgroupsAllowed) return deny("EPERM", RULES.setgroupsDenied, `denied in ${userNs.name}`);
  if (groups.length > MAX_GROUPS) return deny("EINVAL", RULES.groupCount, `${groups.length} groups`);
  const kgids: Kuid64<"gid">[] = [];
  for (const group of groups) {
    const kgid = makeKid(world, userNs, "gid", group);
    if (!isValidKuid64(kgid)) return deny("EINVAL", RULES.groupMapped, `gid ${group} is not mapped in ${userNs.name}`);
    kgids.push(kgid);
  }
  commitCreds(world, task, { groups: kgids });
  return allow();
}
