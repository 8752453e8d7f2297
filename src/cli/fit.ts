import type { Command } from "commander";
import { type IdMap, idMap, type OwnerKind, sizeOf } from "../core/index.ts";
import { mostLines } from "../formats/index.ts";
import type { IdsByKind } from "../place/index.ts";
import { type Fit, fitMap } from "../policy/index.ts";
import { type Converted, convertedLines, convertTo, formatNamed } from "./converted.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { readIdSet } from "./id-argument.ts";
import { loadNamedMaps } from "./map-option.ts";
import { collect } from "./repeated-option.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, talk } from "./terminal.ts";
import { type IdSources, readUsedIds } from "./used-ids.ts";

/** The `--json` of `userns fit`. */
export interface FitAnswer {
  /** How many ids are used, and how many the map holds; null where there is no map. */
  readonly counts: Readonly<Record<OwnerKind, { readonly used: number; readonly mapped: number | null }>>;
  /** What there is too little of. */
  readonly lacking: readonly Lack[];
  /** The maps in the form that was asked for, or the limit of that form that they break; null: there are none. */
  readonly written: Converted | null;
}

type Lack = { readonly kind: OwnerKind } & Omit<Extract<Fit, { ok: false }>, "ok">;

interface FitOptions extends Omit<IdSources, "ids"> {
  readonly available: string;
  readonly gidAvailable?: string;
  readonly keep?: string;
  readonly for: string;
  readonly json?: true;
}

const KINDS = ["uid", "gid"] as const;

/** `userns fit` */
export function addFitCommand(program: Command, session: Session): void {
  const command = program
    .command("fit")
    .summary("the smallest map for the ids that are used")
    .description(
      "Make the map that holds every id that is used and the fewest others, within the\n" +
        "lines that its target holds. Where there are too few lines, the smallest gaps\n" +
        "are filled.\nExit 1 when no map fits.",
    )
    .argument("[ids...]", "33, 0-99 or 5+6: of users and groups; 1000:100: an owner")
    .requiredOption("--available <ranges>", "ids outside to map to: 100000+65536,300000-300999")
    .option("--gid-available <ranges>", "those of groups, if they are others")
    .option("--passwd <file>", "the users of a passwd, and their groups")
    .option("--group <file>", "the groups of a group file")
    .option("--layer <in>", "every id in a layer; may be given again", collect)
    .option("--tree <folder>", "the owners of a folder's files; may be given again", collect)
    .option("--keep <map>", "lines that have to be in the map, such as your own id as root")
    .option("--for <form>", "who takes the map: a form of userns convert", "triples")
    .option("--json", "answer as JSON")
    .action(async (ids: string[], options: FitOptions) => {
      session.exit = await runFit(ids, options, session.terminal);
    });
  addExamples(command, [
    "fit 0 33 65534 --available 100000+65536",
    "fit --layer layer.tar.gz --available 100001-165536 --keep 0:1000:1",
    "fit --passwd /etc/passwd --group /etc/group --available 200000+70000",
    "fit --tree /srv --available 1000+9 --gid-available 5+9 --for cri --json",
  ]);
}

async function runFit(ids: readonly string[], options: FitOptions, terminal: Terminal): Promise<Exit> {
  const format = formatNamed(options.for, "--for");
  const kept = options.keep === undefined ? null : await loadNamedMaps(options.keep, "--keep");
  const available = availableOf(options);
  const used = await readUsedIds({ ...options, ids }, terminal);
  if (used.uid.length + used.gid.length === 0)
    throw usageFault("IDS", "ids, or --passwd, --group, --layer or --tree with some", "none");
  const lines = mostLines(format.target);
  const fits = {
    uid: fitMap<"uid">({ wanted: used.uid, available: available.uid, kept: kept?.uid ?? idMap([]), mostLines: lines }),
    gid: fitMap<"gid">({ wanted: used.gid, available: available.gid, kept: kept?.gid ?? idMap([]), mostLines: lines }),
  };
  const written = fits.uid.ok && fits.gid.ok ? convertTo(format, { uid: fits.uid.map, gid: fits.gid.map }, {}) : null;
  const result = answerOf(used, fits, written);
  if (options.json) await answerJson(terminal, result);
  else await tell(result, terminal);
  return written && written.misfit === null ? EXIT.yes : EXIT.no;
}

function availableOf({ available, gidAvailable }: FitOptions): IdsByKind {
  const uid = readIdSet(available, "--available");
  return { uid, gid: gidAvailable === undefined ? uid : readIdSet(gidAvailable, "--gid-available") };
}

function answerOf(used: IdsByKind, fits: Readonly<Record<OwnerKind, Fit>>, written: Converted | null): FitAnswer {
  const countOf = (kind: OwnerKind) => {
    const fit = fits[kind];
    return { used: sizeOf(used[kind]), mapped: fit.ok ? mappedBy(fit.map) : null };
  };
  const lacking = KINDS.flatMap((kind): Lack[] => {
    const fit = fits[kind];
    return fit.ok ? [] : [{ kind, lacks: fit.lacks, needed: fit.needed, got: fit.got }];
  });
  return { counts: { uid: countOf("uid"), gid: countOf("gid") }, lacking, written };
}

function mappedBy({ extents }: IdMap): number {
  return extents.reduce((sum, { count }) => sum + count, 0);
}

const NAMES = { uid: "users", gid: "groups" } as const;

async function tell({ counts, lacking, written }: FitAnswer, terminal: Terminal): Promise<void> {
  for (const kind of KINDS) {
    const { used, mapped } = counts[kind];
    if (mapped !== null) talk(terminal, `${NAMES[kind]}: ${used} used, ${mapped} mapped`);
  }
  const lines = [
    ...lacking.map(
      ({ kind, lacks, needed, got }) =>
        `${terminal.colors.red("no map")} for ${NAMES[kind]}: ${needed} ${lacks} needed, ${got} at hand`,
    ),
    ...(written ? convertedLines(written, false) : []),
  ];
  await answer(terminal, `${lines.join("\n")}\n`);
}
