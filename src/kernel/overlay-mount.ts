import { UsernsError } from "../core/errors.ts";
import { newInode } from "./create.ts";
import { addEntry } from "./directory.ts";
import { mayMount, type Tree } from "./idmapped-mount.ts";
import { type Inode, MAX_STACK_DEPTH } from "./inode.ts";
import { creatorHasPlace, inodePermission } from "./inode-permission.ts";
import { type Mount, NO_FLAGS, type Path } from "./mount.ts";
import { Overlay } from "./overlay.ts";
import { areApart, type FoundLayers, findLayers, type OverlayParts } from "./overlay-layers.ts";
import { MAY } from "./permission.ts";
import type { Task } from "./task.ts";
import { mayDelete } from "./unlink.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  stackDepth: {
    sentence: "An overlay stands on at most one file system that stands on another.",
    source: "Linux: FILESYSTEM_MAX_STACK_DEPTH is 2: EINVAL; vectors of this project, overlays.json",
  },
  workDirectoryUsed: {
    sentence:
      "The mounter must get into the directory of mode 0 that it makes in the work directory: CAP_DAC_OVERRIDE.",
    source: "overlayfs on a live kernel: EACCES",
  },
});

/**
 * Mount an overlay of one lower directory.
 *
 * @throws UsernsError ERR_SCENARIO for what {@link makeOverlay} refuses by name
 * @source Documentation/filesystems/overlayfs.rst
 */
export function mountOverlay(world: World, task: Task, parts: OverlayParts, name: string): Verdict<Tree> {
  const may = mayMount(task);
  if (!may.ok) return may;
  const found = findLayers(world, task, parts);
  if (!found.ok) return found;
  const made = makeOverlay(world, task, found.value, name);
  return made.ok ? allow({ mount: made.value, attachedAt: null, locked: [] }) : made;
}

/**
 * An overlay of directories that were found. Where the mounter cannot make its directory in the work directory, the
 * overlay is read-only.
 *
 * @returns EACCES, EINVAL, ELOOP
 * @throws UsernsError ERR_SCENARIO for a layer with ACLs, capabilities or attributes, and a full work directory, which
 *         are not modelled
 */
export function makeOverlay(world: World, task: Task, layers: FoundLayers, name: string): Verdict<Mount> {
  const { lower, upper, work } = layers;
  for (const layer of [lower, upper]) refuseExtras(layer.inode, name);
  // Asked while all three stand where they were found: the lower one may lie in the directory that is taken away next.
  const apart = areApart(layers);
  const directory = workDirectoryIn(world, task, work);
  if (!directory.ok) return directory;
  const depth = Math.max(...[lower, upper].map(({ inode }) => inode.superblock.stackDepth ?? 0));
  if (depth >= MAX_STACK_DEPTH) return deny("EINVAL", RULES.stackDepth, `a layer stands on ${depth}`);
  if (!apart.ok) return apart;
  const { superblock, root } = new Overlay(
    world,
    { overlay: name, mounter: { ...task }, directory: directory.value },
    layers,
  );
  return allow({ ...NO_FLAGS, name, superblock, root, idmap: null });
}

/** What the directory in the work directory is called. */
const WORK = "work";

/**
 * The directory that an overlay makes in the work directory: it keeps no bit, not even an inherited one. One that is
 * there is taken away first.
 *
 * @returns null where the mounter cannot make it; EACCES where it cannot look into it
 */
function workDirectoryIn(world: World, task: Task, { mount, inode: directory }: Path): Verdict<Path | null> {
  const there = directory.entries.get(WORK);
  if (there && there.entries.size > 0)
    throw new UsernsError("ERR_SCENARIO", {
      where: mount.name,
      expected: `a work directory whose "${WORK}" is empty or not there: what becomes of a full one is not modelled`,
      got: `one that holds ${[...there.entries.keys()].join(", ")}`,
    });
  const named = { mount, directory, name: WORK };
  const isWritable = there
    ? mayDelete(world, task, { ...named, inode: there }, there.type === "dir" ? "dir" : "file").ok
    : inodePermission(world, task.cred, { mount, inode: directory }, MAY.write | MAY.exec).ok;
  if (!isWritable || !creatorHasPlace(world, task.cred, mount).ok) return allow(null);
  const inode = newInode(world, task, named, "dir", 0);
  inode.mode = 0;
  addEntry(directory, WORK, inode);
  const made = { mount, inode };
  const used = inodePermission(world, task.cred, made, MAY.write | MAY.exec);
  return used.ok ? allow(made) : deny("EACCES", RULES.workDirectoryUsed, used.because);
}

function refuseExtras(inode: Inode, name: string): void {
  const { access, default: inherited } = inode.acls;
  if (access || inherited || inode.capability || inode.xattrs.size > 0)
    throw new UsernsError("ERR_SCENARIO", {
      where: name,
      expected: "layers without ACLs, file capabilities and extended attributes, which are not modelled in an overlay",
      got: "a layer with some",
    });
  for (const entry of inode.entries.values()) refuseExtras(entry, name);
}
