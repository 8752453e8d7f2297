import { CLASSICAL, type Engine, type Kuid64, NO_ID, type PlacedId } from "../core/index.ts";
import {
  allow,
  childUserNamespace,
  createRoute,
  createWorld,
  FULL_MACHINE,
  freeWorld,
  Inode,
  ISOLATED,
  installMap,
  intoKernel,
  type KernelRoute,
  type Mount,
  makeKid,
  makeVfsid,
  mapOf,
  mountView,
  type NamedMap,
  NO_FLAGS,
  noteUnknownNumber,
  type OwnerKind,
  outOfKernel,
  type Profile,
  ROOT,
  readerMap,
  type Superblock,
  setMountAttributes,
  statRoute,
  type UserNamespace,
  type Verdict,
  type World,
} from "../kernel/index.ts";
import { type Explanation, explain } from "./explain.ts";
import type { OwnerMaps } from "./file-question.ts";

/** A namespace of a nest, some of which are isolated. */
export interface NestedNamespace {
  /** The number that its isolated ids carry; 0: it is not isolated. */
  readonly number: number;
  /** Its maps, lower ids counted in the namespace before; null: none is written. */
  readonly maps: OwnerMaps | null;
  /** The ids of who made it, counted in the namespace before; null: not told. */
  readonly creator: { readonly [K in OwnerKind]: number } | null;
}

/** Whose maps a mount is idmapped with, or who owns the file system: one of the nest by its number, or maps of its own. */
export type MapsFrom = { readonly number: number } | { readonly maps: OwnerMaps };

/** A file system that ids are kept on, and the mount that it is seen through. */
export interface IsolatedMount {
  /** Idmapped with whose maps, as they are now; null: not at all. */
  readonly idmap: MapsFrom | null;
  /** Which namespace owns the file system; null: the initial one. */
  readonly filesystem: MapsFrom | null;
}

/** A plain mount of a file system of the initial namespace. */
export const PLAIN_MOUNT: IsolatedMount = { idmap: null, filesystem: null };

/** Who an id is, and who it is from where. */
export interface IsolatedExplanation {
  /** From the id used inside to the kernel id, or to the disk; null where neither was asked about. */
  readonly down: Explanation | null;
  /**
   * Back from the kernel id or the disk: first for the innermost namespace, and where creators are told for each around
   * it. Nothing where the disk was asked for.
   */
  readonly seen: readonly SeenFrom[];
}

export interface SeenFrom {
  /** `ns2` for isolated namespace 2, else `init` or how deep the namespace is: `level 1`. */
  readonly namespace: string;
  readonly explanation: Explanation;
  /** Where the sources would have stopped the kernel on the way. */
  readonly bugs: readonly string[];
}

/** What is asked about. */
export type AskedIsolated =
  /** An id used in the innermost namespace. */
  | { readonly from: "inside"; readonly kind: OwnerKind; readonly id: number }
  /** A kernel id, with the number of an isolated namespace or 0. */
  | { readonly from: "kernel"; readonly kind: OwnerKind; readonly id: number; readonly number: number }
  /** An id kept on the disk. */
  | { readonly from: "disk"; readonly kind: OwnerKind; readonly id: number }
  /** The filesystem id of a task in the innermost namespace that creates something. */
  | { readonly from: "creator"; readonly kind: OwnerKind; readonly id: number };

/**
 * Follow an id of nested namespaces, some of them isolated, into the kernel or to a disk, and back to whoever looks at
 * it.
 *
 * The namespaces are made in the model, and every step is one of its routes.
 *
 * @param nest     outermost first; every map lies within the one before, and what is in an isolated namespace is isolated
 * @param profile  with isolated namespaces; its switches decide where the sources differ
 * @returns        the kernel's refusal, where it would not make such a mount
 * @source         isolated user namespaces, 29d2f6c3: make_kuid, from_kuid_munged, make_vfsuid, from_vfsuid;
 *                 vectors/isolated K01 to K07, M01, M04
 */
export function explainIsolated(
  nest: readonly NestedNamespace[],
  asked: readonly AskedIsolated[],
  engine: Engine,
  profile: Profile = ISOLATED,
  given: IsolatedMount = PLAIN_MOUNT,
): Verdict<readonly IsolatedExplanation[]> {
  const world = createWorld(engine, FULL_MACHINE, profile);
  try {
    const numbers = numbersOf(nest);
    const made: UserNamespace[] = [];
    for (const [index, one] of nest.entries())
      made.push(makeNamespace(world, made.at(-1) ?? world.initUserNs, one, index + 1, numbers[index]));
    const mount = mountOf(world, made, given);
    if (!mount.ok) return mount;
    const inner = made.at(-1) ?? world.initUserNs;
    const isTold = nest.every(({ creator }) => creator !== null);
    return allow(asked.map((one) => explainOne(world, inner, mount.value, one, isTold)));
  } finally {
    freeWorld(world);
  }
}

