import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { Range } from "../core/index.ts";
import { namespaceUses, readNamespaces } from "../live/index.ts";
import {
  adoptionsOfFindings,
  type Claim,
  type IdUse,
  joinAccounts,
  type KnownAccounts,
  type ReconcileFinding,
  reconcile,
  showClaim,
  type UseKind,
} from "../policy/index.ts";
import type { Store } from "../store/index.ts";
import { readGrants } from "./alloc-adopt.ts";
import { type ClaimAnswer, claimAnswer, claimLines, stateText } from "./alloc-answer.ts";
import { addStoreOptions, type StoreOptions, withStore, withStoreToRead } from "./alloc-store.ts";
import { addExamples } from "./help-examples.ts";
import { RUNTIMES } from "./runtime-records.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, talk, withoutControls } from "./terminal.ts";
import { readDirectory, readKnownAccounts } from "./tool-files.ts";

/** The `--json` of `userns alloc reconcile`. */
export interface ReconcileAnswer {
  readonly findings: readonly {
    readonly code: ReconcileFinding["code"];
    readonly ranges: readonly { readonly start: number; readonly count: number }[];
    readonly use: UseAnswer | null;
    readonly other: UseAnswer | null;
    /** `c17` */
    readonly claim: string | null;
    readonly account: { readonly kind: "user" | "group"; readonly name: string; readonly id: number } | null;
  }[];
  /** What `--adopt` entered; the findings are those that are left. */
  readonly adopted: readonly ClaimAnswer[];
  /** What was looked at. */
  readonly looked: readonly Looked[];
}

interface UseAnswer {
  readonly by: UseKind;
  readonly owner: string;
  readonly where: string;
}

/** A place where uses are looked for, and how many there were; null where there is no such place. */
interface Looked {
  readonly what: string;
  readonly where: string;
  readonly uses: number | null;
}

interface ReconcileOptions extends StoreOptions {
  readonly root: string;
  readonly incus?: string;
  readonly directory?: string;
  readonly proc: boolean;
  readonly adopt?: true;
  readonly tenant: string;
  readonly purpose?: string;
}

const PROC = "/proc";

/** `userns alloc reconcile` */
export function addReconcileCommand(alloc: Command, session: Session): void {
  const command = alloc
    .command("reconcile")
    .summary("hold what is in use on this host against the ledger")
    .description(
      "Hold what is in use on this host against the ledger: the maps of every user\n" +
        "namespace of /proc, /etc/subuid and /etc/subgid, and the records of runtimes.\n" +
        "Nothing is changed without --adopt.\n" +
        "Exit 1 when there is something to report, or an adoption is refused.",
    )
    .option("--root <folder>", "the host's files are below it", "/")
    .option("--incus <file>", "what incus list --format json prints, or lxc of LXD")
    .option("--directory <file>", "users and groups that only a directory knows: its dump, LDIF")
    .option("--no-proc", "leave the namespaces of /proc out")
    .option("--adopt", "enter what is in use and unclaimed, all of it or nothing")
    .option("--tenant <name>", "whose it is then", "default")
    .option("--purpose <text>", "what it is for");
  addStoreOptions(command).action(async (options: ReconcileOptions) => {
    const use = (store: Store) => runReconcile(store, options, session.terminal);
    session.exit = await (options.adopt ? withStore(options, use) : withStoreToRead(options, session.terminal, use));
  });
  addExamples(command, [
    "alloc reconcile",
    "alloc reconcile --adopt --tenant host --purpose found",
    "alloc reconcile --root /mnt --no-proc --incus FILE --store FILE --json",
    "alloc reconcile --directory FILE",
  ]);
}

async function runReconcile(store: Store, options: ReconcileOptions, terminal: Terminal): Promise<Exit> {
  const { accounts, uses, looked } = await lookAround(options, terminal);
  const compare = async () => reconcile({ now: Date.now(), claims: await store.claims(), uses, ...accounts });
  let findings = await compare();
  const { tenant, purpose } = options;
  const wanted = adoptionsOfFindings(findings, { tenant, ...(purpose === undefined ? {} : { purpose }) });
  const isAdopting = options.adopt === true && wanted.length > 0;
  const adopted = isAdopting ? await store.adopt(wanted) : [];
  if (isAdopting) findings = await compare();
  const now = Date.now();
  if (options.json) {
    const result: ReconcileAnswer = {
      findings: findings.map(asJson),
      adopted: adopted.map((claim) => claimAnswer(claim, now)),
      looked,
    };
    await answerJson(terminal, result);
  } else {
    for (const { what, where, uses: count } of looked)
      talk(terminal, `${withoutControls(where)}: ${count === null ? "not there" : `${count} ${what}`}`);
    for (const claim of adopted) await answer(terminal, `${"adopted".padEnd(14)}  ${claimLines(claim, now)[0]}\n`);
    for (const finding of findings) await answer(terminal, `${withoutControls(lineOf(finding, now))}\n`);
    if (findings.length === 0)
      await answer(terminal, "all that is in use is claimed, and all that is claimed in use\n");
  }
  return findings.length > 0 ? EXIT.no : EXIT.yes;
}

