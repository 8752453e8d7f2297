/** What every way of writing a map must do: told from others, read, written, read back, and wrong where it says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Extent, findMapFault, type IdMap, idMap, isSameMap, UsernsError } from "../../src/core/index.ts";
import {
  MAP_FORMATS,
  type MapContext,
  type MapFormat,
  type MapPair,
  misfitOf,
  type ReadMaps,
  readMaps,
  recognise,
  type WrittenMap,
} from "../../src/formats/index.ts";

export type Lines = readonly (readonly [first: number, lowerFirst: number, count: number])[];

/** Lines of both kinds where they are a list; else of each kind that the text speaks of. */
export type PairLines = Lines | { readonly uid?: Lines; readonly gid?: Lines };

export interface FormatCases {
  readonly format: MapFormat;
  /** Texts, as people write them, and the lines that they hold; only a prefix tells those that begin with its name. */
  readonly reads: readonly (readonly [text: string, lines: PairLines, known?: Omit<MapContext, "where">])[];
  /** Lines and the very text that they are written as. */
  readonly writes: readonly (readonly [lines: PairLines, text: string, known?: Omit<MapContext, "where">])[];
  /** Texts that begin like this format and are wrong: where, with which code, and a word that the message holds. */
  readonly errors: readonly (readonly [
    text: string,
    where: string,
    code: string,
    word: string,
    known?: Omit<MapContext, "where">,
  ])[];
  /** Texts of no format at all, or of another. */
  readonly foreign: readonly string[];
}

export function mapOf(lines: Lines): IdMap {
  return idMap(lines.map(([first, lowerFirst, count]) => ({ first, lowerFirst, count })));
}

const isList = (lines: PairLines): lines is Lines => Array.isArray(lines);
const linesOf = (map: IdMap): Lines => map.extents.map(({ first, lowerFirst, count }) => [first, lowerFirst, count]);
const pairOf = (lines: PairLines): MapPair => {
  const { uid = [], gid = [] } = isList(lines) ? { uid: lines, gid: lines } : lines;
  return { uid: idMap(mapOf(uid).extents), gid: idMap(mapOf(gid).extents) };
};
/** What a text says, as the rows say it. */
const said = ({ uid, gid }: ReadMaps): object => ({
  ...(uid ? { uid: linesOf(uid) } : {}),
  ...(gid ? { gid: linesOf(gid) } : {}),
});
const expected = (lines: PairLines): object => (isList(lines) ? { uid: lines, gid: lines } : lines);
const shown = (pieces: readonly WrittenMap[]) => pieces.map(({ text }) => text).join("\n---\n");

const edge = fc.oneof(fc.constantFrom(0, 1, 65535, 65536, 4294967293, 4294967294), fc.nat(4294967294));
const anyExtent = fc.record({
  first: edge,
  lowerFirst: edge,
  count: fc.oneof(fc.integer({ min: 1, max: 70000 }), fc.constantFrom(1, 4294967295)),
});

/** Extents that make a map, at least one: those that collide with an earlier one are left out. */
export const anyMap: fc.Arbitrary<IdMap> = fc
  .array(anyExtent, { minLength: 1, maxLength: 12 })
  .map((extents) => {
    const kept: Extent[] = [{ first: 77, lowerFirst: 99, count: 1 }];
    for (const extent of extents) if (!findMapFault([...kept, extent])) kept.push(extent);
    return kept;
  })
  .map((extents) => idMap(extents));

/** One block from 0, as many tools want it. */
const blockMap: fc.Arbitrary<IdMap> = fc
  .record({ slot: fc.integer({ min: 1, max: 30000 }), blocks: fc.integer({ min: 1, max: 9 }) })
  .map(({ slot, blocks }) => idMap([{ first: 0, lowerFirst: slot * 65536, count: blocks * 65536 }]));
const smallMap: fc.Arbitrary<IdMap> = fc
  .uniqueArray(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 9 })
  .map((ids) => idMap(ids.map((id, index) => ({ first: id, lowerFirst: 100000 + index * 7, count: 1 }))));
const someMap = fc.oneof(anyMap, blockMap, smallMap);
const anyPair: fc.Arbitrary<MapPair> = fc.oneof(
  someMap.map((map) => ({ uid: idMap<"uid">(map.extents), gid: idMap<"gid">(map.extents) })),
  fc.tuple(someMap, someMap).map(([uid, gid]) => ({ uid: idMap<"uid">(uid.extents), gid: idMap<"gid">(gid.extents) })),
);

/** Maps that texts, one for each kind where there are two, say together. */
function readBack(format: MapFormat, pieces: readonly WrittenMap[]): { uid: IdMap | null; gid: IdMap | null } {
  const found: { uid: IdMap | null; gid: IdMap | null } = { uid: null, gid: null };
  for (const { kind, text } of pieces) {
    const maps = format.parse(text, { where: "back" });
    for (const each of ["uid", "gid"] as const) if (kind === "both" || kind === each) found[each] = maps[each];
  }
  return found;
}

export function testFormat({ format, reads, writes, errors, foreign }: FormatCases): void {
  const name = format.name;

  test(`${name}: its texts are told from those of other formats, and read`, () => {
    for (const [text, lines, known] of reads) {
      assert.equal(recognise(text)?.format.name, name, JSON.stringify(text));
      assert.deepEqual(said(readMaps(text, { ...known, where: "in" })), expected(lines), JSON.stringify(text));
    }
    assert.equal(recognise(format.example)?.format.name, name, "its own example");
  });

  test(`${name}: what is written is the exact text`, () => {
    for (const [lines, text, known] of writes)
      assert.equal(shown(format.write?.(pairOf(lines), { ...known, where: "out" }) ?? []), text);
  });

  test(`${name}: errors say where, and what is wrong`, () => {
    for (const [text, where, code, word, known] of errors)
      assert.throws(
        () => readMaps(text, { ...known, where: "in" }),
        (error) =>
          error instanceof UsernsError && error.where === where && error.code === code && error.message.includes(word),
        `${JSON.stringify(text)}: ${where} ${code} ${word}`,
      );
  });

  test(`${name}: other texts are not taken for it`, () => {
    for (const text of foreign) assert.equal(format.recognises(text), false, JSON.stringify(text));
  });

  const { write } = format;
  if (!write) return;
  test(`${name}: every pair of maps that its target holds is written and read back`, () => {
    let held = 0;
    fc.assert(
      fc.property(anyPair, (maps) => {
        if (misfitOf(format.target, maps)) return;
        held++;
        const back = readBack(format, write(maps, { where: "out" }));
        for (const kind of ["uid", "gid"] as const) {
          const map = back[kind];
          assert.ok(map && isSameMap(map, maps[kind]), kind);
        }
      }),
      { seed: SEED },
    );
    assert.ok(held > 0, "a target that holds none of them is not tested");
  });
}

test("every format has a name of its own, and says an example of itself", () => {
  const names = MAP_FORMATS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});

/** Printed by fast-check on failure; set USERNS_SEED to run another. */
const SEED = Number(process.env.USERNS_SEED ?? 20241124);
