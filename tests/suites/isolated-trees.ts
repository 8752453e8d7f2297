/** Random trees of namespaces, some isolated, with siblings; and the formulas of isolated namespaces over them. */
import fc from "fast-check";
import { type Extent, MAX_ID, NO_ID, OVERFLOW_ID } from "../../src/core/index.ts";
import type { IsolationSwitch, OwnerKind } from "../../src/kernel/index.ts";
import { maps } from "../core/arbitraries.ts";

/** A kernel id, as the formulas have it. */
export type Kid = readonly [id: number, number: number];

/** A namespace of a tree. The first of a tree is the initial one, with every id mapped to itself. */
export interface TreeNode {
  /** Which one of the tree, always an earlier one; -1 for the initial namespace. */
  readonly parent: number;
  /** The effective ids of the creator, as numbers in the parent. */
  readonly creator: { readonly [K in OwnerKind]: number };
  /** As written: the lower side is in the parent. */
  readonly lines: { readonly [K in OwnerKind]: readonly Extent[] };
  readonly isIsolated: boolean;
  readonly number: number;
}

const INVALID: Kid = [NO_ID, 0];
const WHOLE: readonly Extent[] = [{ first: 0, lowerFirst: 0, count: NO_ID }];
export const INITIAL: TreeNode = {
  parent: -1,
  creator: { uid: 0, gid: 0 },
  lines: { uid: WHOLE, gid: WHOLE },
  isIsolated: false,
  number: 0xeffffffd,
};

/** The number that no namespace of a tree has. */
export const NOBODYS = 99_999;
const NUMBERS = [1, 2, 7, 0xfffffffe, 0xffffffff];

const idOrEdge = fc.oneof(fc.nat(40), fc.constantFrom(0, 65534, 65535, 2 ** 31, MAX_ID), fc.nat(MAX_ID));
const cut = fc.record({ line: fc.nat(5), skip: fc.nat(6), count: fc.integer({ min: 1, max: 40 }), gap: fc.nat(5) });
const nodeParts = fc.record({
  parent: fc.nat(),
  uid: fc.tuple(fc.option(maps, { nil: null, freq: 4 }), fc.array(cut, { maxLength: 3 })),
  gid: fc.tuple(fc.option(maps, { nil: null, freq: 4 }), fc.array(cut, { maxLength: 3 })),
  creator: fc.record({ uid: idOrEdge, gid: idOrEdge }),
  turns: fc.boolean(),
});

type Cut = { readonly line: number; readonly skip: number; readonly count: number; readonly gap: number };

/** Parts of the parent's lines, one after the other inside, which overlap on neither side. */
export function cutFrom(parent: readonly Extent[], cuts: readonly Cut[]): readonly Extent[] {
  const used = new Set<Extent>();
  const lines: Extent[] = [];
  let first = 0;
  for (const { line, skip, count, gap } of cuts) {
    const of = parent[line % Math.max(parent.length, 1)];
    if (!of || used.has(of) || skip >= of.count) continue;
    used.add(of);
    const length = Math.min(count, of.count - skip);
    first += gap;
    lines.push({ first, lowerFirst: of.first + skip, count: length });
    first += length;
  }
  return lines;
}

/** Up to five namespaces below the initial one, anywhere below each other. */
export const trees: fc.Arbitrary<readonly TreeNode[]> = fc
  .array(nodeParts, { minLength: 1, maxLength: NUMBERS.length })
  .map((all) => {
    const nodes: TreeNode[] = [INITIAL];
    for (const [index, { parent: wanted, creator, turns, ...written }] of all.entries()) {
      const parent = wanted % nodes.length;
      const above = nodes[parent] ?? INITIAL;
      const linesOf = (kind: OwnerKind): readonly Extent[] => {
        const [map, cuts] = written[kind];
        return parent === 0 ? (map?.extents ?? []) : cutFrom(above.lines[kind], cuts);
      };
      const lines = { uid: linesOf("uid"), gid: linesOf("gid") };
      nodes.push({ parent, creator, lines, isIsolated: above.isIsolated || turns, number: NUMBERS[index] ?? 0 });
    }
    return nodes;
  });

/** Ids at which some answer changes: ends of lines on both sides, creators, and the ends of all ids. */
export function edgesOf(tree: readonly TreeNode[], kind: OwnerKind): readonly number[] {
  const ends = tree.flatMap(({ lines, creator }) => [
    creator[kind],
    ...lines[kind].flatMap(({ first, lowerFirst, count }) => [first, first + count, lowerFirst, lowerFirst + count]),
  ]);
  const around = [0, 65534, 65535, 2 ** 31, MAX_ID, ...ends].flatMap((id) => [id - 1, id]);
  return [...new Set(around)].filter((id) => id >= 0 && id <= NO_ID);
}

/** A mount: whose maps it has (null: none), and whose the file system is. Both by their place in the tree. */
export interface TreeMount {
  readonly idmap: number | null;
  readonly filesystem: number;
}

