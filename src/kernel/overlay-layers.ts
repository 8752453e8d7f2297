import { isAtOrBelow } from "./directory.ts";
import type { Path } from "./mount.ts";
import { lookup } from "./path.ts";
import type { PathName } from "./path-name.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "Documentation/filesystems/overlayfs.rst; vectors of this project, overlays.json";

const RULES = ruleTable({
  onlyDirectories: { sentence: "An overlay is made of directories.", source: `${SOURCE}: EINVAL` },
  upperIsWritable: {
    sentence: "The upper directory is not on a read-only mount, nor on another overlay.",
    source: `${SOURCE}: EINVAL`,
  },
  oneMountForUpper: { sentence: "Upper and work directory are on one mount.", source: `${SOURCE}: EINVAL` },
  workApart: {
    sentence: "Of upper and work directory neither is the other, nor in it.",
    source: `${SOURCE}: EINVAL`,
  },
  lowerApart: {
    sentence: "The lower directory is neither the upper nor the work directory, nor in one of them.",
    source: `${SOURCE}: ELOOP`,
  },
});

/** Where the directories of an overlay are. */
export interface OverlayParts {
  readonly lower: PathName;
  readonly upper: PathName;
  readonly work: PathName;
}

/** The directories, found. */
export interface FoundLayers {
  readonly lower: Path;
  readonly upper: Path;
  readonly work: Path;
}

/**
 * The directories of an overlay, each asked about before the next is looked for, as the options are read: lower, upper,
 * work.
 *
 * @returns EINVAL, and what the way there answers
 */
export function findLayers(world: World, task: Task, parts: OverlayParts): Verdict<FoundLayers> {
  const lower = directoryAt(world, task, parts.lower);
  if (!lower.ok) return lower;
  const upper = directoryAt(world, task, parts.upper);
  if (!upper.ok) return upper;
  const { mount, inode } = upper.value;
  if (mount.isReadOnly || mount.superblock.isReadOnly)
    return deny("EINVAL", RULES.upperIsWritable, `${mount.name} is read-only`);
  if (mount.superblock.type === "overlay") return deny("EINVAL", RULES.upperIsWritable, `${mount.name} is an overlay`);
  const work = directoryAt(world, task, parts.work);
  if (!work.ok) return work;
  if (mount !== work.value.mount) return deny("EINVAL", RULES.oneMountForUpper);
  if (isAtOrBelow(inode, work.value.inode) || isAtOrBelow(work.value.inode, inode))
    return deny("EINVAL", RULES.workApart);
  return allow({ lower: lower.value, upper: upper.value, work: work.value });
}

function directoryAt(world: World, task: Task, name: PathName): Verdict<Path> {
  const found = lookup(world, task, name, "follow");
  return found.ok && found.value.inode.type !== "dir" ? deny("EINVAL", RULES.onlyDirectories) : found;
}

/** Is the lower directory outside of those that are written to? @returns ELOOP */
export function areApart({ lower, upper, work }: FoundLayers): Verdict {
  return [upper, work].some(({ inode }) => isAtOrBelow(lower.inode, inode))
    ? deny("ELOOP", RULES.lowerApart)
    : allow(undefined, RULES.lowerApart);
}
