/** Random maps, routes and ids for property tests, biased to where ranges end. */
import fc from "fast-check";
import { type Extent, type Hop, IDENTITY, type IdMap, idMap, MAX_ID, NO_ID, type Route } from "../../src/core/index.ts";

/** Gap before and length of each range; small ones make neighbours, large ones reach the top. */
const steps = fc.array(
  fc.record({
    gap: fc.oneof(fc.constant(0), fc.nat(4), fc.nat(70_000)),
    lowerGap: fc.oneof(fc.constant(0), fc.nat(4), fc.nat(70_000)),
    count: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 200_000 })),
    order: fc.nat(),
  }),
  { maxLength: 12 },
);

/** Where the first range begins: at 0, somewhere, or so that the last one ends at the highest id. */
const anchor = fc.oneof(fc.constant("zero" as const), fc.constant("top" as const), fc.nat(3_000_000_000));

function startOf(where: "zero" | "top" | number, span: number): number {
  if (where === "zero") return 0;
  return where === "top" ? MAX_ID + 1 - span : Math.min(where, MAX_ID + 1 - span);
}

export const maps: fc.Arbitrary<IdMap> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(steps, anchor, anchor).map(([parts, above, below]) => layOut(parts, above, below)),
  },
  { weight: 1, arbitrary: fc.constant(IDENTITY) },
);

interface Part {
  readonly gap: number;
  readonly lowerGap: number;
  readonly count: number;
  readonly order: number;
}

function layOut(parts: readonly Part[], above: "zero" | "top" | number, below: "zero" | "top" | number): IdMap {
  const span = parts.reduce((sum, part) => sum + part.gap + part.count, 0);
  const lowerSpan = parts.reduce((sum, part) => sum + part.lowerGap + part.count, 0);
  const lowerFirsts = new Map<Part, number>();
  let lower = startOf(below, lowerSpan);
  for (const part of [...parts].sort((a, b) => a.order - b.order)) {
    lower += part.lowerGap;
    lowerFirsts.set(part, lower);
    lower += part.count;
  }
  let first = startOf(above, span);
  const extents: Extent[] = [];
  for (const part of parts) {
    first += part.gap;
    extents.push({ first, lowerFirst: lowerFirsts.get(part) ?? 0, count: part.count });
    first += part.count;
  }
  return idMap(extents);
}

const numbers = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4 }));

const shown = fc.option(
  fc.record({
    overflow: fc.constant(65534),
    creators: fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(300_000))).map((pairs) => new Map(pairs)),
  }),
  { nil: undefined },
);

const bareNumbers = fc.option(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), { nil: undefined });

function hops(direction: "down" | "up"): fc.Arbitrary<Hop> {
  return fc.tuple(maps, numbers, shown, bareNumbers).map(([map, number, show, bare]) => ({
    direction,
    map,
    number,
    name: "map",
    ...(direction === "up" && show ? { shown: show } : {}),
    ...(direction === "up" && bare ? { bare } : {}),
  }));
}

/** Routes of up to five hops that go down and up in turn, beginning with either. */
export const routes: fc.Arbitrary<Route> = fc
  .tuple(fc.constantFrom("down" as const, "up" as const), fc.integer({ min: 1, max: 5 }))
  .chain(([begin, length]) =>
    fc.tuple(...Array.from({ length }, (_, index) => hops((index % 2 === 0) === (begin === "down") ? "down" : "up"))),
  );

/** The edges of every range that a route names, one beyond them, and the ends of the number space. */
export function edgesOf(route: Route): number[] {
  const edges = [0, 1, MAX_ID - 1, MAX_ID, NO_ID, 65534];
  for (const hop of route)
    for (const { first, lowerFirst, count } of hop.map.extents)
      for (const start of [first, lowerFirst]) edges.push(start - 1, start, start + count - 1, start + count);
  return edges.map((edge) => edge >>> 0);
}

/** Ids of a route: its edges and any others. */
export function idsFor(route: Route): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(...edgesOf(route)), fc.integer({ min: 0, max: NO_ID }), fc.nat(300_000));
}
