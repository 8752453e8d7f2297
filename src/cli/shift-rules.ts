import { type Command, Option } from "commander";
import type { Unmapped } from "../shift/index.ts";
import { usageFault } from "./fault.ts";
import { readOwner } from "./id-argument.ts";
import { MAP_HELP } from "./map-option.ts";

/** The rules of a shift, as options. */
export interface ShiftRuleOptions {
  readonly map: string;
  readonly gidMap?: string;
  readonly reverse?: true;
  readonly unmapped: string;
  readonly names: "keep" | "drop";
  readonly capabilities: "keep" | "namespace";
}

/** Options that say which map, and what becomes of that which it does not hold. */
export function addShiftRules(command: Command): Command {
  return command
    .requiredOption("--map <map>", `the id map: ${MAP_HELP}`)
    .option("--gid-map <map>", "the map of groups, if it is another")
    .option("--reverse", "from kernel ids to ids inside")
    .option("--unmapped <rule>", "ids that are not mapped: refuse, squash=UID:GID or keep", "refuse")
    .addOption(
      new Option(
        "--names <rule>",
        "owners' names. Unpacking as root, tar goes by names before ids unless told --numeric-owner: drop them where they mean other ids",
      )
        .choices(["keep", "drop"])
        .default("keep"),
    )
    .addOption(
      new Option(
        "--capabilities <rule>",
        "file capabilities without a root id: as they are, or bound to the root of the map's namespace",
      )
        .choices(["keep", "namespace"])
        .default("keep"),
    );
}

/** The rule that `--unmapped` names. @throws UsernsError ERR_USAGE, ERR_ID_RANGE */
export function readUnmapped(text: string): Unmapped {
  if (text === "refuse" || text === "keep") return { mode: text };
  const squash = /^squash=(.*)$/.exec(text)?.[1];
  if (squash === undefined) throw usageFault("--unmapped", "refuse, squash=UID:GID or keep", JSON.stringify(text));
  return { mode: "squash", ...readOwner(squash, "--unmapped") };
}
