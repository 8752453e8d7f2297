import { lastOf, type Range } from "../../core/index.ts";
import { grantUses, type IdUse } from "../alloc/id-use.ts";
import { type ReconcileFinding, reconcile } from "../alloc/reconcile.ts";
import type { Finding } from "./finding.ts";
import type { Host, HostFiles } from "./host.ts";
import { accountsOf } from "./host-accounts.ts";

/** What containers that run share with others: ids with each other that nobody was granted, and ids of accounts. */
export function namespaceFindings({ files, system }: Host): readonly Finding[] {
  const uses = system?.uses ?? [];
  if (uses.length === 0) return [];
  const found = reconcile({ ...accountsOf(files), uses: [...grants(files), ...uses], claims: [], now: 0 });
  return [...found.flatMap((finding) => overlap(finding)), ...uses.flatMap((use) => overAccounts(use, found))];
}

function grants({ subuid, subgid }: HostFiles): readonly IdUse[] {
  return [...(subuid ? grantUses(subuid, "uid") : []), ...(subgid ? grantUses(subgid, "gid") : [])];
}

const shown = (range: Range): string => `${range.first}…${lastOf(range)}`;

function overlap(finding: ReconcileFinding): Finding[] {
  if (finding.code !== "overlap" || finding.use.by !== "namespace") return [];
  const { use, other, ids } = finding;
  return [
    {
      code: "namespaces-share-ids",
      severity: "warning",
      what: `Two running namespaces share ${ids.map(shown).join(", ")}, which nobody was granted.`,
      evidence: [`${use.where}: ${use.owner}`, `${other.where}: ${other.owner}`],
      consequence: "Who escapes from one can act on the files and tasks of the other.",
      fixes: [],
    },
  ];
}

function overAccounts(use: IdUse, found: readonly ReconcileFinding[]): Finding[] {
  const accounts = found.flatMap((finding) =>
    finding.code === "covers-account" && finding.use === use ? [finding.account] : [],
  );
  const [first] = accounts;
  if (!first) return [];
  const more = accounts.length > 1 ? ` and ${accounts.length - 1} more` : "";
  return [
    {
      code: "namespace-over-accounts",
      severity: "note",
      what: `A running namespace maps ids of accounts: ${first.kind} ${first.name}${more}.`,
      evidence: [`${use.where}: ${use.owner}`],
      consequence: "Its tasks may be those accounts on every file system that they reach.",
      fixes: [],
    },
  ];
}
