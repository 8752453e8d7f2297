import { endianness } from "node:os";
import type { Writable } from "node:stream";
import { flattenRoute, type IdMap, initSync, type Translator } from "../core/index.ts";
import { intoKernel, outOfKernel } from "../kernel/index.ts";
import { usageFault } from "./fault.ts";
import { type InputFile, openInput } from "./input-file.ts";
import { answerJsonBeside, EXIT, type Exit, put, type Terminal, talk } from "./terminal.ts";
import { writeWhole } from "./whole-file.ts";

/** The `--json` of `userns map --binary`, on stdout; on stderr when the ids themselves go to stdout. */
export interface BinaryMapAnswer {
  readonly direction: "down" | "up";
  readonly ids: number;
  /** How many ids are not mapped; each stands as 4294967295 in the output. */
  readonly unmapped: number;
  readonly engine: "wasm" | "typescript";
}

/** What `userns map --binary` is asked for. */
export interface BinaryMapOptions {
  readonly reverse?: true;
  /** A file, or `-` for stdout. */
  readonly out?: string;
  readonly json?: true;
}

/** Ids of one window of bulk work. */
const WINDOW_IDS = 1 << 18;

/**
 * Translate a file of ids through the engine, in windows.
 *
 * @throws UsernsError ERR_USAGE for options that do not go together or a file that ends inside an id, ERR_FILE
 */
export async function mapBinary(
  map: IdMap,
  path: string,
  ids: readonly string[],
  { out, reverse, json }: BinaryMapOptions,
  terminal: Terminal,
): Promise<Exit> {
  if (ids.length > 0) throw usageFault("IDS", "no ids beside --binary", ids.join(" "));
  if (out === undefined) throw usageFault("--out", "a file to write the translated ids to, or -", "nothing");
  const engine = initSync();
  const named = [{ name: "map", map }];
  const translator = engine.load(flattenRoute(reverse ? outOfKernel(named, "checked") : intoKernel(named)));
  const input = await openInput(path, terminal.stdin, WINDOW_IDS * 4);
  let counts = { ids: 0, unmapped: 0 };
  const write = async (sink: Writable) => {
    counts = await translateFile(translator, input, sink);
  };
  if (out === "-") await write(terminal.stdout);
  else await writeWhole(out, write);
  const direction = reverse ? "up" : "down";
  const result: BinaryMapAnswer = { direction, ...counts, engine: engine.name };
  if (json) await answerJsonBeside(out === "-", terminal, result);
  else talk(terminal, `${counts.ids} ids translated, ${counts.unmapped} not mapped (engine ${engine.name})`);
  return counts.unmapped === 0 ? EXIT.yes : EXIT.no;
}

/** Ids are kept in the order of bytes that the machine counts in; the file's is little-endian. */
const MUST_SWAP = endianness() === "BE";

async function translateFile(
  translator: Translator,
  input: InputFile,
  sink: Writable,
): Promise<{ ids: number; unmapped: number }> {
  const counts = { ids: 0, unmapped: 0 };
  let bytes = new Uint8Array(WINDOW_IDS * 4);
  let filled = 0;
  const flush = async (): Promise<void> => {
    const length = filled >>> 2;
    const window = new Uint32Array(bytes.buffer, 0, length);
    if (MUST_SWAP) Buffer.from(bytes.buffer, 0, length * 4).swap32();
    counts.unmapped += translator.ids(window);
    counts.ids += length;
    if (MUST_SWAP) Buffer.from(bytes.buffer, 0, length * 4).swap32();
    // The sink keeps the window until it is written, so the next one is another.
    await put(sink, bytes.subarray(0, length * 4));
    bytes = new Uint8Array(WINDOW_IDS * 4);
    filled = 0;
  };
  for (let chunk = await input.next(); chunk; chunk = await input.next()) {
    let rest = chunk;
    while (rest.length > 0) {
      const part = rest.subarray(0, bytes.length - filled);
      bytes.set(part, filled);
      filled += part.length;
      rest = rest.subarray(part.length);
      if (filled === bytes.length) await flush();
    }
  }
  if (filled % 4 !== 0) {
    const total = counts.ids * 4 + filled;
    throw usageFault(`${input.where}, byte ${total - (filled % 4)}`, "whole ids of 4 bytes", `${total} bytes`);
  }
  if (filled > 0) await flush();
  return counts;
}