/** The mount, if the kernel makes one: `mount_setattr` is asked, by root of the initial namespace. */
function mountOf(world: World, made: readonly UserNamespace[], given: IsolatedMount): Verdict<Mount> {
  const { idmap, filesystem } = given;
  const userNs = filesystem ? namespaceOf(world, made, filesystem, "--fs") : world.initUserNs;
  const superblock: Superblock = { name: "the file system", type: "tmpfs", userNs, isReadOnly: false };
  const root = new Inode(world.inodeColumns, { superblock, type: "dir", mode: 0o755, ...userNs.owner });
  const mount: Mount = { ...NO_FLAGS, name: "the mount", superblock, root, idmap: null };
  const task = world.tasks.get(ROOT);
  if (!idmap || !task) return allow(mount);
  const userns = namespaceOf(world, made, idmap, "--mount");
  const tree = allow({ mount, attachedAt: null, locked: [] });
  const changed = setMountAttributes(world, task, () => tree, { set: ["idmap"], clr: [], userns }, false);
  return changed.ok ? allow(mount) : changed;
}

function namespaceOf(world: World, made: readonly UserNamespace[], from: MapsFrom, called: string): UserNamespace {
  if ("maps" in from) {
    const one = { number: CLASSICAL, maps: from.maps, creator: { uid: 0, gid: 0 } };
    return makeNamespace(world, world.initUserNs, one, 1, undefined, called);
  }
  const found = made.find(({ number }) => number === from.number);
  if (!found) throw new Error(`no namespace ${from.number} for ${called}`);
  return found;
}

/** A number for each namespace; one that is not isolated has one too, and no id carries it. */
function numbersOf(nest: readonly NestedNamespace[]): readonly number[] {
  const taken = new Set(nest.map(({ number }) => number));
  let free = 1;
  return nest.map(({ number }) => {
    if (number !== CLASSICAL) return number;
    while (taken.has(free)) free++;
    taken.add(free);
    return free;
  });
}

function makeNamespace(
  world: World,
  parent: UserNamespace,
  one: NestedNamespace,
  level: number,
  claimed: number | undefined,
  called?: string,
): UserNamespace {
  const { number, maps, creator } = one;
  const ownerOf = <K extends OwnerKind>(kind: K) => makeKid(world, parent, kind, creator?.[kind] ?? NO_ID);
  const name = called ?? (number === CLASSICAL ? `level ${level}` : `ns${number}`);
  const owner = { uid: ownerOf("uid"), gid: ownerOf("gid") };
  const ns = childUserNamespace(world, parent, name, owner, true, claimed);
  ns.isIsolated = number !== CLASSICAL;
  for (const kind of ["uid", "gid"] as const) {
    const installed = maps ? installMap(ns, kind, maps[kind].extents) : null;
    if (installed && !installed.ok) throw new Error(`${kind}_map of ${name}: ${installed.because}`);
  }
  return ns;
}

function explainOne(
  world: World,
  inner: UserNamespace,
  mount: Mount,
  asked: AskedIsolated,
  isTold: boolean,
): IsolatedExplanation {
  const { kind, id } = asked;
  const used = { id, number: CLASSICAL };
  if (asked.from === "creator") {
    const view = { ...mountView(world, mount, kind, []), caller: [mapOf(inner, kind)] };
    return { down: explain(kind, createRoute(view), used), seen: [] };
  }
  const readers: UserNamespace[] = [inner];
  for (let ns = inner.parent; isTold && ns; ns = ns.parent) readers.push(ns);
  if (asked.from === "disk") {
    const held = makeKid(world, mount.superblock.userNs, kind, id);
    const shown = makeVfsid(world, mount, kind, held);
    const view = mountView(world, mount, kind, [held.number]);
    const routeFor = (reader: NamedMap) => statRoute({ ...view, caller: [reader] });
    return { down: null, seen: readers.map((ns) => seenFrom(world, ns, kind, shown, routeFor, used)) };
  }
  const down = asked.from === "inside" ? explain(kind, intoKernel([mapOf(inner, kind)]), used) : null;
  const kid = asked.from === "inside" ? makeKid(world, inner, kind, id) : { id, number: asked.number };
  const routeFor = (reader: NamedMap) => outOfKernel([reader], "shown");
  const seen = kid.id === NO_ID ? [] : readers.map((ns) => seenFrom(world, ns, kind, kid, routeFor, kid));
  return { down, seen };
}

/** @param shown  the id that the reader is shown as its namespace has it: its number says whose creator may stand for it */
function seenFrom(
  world: World,
  reader: UserNamespace,
  kind: OwnerKind,
  shown: Kuid64,
  routeFor: (reader: NamedMap) => KernelRoute,
  from: PlacedId,
): SeenFrom {
  const before = world.bugs.length;
  noteUnknownNumber(world, reader, kind, shown);
  const route = routeFor(readerMap(world, reader, kind, [shown.number]));
  return { namespace: reader.name, explanation: explain(kind, route, from), bugs: world.bugs.slice(before) };
}
