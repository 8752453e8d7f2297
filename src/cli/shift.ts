import type { Writable } from "node:stream";
import { type Command, Option } from "commander";
import { initSync } from "../core/index.ts";
import {
  type Compression,
  type EndMarkerRule,
  type ShiftedTar,
  type ShiftReport,
  shiftTar,
  UnmappedError,
} from "../shift/index.ts";
import { packer, throughStream } from "./compression.ts";
import { endMarkerOption } from "./end-marker-option.ts";
import { addExamples } from "./help-examples.ts";
import { IN_HELP, type LayerInput, openLayer } from "./layer-input.ts";
import { loadMaps } from "./map-option.ts";
import { withProgress } from "./progress.ts";
import type { Session } from "./session.ts";
import { shiftNotes } from "./shift-notes.ts";
import { addShiftRules, readUnmapped, type ShiftRuleOptions } from "./shift-rules.ts";
import { answerJsonBeside, EXIT, type Exit, put, type Terminal, talk } from "./terminal.ts";
import { type UnmappedAnswer, unmappedAnswer, unmappedLines } from "./unmapped.ts";
import { writeWhole } from "./whole-file.ts";

/** The `--json` of `userns shift`, on stdout; on stderr when the layer itself goes to stdout. */
export type ShiftAnswer =
  | {
      readonly shifted: true;
      readonly in: string;
      readonly out: string;
      readonly compression: Compression;
      readonly engine: "wasm" | "typescript";
      readonly report: ShiftReport;
    }
  | ({ readonly shifted: false; readonly in: string; readonly out: string } & UnmappedAnswer);

/** The argument that means standard output. */
const STDOUT = "-";
const nameOf = (to: string): string => (to === STDOUT ? "stdout" : to);

const FORMATS = { tar: "none", gzip: "gzip", zstd: "zstd" } as const satisfies Record<string, Compression>;

interface ShiftOptions extends ShiftRuleOptions {
  readonly format: "same" | keyof typeof FORMATS;
  readonly endMarker: EndMarkerRule;
  readonly json?: true;
}

export function addShiftCommand(program: Command, session: Session): void {
  const shift = program
    .command("shift")
    .summary("shift the owners in an image layer")
    .description(
      "Write a tar again with every owner taken through a map: headers, pax records,\n" +
        "ACLs, file capabilities. Every other byte stays. The output appears whole or\n" +
        "not at all.\n" +
        "Exit 1 when an id is not mapped.",
    )
    .argument("<in>", IN_HELP)
    .argument("<out>", "where to write; - for stdout");
  addShiftRules(shift)
    .addOption(
      new Option("--format <format>", "how the output is packed")
        .choices(["same", ...Object.keys(FORMATS)])
        .default("same"),
    )
    .addOption(endMarkerOption())
    .option("--json", "answer as JSON")
    .action(async (from: string, to: string, options: ShiftOptions) => {
      session.exit = await runShift(from, to, options, session.terminal);
    });
  addExamples(shift, [
    "shift in.tar.gz out.tar.gz --map 0:1000:1,1:100000:65536",
    "shift out.tar.gz back.tar.gz --map 0:1000:1,1:100000:65536 --reverse",
    "shift in.tar out.tar --map 0:1000:1,1:100000:65536 --gid-map 0:100:1",
    "shift in.tar out.tar --map 0:1000:1 --unmapped squash=0:0",
    "shift in.tar out.tar --map 0:100000:65536 --names drop",
    "shift in.tar out.tar --map 0:100000:65536 --capabilities namespace",
    "shift old.tar out.tar --map 0:100000:65536 --end-marker optional --json",
    "shift - - --map 0:100000:65536 --format gzip <in.tar >out.tar.gz",
  ]);
}

async function runShift(from: string, to: string, options: ShiftOptions, terminal: Terminal): Promise<Exit> {
  const unmapped = readUnmapped(options.unmapped);
  const maps = await loadMaps(options);
  const input = await openLayer(from, terminal);
  const compression = options.format === "same" ? input.compression : FORMATS[options.format];
  const { names, capabilities, endMarker } = options;
  const engine = initSync();
  const reverse = options.reverse === true;
  const rules = { ...maps, reverse, unmapped, names, capabilities, endMarker, engine, name: input.where };
  const shifted = shiftTar(input.tar, rules);
  try {
    await withProgress(input, terminal, () => write(shifted, input, compression, to, terminal));
  } catch (error) {
    if (!(error instanceof UnmappedError)) throw error;
    return refused(error, input.where, to, options, terminal);
  }
  const { report } = shifted;
  const places = { in: input.where, out: nameOf(to) };
  const result: ShiftAnswer = { shifted: true, ...places, compression, engine: engine.name, report };
  if (options.json) await answerJsonBeside(to === STDOUT, terminal, result);
  else for (const line of shiftNotes(report, unmapped, terminal)) talk(terminal, line);
  return EXIT.yes;
}

async function write(
  shifted: ShiftedTar,
  input: LayerInput,
  compression: Compression,
  to: string,
  terminal: Terminal,
): Promise<void> {
  const stream = packer(compression, input.where);
  const chunks = stream ? throughStream(shifted, stream) : shifted;
  const pump = async (sink: Writable) => {
    for await (const chunk of chunks) await put(sink, chunk);
  };
  if (to === STDOUT) await pump(terminal.stdout);
  else await writeWhole(to, pump);
}

async function refused(
  error: UnmappedError,
  from: string,
  to: string,
  options: ShiftOptions,
  terminal: Terminal,
): Promise<Exit> {
  const found = unmappedAnswer(error.unmapped, error.unlisted, error.fit);
  const result: ShiftAnswer = { shifted: false, in: from, out: nameOf(to), ...found };
  if (options.json) await answerJsonBeside(to === STDOUT, terminal, result);
  else {
    const what = to === STDOUT ? "stopped before the first such entry" : "nothing written";
    talk(terminal, `${terminal.talkColors.red("refused")}: ${from} has ids that the map does not hold (${what})`);
    for (const line of unmappedLines(found, { ...terminal, colors: terminal.talkColors })) talk(terminal, line);
    talk(terminal, "or --unmapped squash=UID:GID to give them to one owner, or --unmapped keep");
  }
  return EXIT.no;
}
