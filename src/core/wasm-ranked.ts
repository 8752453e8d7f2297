import type { Segment, SegmentTable } from "./flat-route.ts";
import type { NamespaceNumber } from "./kuid64.ts";
import type { PlacedId } from "./route.ts";
import type { WasmMemory } from "./wasm-memory.ts";
import { BIAS, writeFourfold } from "./wasm-table.ts";

/** The segments that are told apart, those of all tables and one for the other ids: as many as a shuffle picks from. */
const MOST_SEGMENTS = 16;
/** Each table costs every id a comparison of its number: beyond these, ids are looked up. */
const MOST_TABLES = 4;

/** Sizes in bytes: assembly/kuid64-ranked.ts says what lies there. */
const PLANES = 16;
const PLANE_BYTES = 16;
const TABLES = PLANES + 5 * PLANE_BYTES;
const VECTOR_BYTES = 16;

export type Tables = readonly (readonly [NamespaceNumber, SegmentTable])[];

/** Are the tables of a route that gives one number few and short enough to be ranked? */
export function areRankable(tables: Tables): boolean {
  const segments = tables.reduce((sum, [, table]) => sum + table.length, 1);
  return tables.length <= MOST_TABLES && segments <= MOST_SEGMENTS;
}

/**
 * Lay tables out for the ranked kernel.
 *
 * @param other  what all ids become whose number has no table
 * @returns      the address, for the owner to give back
 * @throws UsernsError ERR_ENGINE_MEMORY
 */
export function layRanked(memory: WasmMemory, tables: Tables, other: PlacedId): number {
  const segments = tables.flatMap(([, table]) => table);
  const bytes = TABLES + VECTOR_BYTES * (2 * tables.length + segments.length);
  const address = memory.take(bytes);
  memory.words.set([bytes, other.number], address >>> 2);
  const all: readonly Segment[] = [
    { first: 0, pin: 0xffff_ffff, delta: other.id + 1, number: other.number },
    ...segments,
  ];
  for (const [k, segment] of all.entries()) writePlanes(memory.bytes, address + PLANES + PLANE_BYTES - 1 - k, segment);
  let at = (address + TABLES) >>> 2;
  let before = 0;
  for (const [number, table] of tables) {
    const bounds = table.slice(1).map(({ first }) => (first - 1) ^ BIAS);
    at = writeFourfold(memory.words, at, [number, -1 - before, VECTOR_BYTES * bounds.length, ...bounds]);
    before += table.length;
  }
  return address;
}

/** A segment's bytes, one in each plane. */
function writePlanes(bytes: Uint8Array, at: number, { pin, delta }: Segment): void {
  const moved = pin === 0 ? delta ^ BIAS : delta;
  bytes[at] = pin;
  for (let k = 0; k < 4; k++) bytes[at + PLANE_BYTES * (1 + k)] = moved >>> (8 * k);
}
