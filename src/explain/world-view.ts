import { type IdMap, NO_ID, showExtent, showKuid64 } from "../core/index.ts";
import {
  ALL_CAPS,
  type Inode,
  idsOf,
  type Mount,
  NO_CAPS,
  namesOf,
  type OwnerKind,
  ROLES,
  showMode,
  type Task,
  type UserNamespace,
  type World,
} from "../kernel/index.ts";

/** What there is in a world at one moment, as plain values: a world itself is gone once its engine's memory is freed. */
export interface WorldView {
  /** The initial one first, and each behind its parent. */
  readonly namespaces: readonly ShownNamespace[];
  readonly tasks: readonly ShownTask[];
  readonly mounts: readonly ShownMount[];
  readonly files: readonly ShownFile[];
}

export interface ShownNamespace {
  readonly name: string;
  /** Null for the initial one. */
  readonly parent: string | null;
  readonly level: number;
  /** Kernel ids of its creator: `k1000:k1000`. */
  readonly owner: string;
  /** Lines as `inside:kernel:count`, by the name of the map file; none for a map that was not written. */
  readonly maps: readonly { readonly file: string; readonly lines: readonly string[] }[];
  /** The number of its isolated ids; 0 where it is classical. */
  readonly number: number;
}

export interface ShownTask {
  readonly name: string;
  readonly namespace: string;
  /** The real, effective, saved and file system id in the kernel; one where they are the same. */
  readonly uids: readonly string[];
  readonly gids: readonly string[];
  /** `all`, `none`, or the names. */
  readonly caps: string;
  readonly hasEnded: boolean;
}

export interface ShownMount {
  readonly name: string;
  readonly filesystem: string;
  readonly type: string;
  /** The namespace that owns the file system. */
  readonly owner: string;
  /** Whose maps it is idmapped with; null for a plain mount. */
  readonly idmap: string | null;
}

export interface ShownFile {
  /** `disk:etc/passwd` */
  readonly path: string;
  readonly type: Inode["type"];
  /** Kernel ids that the inode holds: `k0:k0`. */
  readonly owner: string;
  /** In octal. */
  readonly mode: string;
}

/** Files that a view lists, of all file systems together. */
const MOST_FILES = 200;
const KINDS: readonly OwnerKind[] = ["uid", "gid"];

/** Look at a world as it is now. */
export function viewWorld(world: World): WorldView {
  const files: ShownFile[] = [];
  const roots = new Map([...world.mounts.values()].filter(isWhole).map(({ superblock, root }) => [superblock, root]));
  for (const [{ name }, root] of roots) addFiles(files, `${name}:`, "", root);
  return {
    namespaces: inTreeOrder([...world.userNamespaces.values()]).map(namespaceView),
    tasks: [...world.tasks.values()].map(taskView),
    mounts: [...world.mounts.values()].map(mountView),
    files,
  };
}

/** The plain mount that stands for a file system bears its name. */
function isWhole({ name, superblock }: Mount): boolean {
  return name === superblock.name;
}

function inTreeOrder(all: readonly UserNamespace[]): UserNamespace[] {
  const below = (parent: UserNamespace | null): UserNamespace[] =>
    all.filter((ns) => ns.parent === parent).flatMap((ns) => [ns, ...below(ns)]);
  return below(null);
}

function namespaceView(ns: UserNamespace): ShownNamespace {
  const linesOf = (map: IdMap) => map.extents.map(showExtent);
  const hasOwnFsMap = (kind: OwnerKind) => linesOf(ns.fsMaps[kind]).join() !== linesOf(ns.maps[kind]).join();
  return {
    name: ns.name,
    parent: ns.parent?.name ?? null,
    level: ns.level,
    owner: ownerOf(ns.owner),
    maps: [
      ...KINDS.map((kind) => ({ file: `${kind}_map`, lines: linesOf(ns.maps[kind]) })),
      ...KINDS.filter((kind) => ns.fsMaps[kind].extents.length > 0 && hasOwnFsMap(kind)).map((kind) => ({
        file: `fs${kind}_map`,
        lines: linesOf(ns.fsMaps[kind]),
      })),
    ],
    number: ns.number,
  };
}

function taskView({ name, cred, isZombie }: Task): ShownTask {
  const roles = (kind: OwnerKind) => {
    const shown = ROLES.map((role) => showKuid64(idsOf(cred, kind)[role]));
    return new Set(shown).size === 1 ? shown.slice(0, 1) : shown;
  };
  const { effective } = cred;
  const caps = effective === ALL_CAPS ? "all" : effective === NO_CAPS ? "none" : namesOf(effective).join(" ");
  return { name, namespace: cred.userNs.name, uids: roles("uid"), gids: roles("gid"), caps, hasEnded: isZombie };
}

function mountView({ name, superblock, idmap }: Mount): ShownMount {
  const { name: filesystem, type, userNs } = superblock;
  return { name, filesystem, type, owner: userNs.name, idmap: idmap?.name ?? null };
}

function addFiles(files: ShownFile[], prefix: string, path: string, inode: Inode): void {
  if (files.length >= MOST_FILES) return;
  files.push({ path: prefix + path, type: inode.type, owner: ownerOf(inode), mode: showMode(inode.mode) });
  for (const [name, entry] of inode.entries) addFiles(files, prefix, path === "" ? name : `${path}/${name}`, entry);
}

function ownerOf({ uid, gid }: Pick<Inode, "uid" | "gid">): string {
  return [uid, gid].map((kid) => (kid.id === NO_ID ? "none" : showKuid64(kid))).join(":");
}
