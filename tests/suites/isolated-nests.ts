/** Random nests of namespaces, some isolated, and what the formulas of isolated namespaces say of their ids. */
import fc from "fast-check";
import { type Extent, idMap, MAX_ID, NO_ID, OVERFLOW_ID } from "../../src/core/index.ts";
import type { NestedNamespace } from "../../src/explain/index.ts";
import { maps } from "../core/arbitraries.ts";

/** A kernel id, as the formulas have it. */
export type Kid = readonly [id: number, number: number];

const INVALID: Kid = [NO_ID, 0];

/** A part of one of the parent's lines, and where it is put inside. */
const cuts = fc.array(
  fc.record({ line: fc.nat(11), skip: fc.nat(9), count: fc.integer({ min: 1, max: 300 }), gap: fc.nat(5) }),
  { maxLength: 4 },
);

const creators = fc.record({ uid: fc.oneof(fc.nat(12), fc.nat(MAX_ID)), gid: fc.oneof(fc.nat(12), fc.nat(MAX_ID)) });

/** Lines that lie within lines of the parent, and do not overlap on either side. */
function within(
  parent: readonly Extent[],
  wanted: readonly (typeof cuts extends fc.Arbitrary<infer T> ? T : never)[number][],
): Extent[] {
  const lines: Extent[] = [];
  const used = new Set<number>();
  let first = 0;
  for (const { line, skip, count, gap } of wanted) {
    const of = parent[line % Math.max(parent.length, 1)];
    if (!of || used.has(line % parent.length) || skip >= of.count) continue;
    used.add(line % parent.length);
    const length = Math.min(count, of.count - skip);
    first += gap;
    lines.push({ first, lowerFirst: of.first + skip, count: length });
    first += length;
  }
  return lines;
}

/** Up to three namespaces, outermost first; what is in an isolated one is isolated. */
export const nests: fc.Arbitrary<readonly NestedNamespace[]> = fc
  .tuple(
    maps,
    fc.boolean(),
    fc.array(fc.tuple(cuts, fc.nat(2)), { maxLength: 2 }),
    fc.nat(3),
    fc.tuple(creators, creators, creators),
  )
  .map(([outermost, isWritten, inner, begins, owners]) => {
    const levels: (readonly Extent[])[] = [isWritten ? outermost.extents : []];
    for (const [wanted] of inner) levels.push(within(levels.at(-1) ?? [], wanted));
    return levels.map((extents, index) => ({
      number: index >= begins ? index + 5 : 0,
      maps: extents.length === 0 ? null : { uid: idMap(extents), gid: idMap(extents) },
      creator: owners[index] ?? { uid: 0, gid: 0 },
    }));
  });

/**
 * The formulas of the proposal, written down once more and as slowly as they read; they know nothing of routes.
 *
 * @source isolated user namespaces, 29d2f6c3
 */
export class Formulas {
  readonly #nest: readonly NestedNamespace[];

  constructor(nest: readonly NestedNamespace[]) {
    this.#nest = nest;
  }

  /** The lines of a level; of -1, the initial namespace, one that holds every id. */
  #lines(level: number): readonly Extent[] {
    if (level < 0) return [{ first: 0, lowerFirst: 0, count: NO_ID }];
    return this.#nest[level]?.maps?.uid.extents ?? [];
  }

  numberOf(level: number): number {
    return this.#nest[level]?.number ?? 0;
  }

  down(level: number, id: number): number {
    const line = this.#lines(level).find(({ first, count }) => id >= first && id < first + count);
    if (!line) return NO_ID;
    const lower = line.lowerFirst + (id - line.first);
    return level < 0 ? lower : this.down(level - 1, lower);
  }

  up(level: number, kernelId: number): number {
    const lower = level < 0 ? kernelId : this.up(level - 1, kernelId);
    const line = this.#lines(level).find(({ lowerFirst, count }) => lower >= lowerFirst && lower < lowerFirst + count);
    return line ? line.first + (lower - line.lowerFirst) : NO_ID;
  }

  makeKuid(level: number, id: number): Kid {
    const down = this.down(level, id);
    return down === NO_ID && this.numberOf(level) !== 0 ? [id, this.numberOf(level)] : [down, 0];
  }

  fromKuid(level: number, [id, number]: Kid): number {
    if (number === 0) return this.up(level, id);
    return this.numberOf(level) === number ? id : NO_ID;
  }

  fromKuidMunged(level: number, kid: Kid): number {
    const id = this.fromKuid(level, kid);
    if (id !== NO_ID) return id;
    const owned = this.#nest.findIndex(({ number }) => number !== 0 && number === kid[1]);
    const creator = this.#nest[owned]?.creator;
    return creator ? this.fromKuidMunged(level, this.makeKuid(owned - 1, creator.uid)) : OVERFLOW_ID;
  }

  /** @param idmap  the level whose maps the mount has; null: none */
  makeVfsuid(idmap: number | null, filesystem: number, kid: Kid): Kid {
    if (idmap === null) return kid;
    const id = filesystem < 0 ? kid[0] : this.fromKuid(filesystem, kid);
    return id === NO_ID ? INVALID : this.makeKuid(idmap, id);
  }

  fromVfsuid(idmap: number | null, filesystem: number, vfsid: Kid): Kid {
    if (idmap === null) return vfsid;
    const [id, number] = vfsid;
    if (number !== 0) return filesystem < 0 && this.numberOf(idmap) === number ? [id, 0] : INVALID;
    const up = this.up(idmap, id);
    if (up === NO_ID) return INVALID;
    return filesystem < 0 ? [up, 0] : this.makeKuid(filesystem, up);
  }
}
