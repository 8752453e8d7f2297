import { UsernsError } from "../core/errors.ts";
import { privsToRemove } from "./kill-priv.ts";
import { FULL_DEVICE, NULL_DEVICE, openPath } from "./open.ts";
import type { OpenFile } from "./open-file.ts";
import type { PathName } from "./path-name.ts";
import { notifyChange } from "./setattr.ts";
import type { Task } from "./task.ts";
import { allow, atStage, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/*
 * What regular files hold: the bytes that were written to them. What a file of the kernel's own says when it is read is
 * not found here, nor what a setup or a tree put into a file: that is not known.
 */

const RULES = ruleTable({
  directoryNotRead: { sentence: "A directory is listed, not read.", source: "read(2): EISDIR" },
  alwaysFull: { sentence: "/dev/full has no room for anything.", source: "full(4): ENOSPC" },
});

/**
 * Open a file, read it from its start to its end, close it. What is refused at opening says so.
 *
 * @returns its bytes, a character each; null where they are not known
 */
export function readFile(world: World, task: Task, name: PathName): Verdict<string | null> {
  const opened = atStage(openPath(world, task, name, { access: "r", flags: [], mode: 0 }), "open");
  if (!opened.ok) return opened;
  const { inode } = opened.value;
  if (inode.type === "dir") return deny("EISDIR", RULES.directoryNotRead);
  const live = world.liveFiles.get(inode.superblock);
  if (live) return atStage(live.read(task, inode), "read");
  return allow(inode.type === "chr" && inode.device === NULL_DEVICE ? "" : inode.content);
}

/** Open a file for writing, and keep it open. */
export function openFile(world: World, task: Task, name: PathName): Verdict<OpenFile> {
  const opened = openPath(world, task, name, { access: "w", flags: [], mode: 0 });
  return opened.ok
    ? allow({ path: opened.value, mountNs: task.mountNs, opener: task.cred, position: 0 }, opened.rule)
    : opened;
}

/**
 * Write at the position of an open file, which moves on. What a write takes from a file besides, it takes as the writer.
 *
 * @param bytes  null: some that nobody told of, which count as one
 * @returns how many bytes were written: all of them, but where the kernel looks at fewer
 * @throws  UsernsError ERR_SCENARIO for a file of the kernel's own, and nothing told
 */
export function writeOpenFile(world: World, task: Task, file: OpenFile, bytes: string | null): Verdict<number> {
  const { path, position } = file;
  const { inode } = path;
  const live = world.liveFiles.get(inode.superblock);
  if (live) {
    if (bytes !== null) return live.write(task, file, bytes);
    throw new UsernsError("ERR_SCENARIO", {
      where: inode.superblock.name,
      expected: "a text, for a file of the kernel's own looks at what is written",
      got: "null",
    });
  }
  if (inode.type === "chr" && inode.device === FULL_DEVICE) return deny("ENOSPC", RULES.alwaysFull);
  // Since it was opened the file may have been changed below.
  inode.superblock.refresh?.(inode);
  const count = bytes?.length ?? 1;
  if (inode.type === "file" && count > 0) {
    const end = position + count;
    const held = bytes === null ? undefined : inode.content?.padEnd(position, "\0");
    const changed = notifyChange(world, task, path, {
      ...privsToRemove(world, task, path),
      size: Math.max(inode.size, end),
      content: held === undefined ? null : held.slice(0, position) + bytes + held.slice(end),
      isForced: true,
    });
    if (!changed.ok) return changed;
  }
  file.position += count;
  return allow(count);
}

/** Open a file, write at its start, close it. What is refused at opening says so. */
export function writeFile(world: World, task: Task, name: PathName, bytes: string | null): Verdict<number> {
  const opened = atStage(openFile(world, task, name), "open");
  return opened.ok ? atStage(writeOpenFile(world, task, opened.value, bytes), "write") : opened;
}

/** Copy what a file holds into another, which is made or cut first. */
export function copyFile(world: World, task: Task, path: PathName, to: PathName, mode: number): Verdict {
  const source = openPath(world, task, path, { access: "r", flags: [], mode: 0 });
  if (!source.ok) return source;
  const target = openPath(world, task, to, { access: "w", flags: ["creat", "trunc"], mode });
  if (!target.ok) return target;
  const { size, content, isProgram } = source.value.inode;
  const { inode } = target.value;
  const removed = privsToRemove(world, task, target.value);
  const written = notifyChange(world, task, target.value, { ...removed, size, content, isForced: true });
  inode.isProgram = written.ok ? isProgram : inode.isProgram;
  return written;
}
