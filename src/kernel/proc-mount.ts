import { UsernsError } from "../core/errors.ts";
import { addEntry } from "./directory.ts";
import { Inode, type InodeType, type Superblock } from "./inode.ts";
import { procEntryExists } from "./map-file.ts";
import { type Mount, NO_FLAGS } from "./mount.ts";
import { PROC_ENTRIES, type ProcEntry, procOwner } from "./proc.ts";
import { passGuard } from "./proc-file.ts";
import { type OfProcess, readProcText, writeProcText } from "./proc-text.ts";
import { addPseudoFiles, GLOBAL_ROOT, type PseudoFile } from "./pseudo-files.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable } from "./verdict.ts";
import type { World } from "./world.ts";

const fixed = (path: string, type: InodeType, mode: number): PseudoFile => ({ path, type, mode, owner: GLOBAL_ROOT });

/** Some files beside those of processes. @source proc(5) */
const FIXED: readonly PseudoFile[] = [
  fixed("cpuinfo", "file", 0o444),
  fixed("meminfo", "file", 0o444),
  fixed("sys", "dir", 0o555),
  fixed("sys/kernel", "dir", 0o555),
  fixed("sys/kernel/hostname", "file", 0o644),
  fixed("sys/user", "dir", 0o555),
  fixed("sys/user/max_user_namespaces", "file", 0o644),
];

/** Is it a file of procfs that is no process's, and modelled? @param path  below where that is mounted */
export function isFixedProcFile(path: string): boolean {
  return FIXED.some((known) => known.path === path);
}

const SOURCE = "proc(5); vectors of this project, pseudo.json: EPERM";

const RULES = ruleTable({
  modeOfProcess: { sentence: "What procfs has of a process keeps its mode, whoever asks.", source: SOURCE },
  onlyTold: { sentence: "What the machine only tells is not written to, whoever opened it.", source: "write(2): EIO" },
  settingsStay: { sentence: "What is in /proc/sys keeps its mode and owners, whoever asks.", source: SOURCE },
});

/**
 * A procfs of a task's pid namespace, owned by the user namespace that owns that. Files of a process belong to its ids,
 * as they are when it is looked up; all others to global root.
 *
 * @source proc(5); isolated user namespaces, 29d2f6c3; vectors/isolated/scenarios.json (Y02)
 */
export function mountProc(world: World, { pidNs }: Task, name: string): Mount {
  const files = new Map<Inode, OfProcess>();
  /** /proc/sys, and what is in it. */
  const settings = new Set<Inode>();
  const superblock: Superblock = {
    name,
    type: "proc",
    userNs: pidNs.userNs,
    shows: pidNs,
    isReadOnly: false,
    names: [],
    hasNoFreeNames: true,
    refresh: (directory) => {
      if (directory !== top) return;
      const isInitial = pidNs === world.initPidNs;
      const members = isInitial ? [...world.tasks.values()] : pidNs.members;
      for (const [index, process] of members.entries()) {
        const number = String(isInitial ? process.pid : index + 1);
        const task = world.tasks.get(process.name);
        if (task === process) addEntry(top, number, processDirectory(world, top, task, files));
        else top.entries.delete(number);
      }
    },
    processFile: (inode) => {
      const of = files.get(inode);
      return of ? { process: of.task, path: of.path } : null;
    },
    isImmutable: (inode) => files.get(inode)?.entry === PROC_ENTRIES[""],
    isSealed: (inode) => inode.type === "dir" && settings.has(inode),
    maySetattr: (inode, { mode, uid, gid }) => {
      if (mode !== undefined && files.has(inode)) return deny("EPERM", RULES.modeOfProcess);
      const isGiven = mode !== undefined || uid !== undefined || gid !== undefined;
      return isGiven && settings.has(inode) ? deny("EPERM", RULES.settingsStay) : allow();
    },
    mayOpen: (opener, inode) => {
      const of = files.get(inode);
      return of?.entry.guard ? passGuard(world, opener, of.task, of.entry.guard) : allow();
    },
  };
  const top = new Inode(world.inodeColumns, { superblock, type: "dir", mode: 0o555, ...GLOBAL_ROOT });
  world.liveFiles.set(superblock, {
    read: (reader, inode) => {
      const of = files.get(inode);
      return of ? readProcText(world, reader, of) : allow(null);
    },
    write: (writer, { path }, text) => {
      const of = files.get(path.inode);
      if (of) return writeProcText(world, writer, of, text);
      if (!settings.has(path.inode)) return deny("EIO", RULES.onlyTold);
      if (path.inode !== made.get("sys/kernel/hostname")) throw notWritten(name);
      return allow(text.length);
    },
  });
  const made = addPseudoFiles(world, top, FIXED);
  for (const [path, inode] of made) if (path === "sys" || path.startsWith("sys/")) settings.add(inode);
  return { ...NO_FLAGS, name, superblock, root: top, idmap: null };
}

/** What the settings of a machine do is not modelled here. */
function notWritten(name: string): UsernsError {
  return new UsernsError("ERR_SCENARIO", {
    where: name,
    expected: "a file of a process, or the name of the machine",
    got: "another setting of the machine",
    fix: "max_user_namespaces_write",
  });
}

/** The directory of a process with its files, which it adds to those known. */
function processDirectory(world: World, { superblock }: Inode, task: Task, known: Map<Inode, OfProcess>): Inode {
  const { "": directory, ...below } = PROC_ENTRIES;
  const owner = procOwner(world, task, directory);
  const top = new Inode(world.inodeColumns, { superblock, type: "dir", mode: directory.mode, ...owner });
  const entries = Object.entries<ProcEntry>(below).filter(([path]) => procEntryExists(world, path).ok);
  const files = entries.map(([path, entry]) => ({ ...entry, path, owner: procOwner(world, task, entry) }));
  const made = addPseudoFiles(world, top, files);
  known.set(top, { task, path: "", entry: directory });
  for (const [path, entry] of entries) {
    const inode = made.get(path);
    if (inode) known.set(inode, { task, path, entry });
  }
  return top;
}
