import { lastOf, overlapOf, type Range } from "../../core/index.ts";
import { type KeptLine, placeOfKept, type SubidEntry, type SubidFile } from "../../formats/index.ts";
import { coveredAccounts, grantedIds } from "../account-overlap.ts";
import { pairsThatMeet } from "../pairs-that-meet.ts";
import { grantsOf, type SubidGrant } from "../subid-grant.ts";
import type { Draft, SubidName } from "./draft.ts";
import type { Finding, Fix } from "./finding.ts";
import { freeRange } from "./free-range.ts";
import type { Host, HostFiles } from "./host.ts";
import { accountsOf } from "./host-accounts.ts";

/** One of the two files while it is looked at. */
interface Examined {
  readonly name: SubidName;
  readonly file: SubidFile;
  readonly files: HostFiles;
  readonly draft: Draft;
}

/** What is wrong with the lines of /etc/subuid and /etc/subgid, each file for itself. */
export function subidLineFindings({ files }: Host, draft: Draft): readonly Finding[] {
  return (["subuid", "subgid"] as const).flatMap((name) => {
    const file = files[name];
    if (!file) return [];
    const examined = { name, file, files, draft };
    return [...unreadable(examined), ...overlaps(examined), ...overAccounts(examined), ...beyondIds(examined)];
  });
}

/** `/etc/subuid:3: ben:100000:65536` */
export function quoteLine(file: SubidFile, line: KeptLine<SubidEntry>): string {
  return `${placeOfKept(file, line)}: ${line.text}`;
}

function unreadable({ name, file, draft }: Examined): Finding[] {
  return file.lines.flatMap((line): Finding[] =>
    line.fault === null
      ? []
      : [
          {
            code: "subid-line-unreadable",
            severity: "warning",
            what: `A line grants nothing: ${line.fault}.`,
            evidence: [quoteLine(file, line)],
            consequence: "The tools pass over it in silence; whoever it was meant for has no ids of it.",
            fixes: draft.commentOut(name, line),
          },
        ],
  );
}

interface Granted extends SubidGrant {
  readonly range: Range;
}

function overlaps(examined: Examined): Finding[] {
  const granted = grantsOf(examined.file).flatMap((grant): Granted[] => {
    const range = grantedIds(grant.entry);
    return range ? [{ ...grant, range }] : [];
  });
  return pairsThatMeet(granted, ({ range }) => [range]).flatMap(([earlier, later]) => {
    const shared = overlapOf(earlier.range, later.range);
    return shared ? [overlap(examined, earlier, later, shared)] : [];
  });
}

function overlap(examined: Examined, earlier: Granted, later: Granted, shared: Range): Finding {
  const { file } = examined;
  const isSameOwner = earlier.entry.owner === later.entry.owner;
  const evidence = [quoteLine(file, earlier.line), quoteLine(file, later.line)];
  const ids = `${shared.first}…${lastOf(shared)}`;
  if (isSameOwner)
    return {
      code: "subid-overlap",
      severity: "warning",
      what: `${earlier.entry.owner} is given ${ids} twice.`,
      evidence,
      consequence: "A tool that takes both lines into one map writes overlapping lines: EINVAL.",
      fixes: [],
    };
  return {
    code: "subid-overlap",
    severity: "error",
    what: `${earlier.entry.owner} and ${later.entry.owner} share ${ids}.`,
    evidence,
    consequence: "Each can read, change and signal what the other's containers own.",
    fixes: moved(examined, later.line, later.entry),
  };
}

/** The whole line at a free place. Files that carry its ids keep them, which is said. */
function moved({ name, draft }: Examined, line: KeptLine<SubidEntry>, entry: SubidEntry): Fix[] {
  const count = Number(entry.count);
  const to = count > 0 ? freeRange(draft.files, count) : null;
  const edits = to ? draft.replaceLine(name, line, { ...entry, first: BigInt(to.first) }) : [];
  if (!to || edits.length === 0) return edits;
  const what = `files of ${entry.owner}'s containers keep their owners: shift them by ${BigInt(to.first) - entry.first}`;
  return [...edits, { kind: "by-hand", what }];
}

function overAccounts(examined: Examined): Finding[] {
  const { name, file, files } = examined;
  const kind = name === "subuid" ? "user" : "group";
  const found = coveredAccounts(file, kind, accountsOf(files)[`${kind}s`]);
  return grantsOf(file).flatMap((grant): Finding[] => {
    const accounts = found.filter(({ entry }) => entry === grant.entry).map(({ account }) => account);
    if (accounts.length === 0) return [];
    const shown = accounts.slice(0, 3).map(({ name, id }) => `${kind} ${name} is ${id}`);
    const more = accounts.length > 3 ? [`and ${accounts.length - 3} more`] : [];
    return [
      {
        code: "subid-covers-account",
        severity: "error",
        what: `${grant.entry.owner} is given ids of real accounts.`,
        evidence: [quoteLine(file, grant.line), ...shown, ...more],
        consequence: `${grant.entry.owner} can act as them, on network file systems too (CVE-2024-56433).`,
        fixes: moved(examined, grant.line, grant.entry),
      },
    ];
  });
}

/** One past the last id. */
const END = 0xffff_ffffn;

function beyondIds(examined: Examined): Finding[] {
  const { name, file, draft } = examined;
  return grantsOf(file).flatMap(({ line, entry }): Finding[] => {
    if (entry.count > 0n && entry.first + entry.count <= END) return [];
    const fixes = moved(examined, line, entry);
    return [
      {
        code: "subid-beyond-ids",
        severity: "warning",
        what: entry.count === 0n ? "A line grants no id." : "A line reaches beyond 4294967294, the last id there is.",
        evidence: [quoteLine(file, line)],
        consequence: "A map that takes all of it is refused with EINVAL.",
        fixes: fixes.length > 0 ? fixes : draft.commentOut(name, line),
      },
    ];
  });
}
