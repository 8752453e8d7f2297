import { compose, type Extent, type IdMap, idMap, mapUp } from "../core/index.ts";
import { textPlace, throughParent } from "../kernel/index.ts";

/**
 * The id map that is to follow an fs map. One that nests is that of a namespace around, whose ids are those of an image,
 * and the maps of namespaces inside it: the last is that of whoever gets the fs map, which holds the files of its own ids
 * alone.
 *
 * @source semantics H.1: "inside→image is the identity unless idplan nests"; a proposal
 */
export interface FsidPlan {
  /** null where it was not told: then nobody asks whether its ids have fs ids. */
  readonly idPlan: IdMap | null;
  /** The maps inside it, from the outside in; none where it does not nest. */
  readonly nested?: readonly IdMap[];
}

/**
 * Why a plan cannot nest so, by the kernel's own rule: a map that the one around it does not hold.
 *
 * @returns which of the nested maps, from 0, and the words; null where there is nothing to say
 */
export function nestedFault({
  idPlan,
  nested = [],
}: FsidPlan): { readonly index: number; readonly because: string } | null {
  for (const [index, { extents }] of nested.entries()) {
    const around = index === 0 ? idPlan : nested[index - 1];
    const taken = around ? throughParent(extents, around, "the map around it") : null;
    if (taken && !taken.ok) return { index, because: `${textPlace(taken, ": ")}${taken.because}` };
  }
  return null;
}

/** The plan as one map down to kernel ids, which a child of the initial namespace can have. @returns null for none */
export function flatPlan({ idPlan, nested = [] }: FsidPlan): IdMap | null {
  return idPlan && nested.reduce((around, inner) => compose(inner, around), idPlan);
}

/**
 * Where the ids inside are on the disk, given where those of the image are.
 *
 * @example throughPlan({ idPlan: null, nested: [idMap([{ first: 0, lowerFirst: 1000, count: 9 }])] },
 *            [{ first: 0, lowerFirst: 2147352576, count: 65536 }]).map(showExtent) // ["0:2147353576:9"]
 */
export function throughPlan({ nested = [] }: FsidPlan, lines: readonly Extent[]): readonly Extent[] {
  return nested.length === 0 ? lines : nested.reduce((around, inner) => compose(inner, around), idMap(lines)).extents;
}

/** What an id of the image is inside; NO_ID where it is none there. */
export function insidePlan({ nested = [] }: FsidPlan, imageId: number): number {
  return nested.reduce<number>((id, inner) => mapUp(inner, id), imageId);
}