interface Seen {
  readonly accounts: KnownAccounts;
  readonly uses: readonly IdUse[];
  readonly looked: readonly Looked[];
}

/** Everything that uses ids here. A file of the host that is not there grants and records nothing. */
async function lookAround(options: ReconcileOptions, terminal: Terminal): Promise<Seen> {
  const at = (path: string) => join(options.root, path);
  const own = await readKnownAccounts(at("/etc/passwd"), at("/etc/group"));
  const directory = options.directory === undefined ? null : await readDirectory(options.directory, terminal);
  const accounts = directory ? joinAccounts(own, directory) : own;
  const uses: IdUse[] = [];
  const looked: Looked[] = [];
  const look = async (what: string, where: string, read: () => Promise<readonly IdUse[]>) => {
    const found = await read();
    looked.push({ what, where, uses: found.length });
    uses.push(...found);
  };
  const lookIfThere = async (what: string, where: string, read: () => Promise<readonly IdUse[]>) => {
    if (existsSync(where)) await look(what, where, read);
    else looked.push({ what, where, uses: null });
  };
  for (const kind of ["uid", "gid"] as const) {
    const path = at(`/etc/sub${kind}`);
    await lookIfThere("lines that grant ids", path, () => readGrants(path, kind, terminal));
  }
  for (const { name, what, usual, read } of RUNTIMES) {
    const named = name === "incus" ? options.incus : undefined;
    if (named !== undefined) await look(what, named, () => read(named, accounts));
    else if (usual !== null) await lookIfThere(what, at(usual), () => read(at(usual), accounts));
  }
  if (options.proc) await look("user namespaces", PROC, async () => usesOfNamespaces(accounts, terminal));
  return { accounts, uses, looked };
}

function usesOfNamespaces(accounts: KnownAccounts, terminal: Terminal): readonly IdUse[] {
  const namespaces = readNamespaces(PROC);
  const { hiddenCount, hasParents } = namespaces;
  if (hiddenCount > 0) talk(terminal, `warning: ${PROC}: processes that may not be looked at: ${hiddenCount}`);
  if (!hasParents) talk(terminal, `warning: ${PROC}: without lsns nested namespaces count like others`);
  return namespaceUses(namespaces, accounts, PROC);
}

const shown = (ranges: readonly Range[]): string => ranges.map(({ first, count }) => `${first}:${count}`).join(",");
const useText = ({ owner, where }: IdUse): string => `${owner} (${where})`;

function lineOf(finding: ReconcileFinding, now: number): string {
  const head = finding.code.padEnd(14);
  switch (finding.code) {
    case "unclaimed":
      return `${head}  ${shown(finding.ids)}  ${useText(finding.use)}`;
    case "in-quarantine":
      return `${head}  ${shown(finding.ids)}  ${useText(finding.use)}, of ${claimText(finding.claim, now)}`;
    case "unused":
      return `${head}  ${shown(finding.claim.pieces)}  ${claimText(finding.claim, now)}`;
    case "overlap":
      return `${head}  ${shown(finding.ids)}  ${useText(finding.use)} and ${useText(finding.other)}`;
    case "granted-away":
      return `${head}  ${shown(finding.ids)}  ${useText(finding.use)}, of ${claimText(finding.claim, now)}`;
    case "covers-account":
      return `${head}  ${finding.account.id}  ${useText(finding.use)} covers ${finding.account.kind} ${finding.account.name}`;
  }
}

function claimText(claim: Claim, now: number): string {
  return `${showClaim(claim)} of ${claim.owner}, ${stateText(claim, now)}`;
}

function asJson(finding: ReconcileFinding): ReconcileAnswer["findings"][number] {
  const ids = "ids" in finding ? finding.ids : finding.code === "unused" ? finding.claim.pieces : [];
  return {
    code: finding.code,
    ranges: ids.map(({ first, count }) => ({ start: first, count })),
    use: "use" in finding ? useAnswer(finding.use) : null,
    other: "other" in finding ? useAnswer(finding.other) : null,
    claim: "claim" in finding ? showClaim(finding.claim) : null,
    account: "account" in finding ? finding.account : null,
  };
}

function useAnswer({ by, owner, where }: IdUse): UseAnswer {
  return { by, owner, where };
}
