import { type Command, Option } from "commander";
import { badLines } from "../formats/index.ts";
import { type Adoption, adoptionsOf, grantUses, type IdUse, idsOfUse, type KnownAccounts } from "../policy/index.ts";
import { claimAnswer, claimLines } from "./alloc-answer.ts";
import { addStoreOptions, type StoreOptions, withStore } from "./alloc-store.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { readIds } from "./id-argument.ts";
import { RUNTIMES, type RuntimeRecords } from "./runtime-records.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, type Terminal, talk } from "./terminal.ts";
import { readKnownAccounts, readSubid } from "./tool-files.ts";

interface AdoptOptions extends StoreOptions, Readonly<Partial<Record<RuntimeRecords["name"], string>>> {
  readonly owner?: string;
  readonly tenant: string;
  readonly purpose?: string;
  readonly subuid?: string;
  readonly subgid?: string;
  readonly passwd: string;
  readonly group: string;
}

/** `userns alloc adopt` */
export function addAdoptCommand(alloc: Command, { terminal }: Session): void {
  const command = alloc
    .command("adopt")
    .summary("enter ranges that are in use already")
    .description(
      "Enter ranges that are in use already, all of them or none. Safe to run again:\n" +
        "what an owner has already is not entered twice. What a container maps of the\n" +
        "accounts of --passwd and --group, one id a line, is theirs and not entered.\n" +
        "Exit 1 when one shares an id with another.",
    )
    .argument("[ranges...]", "1000000-1065535, both in it; or 1000000+65536")
    .option("--owner <name>", "who uses them; lines of a file name theirs")
    .option("--tenant <name>", "whose they are", "default")
    .option("--purpose <text>", "what they are for")
    .option("--subuid <file>", "every range of a subuid file")
    .option("--subgid <file>", "every range of a subgid file");
  for (const { name, what, usual } of RUNTIMES)
    command.addOption(new Option(`--${name} <${usual ? "folder" : "file"}>`, usual ? `${what}:\n${usual}` : what));
  command.option("--passwd <file>", "the users", "/etc/passwd").option("--group <file>", "the groups", "/etc/group");
  addStoreOptions(command).action((ranges: string[], options: AdoptOptions) => runAdopt(ranges, options, terminal));
  addExamples(command, [
    "alloc adopt --subuid /etc/subuid --subgid /etc/subgid",
    "alloc adopt 1000000-1065535 --owner lxc --tenant team --purpose box",
    "alloc adopt --podman /var/lib/containers/storage --lxc /var/lib/lxc",
    "alloc adopt --kubelet FOLDER --incus FILE --passwd FILE --group FILE",
    "alloc adopt 1000000+65536 --owner lxc --store FILE --json",
  ]);
}

async function runAdopt(ranges: readonly string[], options: AdoptOptions, terminal: Terminal): Promise<void> {
  const sources = ["subuid", "subgid", ...RUNTIMES.map(({ name }) => name)] as const;
  if (ranges.length === 0 && sources.every((source) => options[source] === undefined))
    throw usageFault("RANGES", `ranges, or one of --${sources.join(", --")}`, "none");
  const shared = { tenant: options.tenant, ...(options.purpose === undefined ? {} : { purpose: options.purpose }) };
  const wanted: Adoption[] = [];
  for (const [at, text] of ranges.entries()) {
    if (options.owner === undefined) throw usageFault("--owner", "whose the ranges are", "none");
    wanted.push({ ...readIds(text, "RANGES"), ...shared, owner: options.owner, source: `argument ${at + 1}` });
  }
  const uses = await readUses(options, terminal);
  wanted.push(
    ...adoptionsOf(
      uses.map((use) => ({ use, ids: idsOfUse(use) })),
      shared,
    ),
  );
  if (wanted.length === 0) talk(terminal, "no range is in use there: nothing to enter");
  const claims = wanted.length === 0 ? [] : await withStore(options, (store) => store.adopt(wanted));
  const now = Date.now();
  if (options.json)
    await answerJson(
      terminal,
      claims.map((claim) => claimAnswer(claim, now)),
    );
  else for (const claim of claims) await answer(terminal, `${claimLines(claim, now)[0]}\n`);
}

async function readUses(options: AdoptOptions, terminal: Terminal): Promise<readonly IdUse[]> {
  const uses: IdUse[] = [];
  for (const kind of ["uid", "gid"] as const) {
    const path = options[`sub${kind}`];
    if (path !== undefined) uses.push(...(await readGrants(path, kind, terminal)));
  }
  const records = RUNTIMES.flatMap(({ name, read }) => {
    const path = options[name];
    return path === undefined ? [] : [(accounts: KnownAccounts) => read(path, accounts)];
  });
  if (records.length === 0) return uses;
  const accounts = await readKnownAccounts(options.passwd, options.group);
  for (const read of records) uses.push(...(await read(accounts)));
  return uses;
}

/** The ranges of a subid file; a line that cannot be read grants nothing, and is told. */
export async function readGrants(path: string, kind: "uid" | "gid", terminal: Terminal): Promise<readonly IdUse[]> {
  const file = await readSubid(path);
  for (const { where, why } of badLines(file)) talk(terminal, `warning: ${where} is passed over: ${why}`);
  return grantUses(file, kind);
}
