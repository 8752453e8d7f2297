/** Random nests of namespaces, some isolated, and the formulas of isolated namespaces over them. */
import fc from "fast-check";
import { type Extent, idMap, MAX_ID, NO_ID } from "../../src/core/index.ts";
import type { NestedNamespace } from "../../src/explain/index.ts";
import { maps } from "../core/arbitraries.ts";
import { cutFrom, INITIAL, TreeFormulas, type TreeNode } from "./isolated-trees.ts";

/** A part of one of the parent's lines, and where it is put inside. */
const cuts = fc.array(
  fc.record({ line: fc.nat(11), skip: fc.nat(9), count: fc.integer({ min: 1, max: 300 }), gap: fc.nat(5) }),
  { maxLength: 4 },
);

const creators = fc.record({ uid: fc.oneof(fc.nat(12), fc.nat(MAX_ID)), gid: fc.oneof(fc.nat(12), fc.nat(MAX_ID)) });

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
    for (const [wanted] of inner) levels.push(cutFrom(levels.at(-1) ?? [], wanted));
    return levels.map((extents, index) => ({
      number: index >= begins ? index + 5 : 0,
      maps: extents.length === 0 ? null : { uid: idMap(extents), gid: idMap(extents) },
      creator: owners[index] ?? { uid: 0, gid: 0 },
    }));
  });

/** The formulas of the proposal over a nest: 0 is the place of the initial namespace, 1 that of the outermost of the nest. */
export function formulasOf(nest: readonly NestedNamespace[]): TreeFormulas {
  const nodes = nest.map(
    ({ number, maps, creator }, index): TreeNode => ({
      parent: index,
      creator: creator ?? { uid: NO_ID, gid: NO_ID },
      lines: { uid: maps?.uid.extents ?? [], gid: maps?.gid.extents ?? [] },
      isIsolated: number !== 0,
      number,
    }),
  );
  return new TreeFormulas([INITIAL, ...nodes], "uid", []);
}
