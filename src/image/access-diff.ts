import { RIGHT } from "../core/index.ts";
import type { AccessTask, ImageAccess, MissingId } from "./image-access.ts";
import { RIGHTS } from "./image-access.ts";
import { type ImageTree, PATH_TYPES, type PathType } from "./image-tree.ts";
import type { PathNode } from "./path-table.ts";

/** One image, or one way to unpack it, and its side in a comparison. */
export interface AccessSide {
  readonly tree: ImageTree;
  readonly access: ImageAccess;
}

/** Who asks of both sides: the same person, whose ids may differ. */
export interface ComparedTask {
  readonly name: string;
  readonly a: AccessTask;
  readonly b: AccessTask;
}

/** A task that cannot be on one of the sides: its namespace does not map an id of it. */
export interface ImpossibleTask extends MissingId {
  readonly task: string;
  readonly side: "a" | "b";
}

export type RightName = "read" | "write" | "execute";

/** Why access differs: by what the path itself says, by a directory above it, or because one side has no such path. */
export type ChangeReason = "permissions" | "directory" | "only in a" | "only in b";

/** How access to one path changes from A to B for some tasks. */
export interface RightsChange {
  readonly tasks: readonly string[];
  readonly gains: readonly RightName[];
  readonly loses: readonly RightName[];
  readonly why: ChangeReason;
  /** The highest directory that one side does not let the tasks search; null for other reasons. */
  readonly directory: string | null;
}

/** A path that somebody gains or loses access to. */
export interface PathChange {
  readonly path: string;
  readonly a: PathState | null;
  readonly b: PathState | null;
  readonly changes: readonly RightsChange[];
}

/** What a path is on one side; ids are those of the image. */
export interface PathState {
  readonly type: PathType;
  /** In octal. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly hasAcl: boolean;
}

/** The same change for the same tasks, of however many paths. */
export interface ChangeGroup extends RightsChange {
  readonly count: number;
  /** The first of them. */
  readonly examples: readonly string[];
}

/** Examples kept of a group, and groups kept: beyond them memory would grow with the images. */
const MOST_EXAMPLES = 3;
const MOST_GROUPS = 1000;

const NAMES: readonly (readonly [name: RightName, bit: number])[] = [
  ["read", RIGHT.read],
  ["write", RIGHT.write],
  ["execute", RIGHT.execute],
];

/** What may be done, by name. */
export function rightNames(bits: number): RightName[] {
  return NAMES.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
}

const [ABSENT, SYMLINK] = (["absent", "symlink"] as const).map((type) => PATH_TYPES.indexOf(type));

/** Who gains or loses what, from one side to the other. */
export class AccessDiff {
  readonly tasks: readonly ComparedTask[];
  readonly impossible: readonly ImpossibleTask[];
  readonly #a: AccessSide;
  readonly #b: AccessSide;
  /** By task, and then by node: what {@link ImageAccess.rights} says. */
  readonly #before: readonly Uint8Array[];
  readonly #after: readonly Uint8Array[];
  readonly #changed: Uint32Array;

  constructor(a: AccessSide, b: AccessSide, tasks: readonly ComparedTask[]) {
    this.#a = a;
    this.#b = b;
    this.impossible = tasks.flatMap((task) =>
      (["a", "b"] as const).flatMap((side) => {
        const missing = (side === "a" ? a : b).access.missingId(task[side]);
        return missing ? [{ task: task.name, side, ...missing }] : [];
      }),
    );
    const without = new Set(this.impossible.map(({ task }) => task));
    this.tasks = tasks.filter(({ name }) => !without.has(name));
    this.#before = a.access.rights(this.tasks.map((task) => task.a));
    this.#after = b.access.rights(this.tasks.map((task) => task.b));
    this.#changed = this.#findChanged();
  }

  /** How many paths somebody gains or loses access to. */
  get count(): number {
    return this.#changed.length;
  }

