import { pathBelow } from "./directory.ts";
import type { Mount } from "./mount.ts";
import type { MountTree } from "./mount-tree.ts";
import type { Task } from "./task.ts";
import type { World } from "./world.ts";

/** A line of /proc/PID/mountinfo, without its numbers: those of the mount, of its parent and of the device. */
export interface MountInfo {
  /** Which directory of the file system is its top. */
  readonly root: string;
  /** Where it is mounted, as the task sees it. */
  readonly point: string;
  /** Of the mount alone: `rw,nosuid,relatime`. */
  readonly options: string;
  readonly type: string;
  /** What it was mounted from; null: a setup mounted it. */
  readonly source: string | null;
  /** Of the file system: `rw,uid=1000`. */
  readonly fileSystemOptions: string;
}

const FLAGS = [
  ["isNosuid", "nosuid"],
  ["isNodev", "nodev"],
  ["isNoexec", "noexec"],
] as const;

/**
 * The mounts that a task sees, the top first, as its /proc/PID/mountinfo lists them.
 *
 * @source proc(5), /proc/pid/mountinfo; isolated user namespaces, 29d2f6c3: ids among the options are told as the initial
 *         namespace has them, whoever reads (vectors/isolated F13)
 */
export function mountInfo(world: World, { mountNs: { tree } }: Task): readonly MountInfo[] {
  return tree.mounts().map((mount) => {
    const { superblock, source = null } = mount;
    return {
      root: rootOf(world, mount) || "/",
      point: pointOf(tree, mount) || "/",
      options: optionsOf(mount.isReadOnly, [
        ...FLAGS.filter(([flag]) => mount[flag]).map(([, name]) => name),
        "relatime",
        ...(mount.idmap ? ["idmapped"] : []),
      ]),
      type: superblock.type,
      source,
      fileSystemOptions: optionsOf(superblock.isReadOnly, superblock.showOptions?.() ?? []),
    };
  });
}

function optionsOf(isReadOnly: boolean, others: readonly string[]): string {
  return [isReadOnly ? "ro" : "rw", ...others].join(",");
}

/** Which directory a mount shows, told by the mount that shows most of its file system. */
function rootOf(world: World, { superblock, root }: Mount): string {
  const trees = new Set(Array.from(world.tasks.values(), ({ mountNs }) => mountNs.tree));
  const known = [...world.mounts.values(), ...[...trees].flatMap((tree) => tree.mounts())];
  const ways = known
    .filter((other) => other.superblock === superblock)
    .map((other) => pathBelow(other.root, root))
    .filter((way) => way !== null);
  return ways.reduce((longest, way) => (way.length > longest.length ? way : longest), "");
}

function pointOf(tree: MountTree<Mount>, mount: Mount): string {
  const place = tree.placeOf(mount);
  if (!place) return "";
  return pointOf(tree, place.mount) + (pathBelow(place.mount.root, place.inode) ?? "");
}
