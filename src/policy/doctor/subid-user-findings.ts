import { contains } from "../../core/index.ts";
import { entriesOf, type KeptFile, type PasswdEntry, type SubidFile } from "../../formats/index.ts";
import { grantsOf, grantsTo } from "../subid-grant.ts";
import { UID_RANGES } from "../uid-ranges.ts";
import type { Draft, SubidName } from "./draft.ts";
import type { Finding, Fix } from "./finding.ts";
import { freeRange, USUAL_COUNT } from "./free-range.ts";
import type { Host } from "./host.ts";
import { quoteLine } from "./subid-line-findings.ts";

/** Ids that a container needs beside root's, which is the caller's own: 1 to 65534, nobody. */
const NEEDED = 65534n;

const NAMES = ["subuid", "subgid"] as const;

/** Who has too few subordinate ids, user by user, and lines for nobody. */
export function subidUserFindings({ files }: Host, draft: Draft): readonly Finding[] {
  const { subuid, subgid, passwd } = files;
  if (!subuid || !subgid || !passwd) return [];
  const given = { subuid, subgid };
  return [
    ...NAMES.flatMap((name) => unknownOwners(given[name], passwd)),
    ...entriesOf(passwd)
      .filter(({ uid }) => contains(UID_RANGES.regular, uid))
      .flatMap((user) => shortfalls(user, given, passwd, draft)),
  ];
}

function unknownOwners(file: SubidFile, passwd: KeptFile<PasswdEntry>): Finding[] {
  const accounts = entriesOf(passwd);
  return grantsOf(file)
    .filter(({ entry: { owner } }) => !accounts.some(({ name, uid }) => name === owner || String(uid) === owner))
    .map(({ line, entry }) => ({
      code: "subid-unknown-owner",
      severity: "note",
      what: `${entry.owner} is no user of ${passwd.where}.`,
      evidence: [quoteLine(file, line)],
      consequence: "Ids of somebody who has left stay taken; a directory (LDAP, SSSD) may know the name all the same.",
      fixes: [],
    }));
}

type Given = Readonly<Record<SubidName, SubidFile>>;

function shortfalls(user: PasswdEntry, given: Given, passwd: KeptFile<PasswdEntry>, draft: Draft): Finding[] {
  // What fixes of lines have left counts; evidence is what stands in the files.
  const left = (name: SubidName) => grantsTo(draft.files[name] ?? given[name], user, passwd);
  const evidence = (name: SubidName) =>
    grantsTo(given[name], user, passwd).map(({ line }) => quoteLine(given[name], line));
  const has = NAMES.filter((name) => left(name).length > 0);
  const [only] = has;
  if (only === undefined) return [none(user, draft)];
  return [
    ...(has.length === 1 ? [oneKind(user, only, given, evidence(only), draft)] : []),
    ...has.flatMap((name) => {
      const sum = left(name).reduce((all, { entry }) => all + entry.count, 0n);
      return sum < NEEDED ? [tooFew(user, name, sum, given, evidence(name), draft)] : [];
    }),
  ];
}

function none(user: PasswdEntry, draft: Draft): Finding {
  return {
    code: "subid-none",
    severity: "note",
    what: `${user.name} has no subordinate ids.`,
    evidence: [`user ${user.name} is ${user.uid}`],
    consequence: `A rootless container of ${user.name} has one id: root inside, and nobody else.`,
    fixes: addUsual(user, NAMES, draft),
  };
}

function oneKind(user: PasswdEntry, has: SubidName, given: Given, evidence: readonly string[], draft: Draft): Finding {
  const lacks = has === "subuid" ? "subgid" : "subuid";
  return {
    code: "subid-one-kind",
    severity: "error",
    what: `${user.name} stands in ${given[has].where} and not in ${given[lacks].where}.`,
    evidence,
    consequence: `Runtimes map both or nothing, so that containers of ${user.name} have one id.`,
    fixes: addUsual(user, [lacks], draft),
  };
}

function tooFew(
  user: PasswdEntry,
  name: SubidName,
  sum: bigint,
  given: Given,
  evidence: readonly string[],
  draft: Draft,
): Finding {
  return {
    code: "subid-too-few",
    severity: "warning",
    what: `${user.name} has ${sum} subordinate ids in ${given[name].where}; images use up to ${NEEDED}, nobody.`,
    evidence,
    consequence:
      'An image that holds a higher id cannot be unpacked: "potentially insufficient UIDs or GIDs available".',
    fixes: addUsual(user, [name], draft),
  };
}

function addUsual(user: PasswdEntry, names: readonly SubidName[], draft: Draft): Fix[] {
  const free = freeRange(draft.files, USUAL_COUNT);
  if (!free) return [];
  const entry = { owner: user.name, first: BigInt(free.first), count: BigInt(free.count) };
  return names.flatMap((name) => draft.addLine(name, entry));
}
