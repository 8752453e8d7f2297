/** The shifter as tests call it: bytes in, bytes out. */
import assert from "node:assert/strict";
import { type IdMap, idMap, initSync, UsernsError } from "../../src/core/index.ts";
import { type ShiftReport, type ShiftTarOptions, shiftTar } from "../../src/shift/index.ts";

export const SHIFT = idMap([{ first: 0, lowerFirst: 100_000, count: 65_536 }]);
/** Takes ids past what seven octal digits hold, 2,097,151. */
export const FAR = idMap([{ first: 0, lowerFirst: 3_000_000, count: 65_536 }]);

export const both = (map: IdMap) => ({
  uids: idMap<"uid">(map.extents),
  gids: idMap<"gid">(map.extents),
});

/** The input in pieces of the given sizes, in turn; a copy, so that a piece may be changed. */
export async function* pieces(input: Uint8Array, sizes: readonly number[] = [input.length || 1]) {
  for (let at = 0, k = 0; at < input.length; k++) {
    const size = sizes[k % sizes.length] ?? 1;
    yield new Uint8Array(input.subarray(at, at + size));
    at += size;
  }
}

export interface Options extends Partial<ShiftTarOptions> {
  /** Sizes of the pieces, in turn; one piece without it. */
  readonly sizes?: readonly number[];
  /** Without an engine. */
  readonly isBare?: boolean;
}

export interface Shifted {
  readonly bytes: Uint8Array;
  readonly report: ShiftReport;
  /** What it threw; the bytes are then those given out before. */
  readonly error: UsernsError | null;
}

/** Shift with 0:100000:65536 for both kinds, unless told otherwise; an error of the input is part of the answer. */
export async function tryShift(input: Uint8Array, options: Options = {}): Promise<Shifted> {
  const out: Uint8Array[] = [];
  const engine = options.isBare ? {} : { engine: initSync() };
  const tar = shiftTar(pieces(input, options.sizes), { ...both(SHIFT), ...engine, ...options });
  let error: UsernsError | null = null;
  try {
    for await (const piece of tar) out.push(piece);
  } catch (thrown) {
    if (!(thrown instanceof UsernsError)) throw thrown;
    error = thrown;
  }
  return { bytes: Uint8Array.from(Buffer.concat(out)), report: tar.report, error };
}

export async function shift(input: Uint8Array, options: Options = {}): Promise<Shifted> {
  const shifted = await tryShift(input, options);
  if (shifted.error) throw shifted.error;
  return shifted;
}

/** The same bytes; where they differ, the first place. */
export function assertBytes(actual: Uint8Array, expected: Uint8Array, what = ""): void {
  const at = expected.findIndex((byte, k) => byte !== actual[k]);
  const shown = (bytes: Uint8Array) =>
    JSON.stringify(Buffer.from(bytes.subarray(Math.max(0, at - 8), at + 24)).toString("latin1"));
  assert.ok(
    at < 0,
    `${what} byte ${at} of block ${Math.floor(at / 512)}: got ${shown(actual)}, expected ${shown(expected)}`,
  );
  assert.equal(actual.length, expected.length, `${what} length`);
}
