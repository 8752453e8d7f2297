import { isId, NO_ID, type UserId } from "../core/id.ts";
import { CLASSICAL, isValidKuid64 } from "../core/kuid64.ts";
import type { Cred } from "./cred.ts";
import { isNsCapable } from "./ns-capable.ts";
import { untilNul } from "./number-text.ts";
import type { Task } from "./task.ts";
import { fromKid, makeKid } from "./uidgid.ts";
import { type Allowed, allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "proc(5), /proc/pid/loginuid; vectors/isolated/scenarios.json (A01)";

const RULES = ruleTable({
  loginOfSelf: { sentence: "A task sets its own login uid only.", source: `${SOURCE}: EPERM` },
  loginNumber: { sentence: "A login uid is a number, 0 … 4294967295.", source: `${SOURCE}: EINVAL, ERANGE` },
  loginMapped: { sentence: "The login uid must be mapped in the opener's namespace.", source: `${SOURCE}: EINVAL` },
  loginOnce: {
    sentence: "A login uid that is set is changed with CAP_AUDIT_CONTROL in the initial namespace only.",
    source: "capabilities(7), CAP_AUDIT_CONTROL: EPERM",
  },
  loginShown: {
    sentence: "The login uid is shown as it is in the reader's namespace, and as 4294967295, unset, where it is not.",
    source: SOURCE,
  },
});

/** What /proc/PID/loginuid reads. */
export function readLoginUid(world: World, reader: Cred, target: Task): Allowed<UserId<"uid">> {
  const held = target.loginUid ?? { id: NO_ID, number: CLASSICAL };
  return allow(fromKid(world, reader.userNs, "uid", held), RULES.loginShown);
}

/** How much of what is written to /proc/PID/loginuid is looked at. @source asked of a running Linux 6.18 */
const LOGIN_BYTES = 34;
/** Of a number that no 64 bits hold, what follows is not looked at. */
const TOO_LONG = 2n ** 64n;

/** Write to /proc/PID/loginuid, which is open. */
export function writeLoginUidText(world: World, task: Task, target: Task, text: string): Verdict {
  if (task !== target) return deny("EPERM", RULES.loginOfSelf, target.name);
  const read = untilNul(text.slice(0, LOGIN_BYTES));
  const [, digits = "", rest = ""] = /^\+?(\d*)(.*)$/s.exec(read) ?? [];
  const uid = Number(digits);
  const isTooLong = BigInt(digits) >= TOO_LONG;
  if (!isTooLong && (digits === "" || !["", "\n"].includes(rest)))
    return deny("EINVAL", RULES.loginNumber, JSON.stringify(read));
  return isId(uid) ? writeLoginUid(world, task, target, uid) : deny("ERANGE", RULES.loginNumber, digits);
}

/** Write a number to /proc/PID/loginuid; NO_ID unsets it. The file is open. */
export function writeLoginUid(world: World, task: Task, target: Task, uid: UserId<"uid">): Verdict {
  if (task !== target) return deny("EPERM", RULES.loginOfSelf, target.name);
  const kuid = makeKid(world, task.cred.userNs, "uid", uid);
  const isUnset = uid === NO_ID;
  if (!isUnset && !isValidKuid64(kuid))
    return deny("EINVAL", RULES.loginMapped, `uid ${uid} is not mapped in ${task.cred.userNs.name}`);
  if (task.loginUid !== null && !isNsCapable(task.cred, world.initUserNs, "audit_control"))
    return deny("EPERM", RULES.loginOnce, "it is set");
  task.loginUid = isUnset ? null : kuid;
  return allow();
}