  /** Each of them, in the order in which the images have them. */
  *paths(): Generator<PathChange> {
    const { paths } = this.#a.tree;
    for (const node of this.#changed) {
      const [a, b] = [stateAt(this.#a.tree, node), stateAt(this.#b.tree, node)];
      yield { path: paths.pathOf(node), a, b, changes: this.#changesAt(node) };
    }
  }

  /** The changes of all paths, alike ones together, the most frequent first; and of how many paths some are left out. */
  groups(): { readonly groups: readonly ChangeGroup[]; readonly unlisted: number } {
    const found = new Map<string, ChangeGroup & { count: number; readonly examples: string[] }>();
    let unlisted = 0;
    for (const node of this.#changed)
      for (const change of this.#changesAt(node)) {
        const key = JSON.stringify(change);
        const group = found.get(key) ?? { ...change, count: 0, examples: [] };
        if (group.count === 0 && found.size >= MOST_GROUPS) {
          unlisted++;
          continue;
        }
        found.set(key, group);
        group.count++;
        if (group.examples.length < MOST_EXAMPLES) group.examples.push(this.#a.tree.paths.pathOf(node));
      }
    return { groups: [...found.values()].sort((x, y) => y.count - x.count), unlisted };
  }

  #findChanged(): Uint32Array {
    const [a, b] = [this.#a.tree.columns().types, this.#b.tree.columns().types];
    const differs = new Uint8Array(a.length);
    for (const index of this.tasks.keys()) {
      const [before, after] = [this.#before[index] ?? NONE, this.#after[index] ?? NONE];
      for (let node = 0; node < differs.length; node++)
        if (rightsAt(a, before, node) !== rightsAt(b, after, node)) differs[node] = 1;
    }
    const changed = new Uint32Array(differs.reduce((sum, one) => sum + one, 0));
    let at = 0;
    for (let node = 0; node < differs.length; node++) if (differs[node] === 1) changed[at++] = node;
    return changed;
  }

  #changesAt(node: PathNode): RightsChange[] {
    const [a, b] = [this.#a.tree.columns().types, this.#b.tree.columns().types];
    const found = new Map<string, RightsChange & { readonly tasks: string[] }>();
    for (const [index, { name }] of this.tasks.entries()) {
      const [before, after] = [this.#before[index] ?? NONE, this.#after[index] ?? NONE];
      const [had, has] = [rightsAt(a, before, node), rightsAt(b, after, node)];
      if (had === has) continue;
      const { why, bar } = this.#reasonAt(node, before, after);
      const key = `${had} ${has} ${why} ${bar}`;
      const change = found.get(key) ?? {
        tasks: [],
        gains: rightNames(has & ~had),
        loses: rightNames(had & ~has),
        why,
        directory: bar === null ? null : this.#a.tree.paths.pathOf(bar),
      };
      change.tasks.push(name);
      found.set(key, change);
    }
    return [...found.values()];
  }

  #reasonAt(node: PathNode, before: Uint8Array, after: Uint8Array): { why: ChangeReason; bar: PathNode | null } {
    if (!isThere(this.#a.tree, node)) return { why: "only in b", bar: null };
    if (!isThere(this.#b.tree, node)) return { why: "only in a", bar: null };
    const [reached, reaches] = [before, after].map((answers) => ((answers[node] ?? 0) & RIGHT.reached) !== 0);
    if (reached === reaches) return { why: "permissions", bar: null };
    return { why: "directory", bar: this.#barAbove(node, reached ? after : before) };
  }

  /** The directory that bars a path which is not reached: the first one above it that is reached itself. */
  #barAbove(node: PathNode, answers: Uint8Array): PathNode {
    const { paths } = this.#a.tree;
    let at = paths.parentOf(node);
    while (((answers[at] ?? 0) & RIGHT.reached) === 0) at = paths.parentOf(at);
    return at;
  }
}

const NONE = new Uint8Array(0);

/** What may be done with what a path leads to: nothing where there is none. A symbolic link has no rights of its own. */
function rightsAt(types: Uint8Array, answers: Uint8Array, node: PathNode): number {
  const type = types[node];
  const answer = answers[node] ?? 0;
  return type === ABSENT || type === SYMLINK || (answer & RIGHT.reached) === 0 ? 0 : answer & RIGHTS;
}

function isThere(tree: ImageTree, node: PathNode): boolean {
  return !tree.isType(node, "absent");
}

function stateAt(tree: ImageTree, node: PathNode): PathState | null {
  const { type, mode, uid, gid, acl } = tree.at(node);
  if (type === "absent") return null;
  return { type, mode: mode.toString(8).padStart(4, "0"), uid, gid, hasAcl: acl !== null };
}
