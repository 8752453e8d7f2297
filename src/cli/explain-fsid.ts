import { type Command, Option } from "commander";
import {
  explainFsMaps,
  type FsidExplanation,
  type FsMapsExplanation,
  findingLines,
  mountInsteadLines,
} from "../explain/index.ts";
import type { OwnerKind } from "../kernel/index.ts";
import { explanationText } from "./explanation-text.ts";
import { usageFault } from "./fault.ts";
import type { MapOptions } from "./given-maps.ts";
import { type AccountOptions, accountOptions, readAccounts } from "./host-accounts.ts";
import { readAsked } from "./id-argument.ts";
import { loadOwnerMaps } from "./map-option.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";

/** The fs maps of a namespace, as texts, and the accounts of the host. */
export interface FsidOptions extends AccountOptions {
  readonly fsuidMap?: string;
  readonly fsgidMap?: string;
}

interface Options extends MapOptions, FsidOptions {
  readonly kind: OwnerKind;
  readonly direction?: string;
  readonly json?: true;
}

/** The `--json` of `userns explain --fsuid-map`. */
export type FsidExplainAnswer = FsMapsExplanation;

export function addFsidOptions(command: Command): void {
  command.addOption(
    new Option(
      "--fsuid-map <map>",
      "with fsid mappings: the map of ids of files beside --map. Adds the process that a set-id program runs as, and the idmapped mount that does the same",
    ),
  );
  command.addOption(new Option("--fsgid-map <map>", "its map of groups, if it is another"));
  for (const option of accountOptions("--fsuid-map")) command.addOption(option);
}

/** Follow ids through an id map and an fs map. */
export async function runExplainFsid(texts: readonly string[], options: Options, terminal: Terminal): Promise<Exit> {
  const { fsuidMap, fsgidMap, map, gidMap, direction = "down" } = options;
  if (fsuidMap === undefined) throw usageFault("--fsuid-map", "the map that --fsgid-map goes with", "none");
  if (map === undefined) throw usageFault("--map", "the id map that the fs map stands beside", "none");
  if (direction !== "down" && direction !== "stat")
    throw usageFault("--direction", "down or stat beside --fsuid-map", direction);
  for (const [option, given] of [
    ["--nested", options.nested?.[0]],
    ["--mount", options.mount],
    ["--fs", options.fs],
  ] as const)
    if (given !== undefined)
      throw usageFault(option, "nothing beside --fsuid-map; a scenario for `userns run` has it all", given);
  const fs = await loadOwnerMaps(fsuidMap, fsgidMap, "--fsuid-map", "--fsgid-map");
  const ids = await loadOwnerMaps(map, gidMap, "--map", "--gid-map");
  const from = direction === "down" ? "inside" : "disk";
  const asked = texts.flatMap((text) => readAsked(text, options.kind, "IDS")).map((one) => ({ from, ...one }) as const);
  const explained = explainFsMaps(fs, ids, asked, await readAccounts(options));
  if (options.json) await answerJson(terminal, explained satisfies FsidExplainAnswer);
  else await answer(terminal, textOf(explained, direction, terminal));
  return explained.ids.every(isMapped) && explained.findings.length === 0 ? EXIT.yes : EXIT.no;
}

/** Is the id a process and an owner of files; is the owner somebody inside? */
function isMapped({ process, files }: FsidExplanation): boolean {
  return files.isMapped && process?.isMapped !== false;
}

function textOf({ ids, mount, findings }: FsMapsExplanation, direction: "down" | "stat", terminal: Terminal): string {
  const blocks = ids.map(({ process, files, setid }) =>
    [
      ...(process ? [explanationText(process, "used inside → as a process", terminal)] : []),
      explanationText(
        files,
        direction === "down" ? "used inside → as an owner of files" : "kept on disk → as stat shows it inside",
        terminal,
      ),
      ...(files.isMapped
        ? [explanationText(setid, "owner of a set-id program → whom it runs as inside", terminal)]
        : []),
    ].join("\n"),
  );
  const found = findingLines(findings).map((line) => terminal.colors.red(line));
  return `${[...blocks, [...found, ...mountInsteadLines(mount)].join("\n")].join("\n\n")}\n`;
}
