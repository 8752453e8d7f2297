import { isSameKuid64, isValidKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { type Cred, type CredIds, idsOf } from "./cred.ts";
import { kfsidToKid } from "./fsid.ts";
import { fsidMode } from "./fsid-modes.ts";
import { isNsCapable } from "./ns-capable.ts";
import { MAX_U32, readUnsigned } from "./number-text.ts";
import { genericPermission, MAY, type Protected } from "./permission.ts";
import { GLOBAL_ROOT } from "./pseudo-files.ts";
import type { SetidRule } from "./setid-policies.ts";
import type { Task } from "./task.ts";
import { makeKid } from "./uidgid.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, atStage, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "Documentation/admin-guide/LSM/SafeSetID.rst";

const RULES = ruleTable({
  policyAdmin: {
    sentence: "A SafeSetID policy is written with CAP_MAC_ADMIN in the initial namespace.",
    source: `${SOURCE}: EPERM`,
  },
  policyLines: {
    sentence:
      "A SafeSetID policy is lines of FROM:TO, each with its end, of ids that the writer's namespace maps; decimal, hexadecimal after 0x or octal after a 0, of 32 bits.",
    source: `${SOURCE}: EINVAL, ERANGE; security/safesetid/securityfs.c`,
  },
  policyTwice: {
    sentence: "A SafeSetID policy has no line twice, however it is written.",
    source: "security/safesetid/securityfs.c: EEXIST",
  },
  policyHolds: {
    sentence:
      "Whose real id a SafeSetID policy names takes only an id that it has, or one that the policy leads to; else it is killed. Isolated ids are named by none and led to by none.",
    source: `${SOURCE}; vectors/isolated A03, D04`,
  },
});

/** The files of the policies are global root's alone. */
const POLICY_FILE: Protected = { ...GLOBAL_ROOT, mode: 0o600, isDirectory: false, table: "id" };

/**
 * Write a policy, in place of the one before. An id that the policy leads to and does not name may then change to none.
 *
 * @param text  as it stands in the file; nobody looks behind a NUL
 */
export function writeSetidPolicy(world: World, { cred }: Task, kind: OwnerKind, text: string): Verdict {
  const opened = atStage(genericPermission(world, cred, POLICY_FILE, MAY.write), "open");
  if (!opened.ok) return opened;
  if (!isNsCapable(cred, world.initUserNs, "mac_admin"))
    return atStage(deny("EPERM", RULES.policyAdmin, "no CAP_MAC_ADMIN"), "write");
  const [looked = ""] = text.split("\0");
  const read = atStage(readRules(world, cred, kind, looked), "write");
  if (!read.ok) return read;
  const rules = read.value;
  const unnamed = rules.filter(({ to }) => !rules.some(({ from }) => isSameKuid64(from, to)));
  world.setidPolicies[kind] = { text: looked, rules: [...rules, ...unnamed.map(({ to }) => ({ from: to, to }))] };
  return allow();
}

/** The lines, one after the other, up to the first that is none. */
function readRules(world: World, { userNs }: Cred, kind: OwnerKind, text: string): Verdict<readonly SetidRule[]> {
  const rules: SetidRule[] = [];
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const ids = /^([^:]*):(.*)\n$/.exec(line);
    if (!ids) return deny("EINVAL", RULES.policyLines, JSON.stringify(line));
    const [, first = "", second = ""] = ids;
    const from = readId(first);
    if (!from.ok) return from;
    const to = readId(second);
    if (!to.ok) return to;
    const rule = { from: makeKid(world, userNs, kind, from.value), to: makeKid(world, userNs, kind, to.value) };
    if (!isValidKuid64(rule.from) || !isValidKuid64(rule.to))
      return deny("EINVAL", RULES.policyLines, JSON.stringify(line));
    if (rules.some((other) => isSameKuid64(other.from, rule.from) && isSameKuid64(other.to, rule.to)))
      return deny("EEXIST", RULES.policyTwice, JSON.stringify(line));
    rules.push(rule);
  }
  return allow(rules);
}

function readId(text: string): Verdict<number> {
  const id = readUnsigned(text);
  if (id === null) return deny("EINVAL", RULES.policyLines, JSON.stringify(text));
  return id > MAX_U32 ? deny("ERANGE", RULES.policyLines, text) : allow(id);
}

/** Read a policy, as it was written last: nothing where there is none. */
export function readSetidPolicy(world: World, { cred }: Task, kind: OwnerKind): Verdict<string> {
  const opened = atStage(genericPermission(world, cred, POLICY_FILE, MAY.read), "open");
  return opened.ok ? allow(world.setidPolicies[kind].text, opened.rule) : opened;
}

/**
 * `safesetid_task_fix_setuid`: does the policy let the ids change? What it takes from CAP_SETUID for other uses, and its
 * say on supplementary groups, are not modelled.
 */
export function policyAllows<K extends OwnerKind>(world: World, cred: Cred, kind: K, ids: CredIds<K>): Verdict {
  const old = idsOf(cred, kind);
  const named = world.setidPolicies[kind].rules.filter(({ from }) => isSameKuid64(from, old.real));
  if (named.length === 0) return allow();
  const isHeld = (kid: Kuid64) =>
    (["real", "effective", "saved"] as const).some((role) => isSameKuid64(old[role], kid));
  const foreign = [ids.real, ids.effective, ids.saved, ...fsidsAsked(world, cred, kind, ids)].find(
    (kid) => !isHeld(kid) && !named.some(({ to }) => isSameKuid64(to, kid)),
  );
  return foreign
    ? deny("EACCES", RULES.policyHolds, `${showKuid64(old.real)} to ${showKuid64(foreign)}`)
    : allow(undefined, RULES.policyHolds);
}

/**
 * The copies of the fs id that the policy is asked about. With fsid mappings the posted revisions look for the fs id, one of
 * files, among ids of processes; the repaired one asks about both copies, as the processes that they are.
 *
 * @source Jann Horn on the fsid mappings, third series, 00/25
 */
function fsidsAsked<K extends OwnerKind>(
  world: World,
  { userNs }: Cred,
  kind: K,
  { fs, pfs }: CredIds<K>,
): readonly Kuid64<K>[] {
  return fsidMode(world.profile)?.isRepaired ? [pfs, kfsidToKid(world, userNs, kind, fs)] : [fs];
}