/**
 * The formulas, written down from the text of the proposal and as slowly as they read. They know nothing of routes.
 *
 * @source semantics of isolated user namespaces (29d2f6c3), sections 3 and 7; of the switches, section 14
 */
export class TreeFormulas {
  readonly #tree: readonly TreeNode[];
  readonly #kind: OwnerKind;
  readonly #switches: ReadonlySet<IsolationSwitch>;

  constructor(tree: readonly TreeNode[], kind: OwnerKind, switches: Iterable<IsolationSwitch>) {
    this.#tree = tree;
    this.#kind = kind;
    this.#switches = new Set(switches);
  }

  #node(at: number): TreeNode {
    return this.#tree[at] ?? INITIAL;
  }

  /** `down`: through the lines of the namespace and of all above it. */
  down(at: number, id: number): number {
    if (at <= 0) return id;
    const { lines, parent } = this.#node(at);
    const line = lines[this.#kind].find(({ first, count }) => id >= first && id < first + count);
    return line ? this.down(parent, line.lowerFirst + (id - line.first)) : NO_ID;
  }

  up(at: number, kernelId: number): number {
    if (at <= 0) return kernelId;
    const { lines, parent } = this.#node(at);
    const lower = this.up(parent, kernelId);
    if (lower === NO_ID) return NO_ID;
    const line = lines[this.#kind].find(({ lowerFirst, count }) => lower >= lowerFirst && lower < lowerFirst + count);
    return line ? line.first + (lower - line.lowerFirst) : NO_ID;
  }

  makeKid(at: number, id: number): Kid {
    const { isIsolated, number } = this.#node(at);
    const down = this.down(at, id);
    return down === NO_ID && isIsolated ? [id, number] : [down, 0];
  }

  fromKid(at: number, [id, number]: Kid): number {
    if (number === 0) return this.up(at, id);
    const own = this.#node(at);
    return own.isIsolated && own.number === number ? id : NO_ID;
  }

  fromKidMunged(at: number, kid: Kid): number {
    const id = this.fromKid(at, kid);
    if (id !== NO_ID) return id;
    const of = this.#tree.find(({ number, isIsolated }) => isIsolated && number === kid[1]);
    if (kid[1] === 0 || !of || this.#switches.has("overflow-munging")) return OVERFLOW_ID;
    return this.fromKidMunged(at, this.makeKid(of.parent, of.creator[this.#kind]));
  }

  fromKidIsolated(at: number, [id, number]: Kid): number {
    const isShown = number === 0 || at === 0 || (this.#node(at).isIsolated && this.#node(at).number === number);
    const shown = !isShown ? NO_ID : number === 0 ? this.up(at, id) : id;
    return shown === NO_ID ? OVERFLOW_ID : shown;
  }

  /** The number that the mount's idmap carries. */
  #idmapNumber(idmap: number): number {
    const { isIsolated, number } = this.#node(idmap);
    const isKept = isIsolated && !(this.#kind === "gid" && this.#switches.has("uid-only-idmap"));
    return isKept ? number : 0;
  }

  makeVfsid({ idmap, filesystem }: TreeMount, kid: Kid): Kid {
    if (idmap === null) return kid;
    const id = filesystem === 0 ? kid[0] : this.fromKid(filesystem, kid);
    if (id === NO_ID) return INVALID;
    const down = this.down(idmap, id);
    const number = this.#idmapNumber(idmap);
    return down === NO_ID && number !== 0 ? [id, number] : [down, 0];
  }

  fromVfsid({ idmap, filesystem }: TreeMount, vfsid: Kid): Kid {
    if (idmap === null) return vfsid;
    const [id, number] = vfsid;
    if (number === 0) {
      const up = this.up(idmap, id);
      if (up === NO_ID) return INVALID;
      return filesystem === 0 ? [up, 0] : this.makeKid(filesystem, up);
    }
    if (this.#idmapNumber(idmap) !== number || id === NO_ID) return INVALID;
    if (filesystem === 0) return [id, 0];
    return this.#switches.has("idmap-of-any-superblock") ? this.makeKid(filesystem, id) : INVALID;
  }

  /** May a task of these fs ids create there: the half of fsuidgid_has_mapping that is about this kind. */
  hasPlace(mount: TreeMount, fsid: Kid): boolean {
    const kid = this.fromVfsid(mount, fsid);
    return kid[0] !== NO_ID && this.fromKid(mount.filesystem, kid) !== NO_ID;
  }

  /** Do capabilities of a namespace count over a file of this owner: the half of privileged_wrt_inode_uidgid. */
  isRuled(at: number, owner: Kid): boolean {
    if (this.fromKid(at, owner) !== NO_ID) return true;
    if (!this.#switches.has("ancestor-privilege") || owner[1] === 0) return false;
    const of = this.#tree.findIndex(({ number, isIsolated }) => isIsolated && number === owner[1]);
    for (let above = of < 0 ? -1 : this.#node(of).parent; above >= 0; above = this.#node(above).parent)
      if (above === at) return true;
    return false;
  }
}
