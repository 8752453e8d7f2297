import type { Command } from "commander";
import { badLines, parseSubid, placeOfKept } from "../formats/index.ts";
import { type Adoption, grantedIds, grantsOf } from "../policy/index.ts";
import { claimAnswer, claimLines } from "./alloc-answer.ts";
import { addStoreOptions, type StoreOptions, withStore } from "./alloc-store.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { readIds } from "./id-argument.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, type Terminal, talk } from "./terminal.ts";
import { readText } from "./text-file.ts";

interface AdoptOptions extends StoreOptions {
  readonly owner?: string;
  readonly tenant: string;
  readonly purpose?: string;
  readonly subuid?: string;
  readonly subgid?: string;
}

/** `userns alloc adopt` */
export function addAdoptCommand(alloc: Command, { terminal }: Session): void {
  const command = alloc
    .command("adopt")
    .summary("enter ranges that are in use already")
    .description(
      "Enter ranges that are in use already, all of them or none. Safe to run again:\n" +
        "what an owner has already is not entered twice.\n" +
        "Exit 1 when one shares an id with another.",
    )
    .argument("[ranges...]", "1000000-1065535, both in it; or 1000000+65536")
    .option("--owner <name>", "who uses them; lines of a file name theirs")
    .option("--tenant <name>", "whose they are", "default")
    .option("--purpose <text>", "what they are for")
    .option("--subuid <file>", "every range of a subuid file")
    .option("--subgid <file>", "every range of a subgid file");
  addStoreOptions(command).action((ranges: string[], options: AdoptOptions) => runAdopt(ranges, options, terminal));
  addExamples(command, [
    "alloc adopt --subuid /etc/subuid --subgid /etc/subgid",
    "alloc adopt 1000000-1065535 --owner lxc --tenant team --purpose box",
    "alloc adopt 1000000+65536 --owner lxc --store FILE --json",
  ]);
}

async function runAdopt(ranges: readonly string[], options: AdoptOptions, terminal: Terminal): Promise<void> {
  const shared = { tenant: options.tenant, ...(options.purpose === undefined ? {} : { purpose: options.purpose }) };
  const wanted: Adoption[] = [];
  for (const [at, text] of ranges.entries()) {
    if (options.owner === undefined) throw usageFault("--owner", "whose the ranges are", "none");
    wanted.push({ ...readIds(text, "RANGES"), ...shared, owner: options.owner, source: `argument ${at + 1}` });
  }
  for (const path of [options.subuid, options.subgid])
    if (path !== undefined)
      wanted.push(...(await readGrants(path, terminal)).map((grant) => ({ ...grant, ...shared })));
  if (wanted.length === 0) throw usageFault("RANGES", "ranges, --subuid or --subgid, with at least one range", "none");
  const claims = await withStore(options, (store) => store.adopt(wanted));
  const now = Date.now();
  if (options.json)
    await answerJson(
      terminal,
      claims.map((claim) => claimAnswer(claim, now)),
    );
  else for (const claim of claims) await answer(terminal, `${claimLines(claim, now)[0]}\n`);
}

/** The ranges of a subid file; a line that cannot be read grants nothing, and is told. */
async function readGrants(path: string, terminal: Terminal): Promise<readonly Omit<Adoption, "tenant">[]> {
  const file = parseSubid(await readText(path, "latin1"), path);
  for (const { where, why } of badLines(file)) talk(terminal, `warning: ${where} is passed over: ${why}`);
  return grantsOf(file).flatMap(({ line, entry }) => {
    const ids = grantedIds(entry);
    return ids ? [{ ...ids, owner: entry.owner, source: placeOfKept(file, line) }] : [];
  });
}
