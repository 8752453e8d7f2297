import { type ExecOutcome, execProgram, isTrusted } from "./exec.ts";
import { honouredCapability } from "./file-capability.ts";
import { ownerTable } from "./fsid-map.ts";
import { requireOwnFiles } from "./inode.ts";
import { inodePermission, seenThrough } from "./inode-permission.ts";
import { lookup } from "./path.ts";
import { namesIn, type PathName } from "./path-name.ts";
import { MAY } from "./permission.ts";
import { commOf } from "./process-setting.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";
import { writerOf } from "./writer.ts";

const RULES = ruleTable({
  onlyFilesRun: { sentence: "Only a regular file can be run.", source: "execve(2), EACCES" },
  isProgram: {
    sentence: "A file that holds no program for this machine cannot be run, though permission was given.",
    source: "execve(2), ENOEXEC",
  },
  notWritten: { sentence: "A file that is open for writing is not run.", source: "execve(2), ETXTBSY" },
  noexecMount: { sentence: "Nothing is run from a mount or file system that is noexec.", source: "execve(2), EACCES" },
});

/**
 * `execve` of the program at a path, a symbolic link followed.
 *
 * @returns ENOENT, ENOTDIR, EACCES on the way; ENOEXEC; EOVERFLOW of {@link honouredCapability}; EPERM of {@link execProgram}
 * @throws  UsernsError ERR_SCENARIO for a program on an overlay, which is not modelled
 */
export function execFile(world: World, task: Task, name: PathName): Verdict<ExecOutcome> {
  const found = lookup(world, task, name, "follow");
  if (!found.ok) return found;
  const path = found.value;
  const { mount, inode } = path;
  if (!mount.superblock.operations?.runsPrograms) requireOwnFiles(mount.superblock, "execve");
  if (inode.type !== "file") return deny("EACCES", RULES.onlyFilesRun, `it is a ${inode.type}`);
  const permitted = inodePermission(world, task.cred, path, MAY.exec);
  if (!permitted.ok) return permitted;
  const runnable =
    mount.isNoexec || mount.superblock.isNoexec
      ? deny("EACCES", RULES.noexecMount, mount.name)
      : allow(undefined, RULES.noexecMount);
  world.trail?.add("run anything from", mount.name, runnable);
  if (!runnable.ok) return runnable;
  const writer = writerOf(world, ({ path }) => path.inode === inode);
  if (writer) return deny("ETXTBSY", RULES.notWritten, `${writer.name} keeps it open`);
  if (!inode.isProgram) return deny("ENOEXEC", RULES.isProgram);
  const { uid, gid } = seenThrough(world, path);
  const from = { isNosuid: mount.isNosuid, ownedBy: mount.superblock.userNs };
  const caps = honouredCapability(world, task.cred, path);
  if (!caps.ok && isTrusted(task, from)) return caps;
  const started = execProgram(world, task, {
    uid,
    gid,
    mode: inode.mode,
    table: ownerTable(mount.superblock),
    ...from,
    caps: caps.ok ? caps.value : null,
    isReadable: inodePermission(world, task.cred, path, MAY.read).ok,
  });
  if (!started.ok) return started;
  task.program = path;
  task.comm = commOf(namesIn(name.text).at(-1) ?? "");
  return started;
}
