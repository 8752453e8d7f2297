import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Command } from "commander";
import { type IdMap, invert, outsideOf, type Range, restrict, sortedByFirst } from "../core/index.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { readIds } from "./id-argument.ts";
import { loadMap, MAP_HELP } from "./map-option.ts";
import type { Session } from "./session.ts";
import { answer, EXIT, type Exit, type Terminal } from "./terminal.ts";

/** Ids that stay together on their way: `to` is the first of them there, null when none of them is mapped. */
export interface MappedRange {
  readonly first: number;
  readonly count: number;
  readonly to: number | null;
}

/** The `--json` of `userns map`. */
export interface MapAnswer {
  readonly direction: "down" | "up";
  readonly results: readonly MappedRange[];
  /** How many ids are not mapped. */
  readonly unmapped: number;
}

export interface MapOptions {
  readonly map: string;
  readonly reverse?: true;
  readonly binary?: string;
  readonly out?: string;
  readonly json?: true;
}

export function addMapCommand(program: Command, session: Session): void {
  const command = program
    .command("map")
    .summary("translate ids, or ranges of them")
    .description("Translate ids from inside a namespace to kernel ids.\nExit 1 when an id is not mapped.")
    .argument("[ids...]", "5, 5-10 (both in it) or 5+6 (six ids); - or none: one a line from stdin")
    .requiredOption("--map <map>", `the id map: ${MAP_HELP}`)
    .option("--reverse", "from kernel ids to ids inside")
    .option("--binary <file>", "ids from a file of little-endian u32; - for stdin")
    .option("--out <file>", "where --binary writes, 4294967295 for what is not mapped; - for stdout")
    .option("--json", "answer as JSON")
    .action(async (ids: string[], options: MapOptions) => {
      session.exit = await runMap(ids, options, session.terminal);
    });
  addExamples(command, [
    "map 0 33 1000-1999 --map 0:1000:1,1:100000:65536",
    "map 100032 --map /proc/42/uid_map --reverse --json",
    "map --map 0:100000:65536 <ids.txt",
    "map --map 0:100000:65536 --binary ids.u32 --out kernel-ids.u32",
  ]);
}

async function runMap(ids: readonly string[], options: MapOptions, terminal: Terminal): Promise<Exit> {
  const map = await loadMap(options.map, "--map");
  if (options.binary !== undefined) {
    // The engine is loaded for bulk work only: a single id needs none.
    const { mapBinary } = await import("./map-binary.ts");
    return mapBinary(map, options.binary, ids, options, terminal);
  }
  if (options.out !== undefined)
    throw usageFault("--out", "--binary beside it", "text ids, which are answered on stdout");
  const isStdin = ids.length === 0 || (ids.length === 1 && ids[0] === "-");
  const ranges = isStdin ? rangesOfLines(terminal.stdin) : ids.map((id) => readIds(id, "IDS"));
  return mapRanges(options.reverse ? invert(map) : map, ranges, options, terminal);
}

async function* rangesOfLines(stdin: Readable): AsyncGenerator<Range> {
  let line = 0;
  for await (const text of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    line++;
    if (text.trim() !== "") yield readIds(text.trim(), `stdin:${line}`);
  }
}

/** The pieces that a range falls into on its way through a map, in order. */
export function mapRange(map: IdMap, range: Range): MappedRange[] {
  const mapped = restrict(map, [range]).extents.map(({ first, count, lowerFirst }) => ({
    first,
    count,
    to: lowerFirst,
  }));
  const holes = outsideOf(map, [range]).map(({ first, count }) => ({ first, count, to: null }));
  return sortedByFirst<MappedRange>([...mapped, ...holes]);
}

/** Text is gathered to this size before it is written. */
const TEXT_BYTES = 1 << 16;

async function mapRanges(
  map: IdMap,
  ranges: Iterable<Range> | AsyncIterable<Range>,
  { reverse, json }: MapOptions,
  terminal: Terminal,
): Promise<Exit> {
  const direction = reverse ? "up" : "down";
  let unmapped = 0;
  let isFirst = true;
  let text = json ? `{\n  "direction": "${direction}",\n  "results": [` : "";
  for await (const range of ranges)
    for (const piece of mapRange(map, range)) {
      if (piece.to === null) unmapped += piece.count;
      text += json
        ? `${isFirst ? "" : ","}\n    ${JSON.stringify(piece)}`
        : `${pieceLine(piece, direction, terminal)}\n`;
      isFirst = false;
      if (text.length < TEXT_BYTES) continue;
      await answer(terminal, text);
      text = "";
    }
  if (json) text += `${isFirst ? "" : "\n  "}],\n  "unmapped": ${unmapped}\n}\n`;
  if (text !== "") await answer(terminal, text);
  return unmapped === 0 ? EXIT.yes : EXIT.no;
}

function pieceLine({ first, count, to }: MappedRange, direction: "down" | "up", terminal: Terminal): string {
  const [from, into] = direction === "down" ? ["u", "k"] : ["k", "u"];
  const show = (letter: string, id: number) => `${letter}${id}${count === 1 ? "" : `-${id + count - 1}`}`;
  return `${show(from, first)} → ${to === null ? terminal.colors.red("not mapped") : show(into, to)}`;
}
