import { adjoins, cut, cutOut, type Extent, flip, lowerOf, sortedByFirst } from "./extent.ts";
import { type Kind, NO_ID } from "./id.ts";
import { type IdMap, idMap } from "./id-map.ts";
import { type IdSet, idSet, subtract, zip } from "./id-set.ts";

/** The same map read the other way: what was inside is below. */
export function invert<K extends Kind>(map: IdMap<K>): IdMap<K> {
  return idMap(map.extents.map(flip));
}

/**
 * The map that goes down through `inner` and then through `outer`: a nested namespace, flattened.
 *
 * Ids of `inner` whose lower id `outer` does not hold are not mapped; an extent that spans several of `outer`'s comes
 * out in pieces. (Linux refuses such an extent when it is written: that rule is the kernel layer's.)
 *
 * @example compose(idMap([{ first: 0, lowerFirst: 1, count: 9 }]), idMap([{ first: 0, lowerFirst: 100000, count: 5 }])).extents
 *          // [{ first: 0, lowerFirst: 100001, count: 4 }]
 */
export function compose<K extends Kind>(inner: IdMap<K>, outer: IdMap<K>): IdMap<K> {
  const extents: Extent[] = [];
  for (const extent of inner.byFirst)
    for (const below of outer.byFirst) {
      const back = cut(flip(extent), below);
      if (!back) continue;
      extents.push({
        first: back.lowerFirst,
        lowerFirst: below.lowerFirst + (back.first - below.first),
        count: back.count,
      });
    }
  return merge(idMap(sortedByFirst(extents)));
}

/** Join extents that continue each other on both sides; sorted by inside id. */
export function merge<K extends Kind>(map: IdMap<K>): IdMap<K> {
  const merged: Extent[] = [];
  for (const extent of map.byFirst) {
    const top = merged.at(-1);
    if (top && adjoins(top, extent) && adjoins(lowerOf(top), lowerOf(extent)))
      merged[merged.length - 1] = { ...top, count: top.count + extent.count };
    else merged.push(extent);
  }
  return idMap(merged);
}

/** The part of the map whose inside ids are in `ids`, in the map's order. */
export function restrict<K extends Kind>(map: IdMap<K>, ids: IdSet): IdMap<K> {
  return idMap(map.extents.flatMap((extent) => ids.flatMap((range) => cut(extent, range) ?? [])));
}

/** The part of the map whose inside ids are not in `ids`, in the map's order. */
export function exclude<K extends Kind>(map: IdMap<K>, ids: IdSet): IdMap<K> {
  return idMap(withoutInside(map.extents, ids));
}

/** The ids that both maps translate, and translate alike. */
export function agreement<K extends Kind>(a: IdMap<K>, b: IdMap<K>): IdMap<K> {
  const shared: Extent[] = [];
  for (const extent of a.byFirst)
    for (const other of b.byFirst) {
      const piece = cut(extent, other);
      if (piece && piece.lowerFirst - piece.first === other.lowerFirst - other.first) shared.push(piece);
    }
  return merge(idMap(shared));
}

/** The ids that `a` translates and `b` does not, or otherwise. */
export function difference<K extends Kind>(a: IdMap<K>, b: IdMap<K>): IdMap<K> {
  return merge(exclude(a, insideOf(agreement(a, b))));
}

/**
 * Lay one extent over a map: the newest wins, and what it takes from the others on either side is cut out of them.
 *
 * @returns the map sorted by inside id, the new extent among the others; not merged
 * @example override(idMap([{ first: 0, lowerFirst: 100000, count: 65536 }]), { first: 1005, lowerFirst: 1005, count: 1 }).extents.map(showExtent)
 *          // ["0:100000:1005", "1005:1005:1", "1006:101006:64530"]
 */
export function override<K extends Kind>(map: IdMap<K>, extent: Extent): IdMap<K> {
  const kept = map.extents
    .flatMap((old) => cutOut(old, extent))
    .flatMap((old) => cutOut(flip(old), lowerOf(extent)).map(flip));
  return idMap(sortedByFirst([...kept, extent]));
}

/** Use the ids of `available` that the map leaves free, lowest first, for the inside ids that it leaves free. */
export function fill<K extends Kind>(map: IdMap<K>, available: IdSet): IdMap<K> {
  const freeInside = subtract([{ first: 0, count: NO_ID }], insideOf(map));
  const freeBelow = subtract(available, lowerSetOf(map));
  return merge(idMap([...map.extents, ...zip(freeInside, freeBelow)]));
}

/** The inside ids that the map holds. */
export function insideOf(map: IdMap): IdSet {
  return idSet(map.extents);
}

/** The lower ids that the map reaches. */
export function lowerSetOf(map: IdMap): IdSet {
  return idSet(map.extents.map(lowerOf));
}

/** The ids of `wanted` that the map does not hold inside. */
export function outsideOf(map: IdMap, wanted: IdSet): IdSet {
  return subtract(wanted, insideOf(map));
}

/** Are the extents, in inside order, one unbroken run on both sides? */
export function isContiguous(map: IdMap): boolean {
  return merge(map).extents.length <= 1;
}

/** Do two maps translate every id alike, however they are written? */
export function isSameMap<K extends Kind>(a: IdMap<K>, b: IdMap<K>): boolean {
  const x = merge(a).extents;
  const y = merge(b).extents;
  return (
    x.length === y.length &&
    x.every((extent, index) => {
      const other = y[index];
      return (
        other && extent.count === other.count && extent.first === other.first && extent.lowerFirst === other.lowerFirst
      );
    })
  );
}

function withoutInside(extents: readonly Extent[], ids: IdSet): Extent[] {
  return extents.flatMap((extent) =>
    ids.reduce((pieces: Extent[], range) => pieces.flatMap((piece) => cutOut(piece, range)), [extent]),
  );
}
