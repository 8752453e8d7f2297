/** What every way of writing a map must do: told from others, read, written, read back, and wrong where it says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Extent, findMapFault, type IdMap, idMap, isSameMap, UsernsError } from "../../src/core/index.ts";
import { MAP_FORMATS, type MapFormat, parseMap, recogniseMapFormat } from "../../src/formats/index.ts";

export type Lines = readonly (readonly [first: number, lowerFirst: number, count: number])[];

export interface FormatCases {
  readonly format: MapFormat;
  /** Texts, as people write them, and the lines that they hold. */
  readonly reads: readonly (readonly [text: string, lines: Lines])[];
  /** Lines and the very text that they are written as. */
  readonly writes: readonly (readonly [lines: Lines, text: string])[];
  /** Texts that begin like this format and are wrong: where, with which code, and a word that the message holds. */
  readonly errors: readonly (readonly [text: string, where: string, code: string, word: string])[];
  /** Texts of no format at all, or of another. */
  readonly foreign: readonly string[];
}

export function mapOf(lines: Lines): IdMap {
  return idMap(lines.map(([first, lowerFirst, count]) => ({ first, lowerFirst, count })));
}

const linesOf = (map: IdMap): Lines => map.extents.map(({ first, lowerFirst, count }) => [first, lowerFirst, count]);

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

export function testFormat({ format, reads, writes, errors, foreign }: FormatCases): void {
  const name = format.name;

  test(`${name}: its texts are told from those of other formats, and read`, () => {
    for (const [text, lines] of reads) {
      assert.equal(recogniseMapFormat(text)?.name, name, JSON.stringify(text));
      assert.deepEqual(linesOf(parseMap(text)), lines, JSON.stringify(text));
    }
  });

  test(`${name}: what is written is the exact text`, () => {
    for (const [lines, text] of writes) assert.equal(format.print(mapOf(lines)), text);
  });

  test(`${name}: errors say line and column, and what is wrong`, () => {
    for (const [text, where, code, word] of errors)
      assert.throws(
        () => parseMap(text, "in"),
        (error) =>
          error instanceof UsernsError && error.where === where && error.code === code && error.message.includes(word),
        `${JSON.stringify(text)}: ${where} ${code} ${word}`,
      );
  });

  test(`${name}: other texts are not taken for it`, () => {
    for (const text of foreign) assert.equal(format.recognises(text), false, JSON.stringify(text));
  });

  test(`${name}: any map that is written is told and read back, line for line`, () => {
    fc.assert(
      fc.property(anyMap, (map) => {
        const text = format.print(map);
        assert.equal(recogniseMapFormat(text)?.name, name);
        const back = format.parse(text, "back");
        assert.deepEqual(linesOf(back), linesOf(map));
        assert.ok(isSameMap(back, map));
      }),
      { seed: SEED },
    );
  });

  test(`${name}: any map in any other format can be written in this one`, () => {
    for (const other of MAP_FORMATS)
      for (const [lines] of writes)
        assert.equal(format.print(parseMap(other.print(mapOf(lines)))), format.print(mapOf(lines)));
  });
}

/** Printed by fast-check on failure; set USERNS_SEED to run another. */
const SEED = Number(process.env.USERNS_SEED ?? 20241124);
