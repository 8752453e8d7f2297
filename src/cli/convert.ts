import type { Command } from "commander";
import { idMap, quoted } from "../core/index.ts";
import { formatNames, type MapPair, type NamedMaps, type ToolUser, uidMap } from "../formats/index.ts";
import { type Converted, convertedLines, convertTo, formatNamed } from "./converted.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { loadMapText, loadNamedMaps } from "./map-option.ts";
import { readActingProcess } from "./pid-option.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, talk } from "./terminal.ts";
import { readSubid } from "./tool-files.ts";
import { TOOL_USER_FLAG, toolUser } from "./tool-user.ts";

/** The `--json` of `userns convert`. */
export interface ConvertAnswer {
  readonly from: string;
  readonly notes: readonly string[];
  readonly to: readonly Converted[];
}

interface ConvertOptions {
  readonly from?: string;
  readonly to: string;
  readonly pid?: string;
  readonly user?: string;
  readonly subuid?: string;
  readonly subgid?: string;
  readonly json?: true;
}

const SUBIDS = { uid: "/etc/subuid", gid: "/etc/subgid" } as const;

export function addConvertCommand(program: Command, session: Session): void {
  const command = program
    .command("convert")
    .summary("write a map as another tool takes it")
    .description(
      "Read a map in one tool's form and write it in others'. What a target cannot hold\n" +
        "is refused, with the limit and what would fit. Nothing is rounded.\nExit 1 when a target cannot hold the map.\n" +
        `Forms: ${formatNames()}.`,
    )
    .argument("[map]", "the map: a text, or a file with one")
    .option("--pid <pid>", "the maps of a running process instead, or self")
    .option("--from <form>", "the form that it is in; found by its shape without it")
    .requiredOption("--to <forms>", "the forms to write, with commas")
    .option(TOOL_USER_FLAG, "who runs the tool without privilege: some forms count from its ids")
    .option("--subuid <file>", "what the user is granted", SUBIDS.uid)
    .option("--subgid <file>", "and of groups", SUBIDS.gid)
    .option("--json", "answer as JSON")
    .action(async (map: string | undefined, options: ConvertOptions) => {
      session.exit = await runConvert(map, options, session.terminal);
    });
  addExamples(command, [
    "convert 0:100000:65536 --to oci,lxc,mount",
    "convert 'both 1000 1000' --from raw.idmap --to fuidshift,proxmox",
    "convert '0:1000:1,1:100000:65536' --to cri",
    "convert '+1000:0:1' --from podman --to oci --user ben:1000",
    "convert podman:0:1:9 --to lxc --user ben:1000 --subuid FILE --json",
    "convert podman:0:1:9 --to oci --user ben:1000 --subgid FILE",
    "convert --pid self --to uid_map",
  ]);
}

async function runConvert(map: string | undefined, options: ConvertOptions, terminal: Terminal): Promise<Exit> {
  const targets = options.to.split(",").map((name) => formatNamed(name.trim(), "--to"));
  const user = options.user === undefined ? undefined : await readUser(options.user, options);
  const known = user ? { user } : {};
  const read = options.pid === undefined ? await readFrom(map, options.from, known) : mapsOf(options.pid, map, options);
  const maps: MapPair = { uid: read.uid ?? idMap([]), gid: read.gid ?? idMap([]) };
  const to = targets.map((format) => convertTo(format, maps, known));
  const result: ConvertAnswer = { from: read.format.name, notes: read.notes, to };
  if (options.json) await answerJson(terminal, result);
  else {
    await answer(terminal, `${to.flatMap((one) => convertedLines(one, to.length > 1)).join("\n")}\n`);
    for (const note of new Set([...read.notes, ...to.flatMap(({ notes }) => notes)])) talk(terminal, `note: ${note}`);
  }
  return to.some(({ misfit }) => misfit !== null) ? EXIT.no : EXIT.yes;
}

/** The maps of a running process, in ids of the caller's own namespace. */
function mapsOf(pid: string, map: string | undefined, { from }: ConvertOptions): NamedMaps {
  if (map !== undefined) throw usageFault("MAP", "none beside --pid", quoted(map));
  if (from !== undefined) throw usageFault("--from", "nothing beside --pid", from);
  return { ...readActingProcess(pid).maps, notes: [], format: uidMap };
}

async function readFrom(
  map: string | undefined,
  from: string | undefined,
  known: { readonly user?: ToolUser },
): Promise<NamedMaps> {
  if (map === undefined) throw usageFault("MAP", "a map, or --pid", "none");
  if (from === undefined) return loadNamedMaps(map, "map", known);
  const format = formatNamed(from, "--from");
  // With the form named, a text that is no path of a file is in that form, whatever it looks like.
  const isPath = /^\.{0,2}\//.test(map);
  const { text, where } = isPath ? await loadMapText(map, "map") : { text: map, where: "map" };
  return { ...format.parse(text, { ...known, where }), format };
}

async function readUser(text: string, { subuid = SUBIDS.uid, subgid = SUBIDS.gid }: ConvertOptions): Promise<ToolUser> {
  return toolUser(text, { uid: await readSubid(subuid), gid: await readSubid(subgid) });
}
