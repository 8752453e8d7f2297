import { CLASSICAL, type Engine, NO_ID } from "../core/index.ts";
import {
  allow,
  childUserNamespace,
  createWorld,
  FULL_MACHINE,
  freeWorld,
  Inode,
  idSlot,
  installMap,
  type Mount,
  makeKid,
  NO_FLAGS,
  type OwnerKind,
  type Profile,
  ROOT,
  type Superblock,
  setMountAttributes,
  type UserNamespace,
  type Verdict,
  type World,
} from "../kernel/index.ts";
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

/** Nested namespaces and a mount, made in a world. */
export interface MadeNest {
  readonly world: World;
  /** Outermost first. */
  readonly namespaces: readonly UserNamespace[];
  /** The last of them; the initial one where there is none. */
  readonly inner: UserNamespace;
  readonly mount: Mount;
}

/**
 * Make nested namespaces and a mount in the model, and ask about them.
 *
 * @param nest  outermost first; every map lies within the one before, and what is in an isolated namespace is isolated
 * @param run   must not keep the world, which is freed
 * @returns     the kernel's refusal, where it would not make such a mount
 */
export function inNest<T>(
  nest: readonly NestedNamespace[],
  given: IsolatedMount,
  engine: Engine,
  profile: Profile,
  run: (made: MadeNest) => T,
): Verdict<T> {
  const world = createWorld(engine, FULL_MACHINE, profile);
  try {
    const numbers = numbersOf(nest);
    const namespaces: UserNamespace[] = [];
    for (const [index, one] of nest.entries())
      namespaces.push(makeNamespace(world, namespaces.at(-1) ?? world.initUserNs, one, index + 1, numbers[index]));
    const mount = mountOf(world, namespaces, given);
    if (!mount.ok) return mount;
    return allow(run({ world, namespaces, inner: namespaces.at(-1) ?? world.initUserNs, mount: mount.value }));
  } finally {
    freeWorld(world);
  }
}

/** What the namespaces of maps are called that are no namespace's of the nest: as the command has them. */
export const FS_MAPS = "--fs";
export const MOUNT_MAPS = "--mount";

/** The mount, if the kernel makes one: `mount_setattr` is asked, by root of the initial namespace. */
function mountOf(world: World, made: readonly UserNamespace[], given: IsolatedMount): Verdict<Mount> {
  const { idmap, filesystem } = given;
  const userNs = filesystem ? namespaceOf(world, made, filesystem, FS_MAPS) : world.initUserNs;
  const superblock: Superblock = { name: "the file system", type: "tmpfs", userNs, isReadOnly: false };
  const root = new Inode(world.inodeColumns, { superblock, type: "dir", mode: 0o755, ...userNs.owner });
  const mount: Mount = { ...NO_FLAGS, name: "the mount", superblock, root, idmap: null };
  const task = world.tasks.get(ROOT);
  if (!idmap || !task) return allow(mount);
  const userns = namespaceOf(world, made, idmap, MOUNT_MAPS);
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
    const installed = maps ? installMap(world, ns, idSlot(kind), maps[kind].extents) : null;
    if (installed && !installed.ok) throw new Error(`${kind}_map of ${name}: ${installed.because}`);
  }
  return ns;
}
