import { join } from "node:path";
import type { Command } from "commander";
import { UsernsError } from "../core/index.ts";
import { type KeptFile, parseGroup, parsePasswd, printKept } from "../formats/index.ts";
import { type Claim, type ClaimNames, claimNames, keepNames, nameLines, stateNow } from "../policy/index.ts";
import { type RangeAnswer, rangeAnswers } from "./alloc-answer.ts";
import type { AllocListAnswer } from "./alloc-list.ts";
import { addStoreOptions, type StoreOptions, withStoreToRead } from "./alloc-store.ts";
import { readCount } from "./count-option.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, put, type Terminal, talk } from "./terminal.ts";
import { readTextIfThere } from "./text-file.ts";
import { writeWhole } from "./whole-file.ts";

interface ExportOptions extends StoreOptions {
  readonly owner?: string;
  readonly passwd?: true;
  readonly group?: true;
  readonly extrausers?: string | true;
  readonly ids: string;
}

/** Where libnss-extrausers looks, and nowhere else. @source libnss-extrausers(8) */
const EXTRAUSERS = "/var/lib/extrausers";

/** `userns alloc export` */
export function addExportCommand(alloc: Command, { terminal }: Session): void {
  const command = alloc
    .command("export")
    .summary("the live ranges, as lines of /etc/subuid, or their names")
    .description(
      "Print the live ranges as lines of /etc/subuid; those of /etc/subgid are the same.\n" +
        "Or their names: id 0 of web-0 is container-web-0, id 33 container-web-0+33.",
    )
    .option("--owner <name>", "those of one owner alone")
    .option("--passwd", "names of users, as lines of /etc/passwd")
    .option("--group", "names of groups, as lines of /etc/group")
    .option("--extrausers [folder]", `keep both in the files of libnss-extrausers:\n${EXTRAUSERS}`)
    .option("--ids <n>", "so many ids of each range have a line", "1");
  addStoreOptions(command).action((options: ExportOptions) => runExport(options, terminal));
  addExamples(command, [
    "alloc export >subuid",
    "alloc export --owner ben --store FILE --json",
    "alloc export --passwd --ids 100",
    "alloc export --group",
    "alloc export --extrausers",
  ]);
}

async function runExport(options: ExportOptions, terminal: Terminal): Promise<void> {
  const forms = (["passwd", "group", "extrausers", "json"] as const).filter((form) => options[form] !== undefined);
  if (forms.length > 1)
    throw usageFault(forms.map((form) => `--${form}`).join(" and "), "one of them", `${forms.length}`);
  const firstIds = readCount(options.ids, "--ids");
  const now = Date.now();
  const held = await withStoreToRead(options, terminal, (store) => store.claims());
  const live = held.filter(
    (claim) => stateNow(claim, now) === "live" && (options.owner === undefined || claim.owner === options.owner),
  );
  const [form] = forms;
  if (form === "passwd" || form === "group")
    for (const line of nameLines(claimNames(live, now), form, firstIds)) await answer(terminal, `${line}\n`);
  else if (form === "extrausers") {
    if (options.owner !== undefined) throw usageFault("--owner", "all owners with --extrausers", options.owner);
    const folder = typeof options.extrausers === "string" ? options.extrausers : EXTRAUSERS;
    await keepExtrausers(folder, claimNames(live, now), firstIds, terminal);
  } else await exportRanges(live, now, options.json === true, terminal);
}

async function exportRanges(live: readonly Claim[], now: number, asJson: boolean, terminal: Terminal): Promise<void> {
  const ranges: AllocListAnswer = live.flatMap((claim) => rangeAnswers(claim, now));
  if (asJson) return answerJson(terminal, ranges);
  // All of them before the first is written: half of a file of grants would be another file.
  const lines = ranges.map(subidText);
  return answer(terminal, lines.map((line) => `${line}\n`).join(""));
}

function subidText({ owner, start, count, claim }: RangeAnswer): string {
  if (/[:#\s]/.test(owner))
    throw new UsernsError("ERR_USAGE", {
      where: `claim ${claim}, owner`,
      expected: "a name that a line of /etc/subuid can hold, without blanks, colons and number signs",
      got: JSON.stringify(owner),
      fix: "export other owners with --owner, or everything with --json",
    });
  return `${owner}:${start}:${count}`;
}

/** Lines of others stay, each file appears whole, and one that would not change is not touched. */
async function keepExtrausers(folder: string, names: ClaimNames, firstIds: number, terminal: Terminal): Promise<void> {
  for (const form of ["passwd", "group"] as const) {
    const path = join(folder, form);
    const before = (await readTextIfThere(path, "latin1")) ?? "";
    const file: KeptFile<{ readonly name: string }> =
      form === "passwd" ? parsePasswd(before, path) : parseGroup(before, path);
    const text = printKept(keepNames(file, nameLines(names, form, firstIds)));
    if (text !== before) await writeWhole(path, (sink) => put(sink, Buffer.from(text, "latin1")));
    talk(terminal, `${path}: ${text === before ? "as it was" : "written"}`);
  }
}
