import { UsernsError } from "../core/errors.ts";
import { readLoginUid, writeLoginUidText } from "./loginuid.ts";
import { isMapFileName } from "./map-file.ts";
import type { ProcEntry } from "./proc.ts";
import { OOM_BYTES, writeComm, writeOomScoreAdj } from "./process-setting.ts";
import { ptraceMayAccess } from "./ptrace.ts";
import type { Task } from "./task.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  nothingThere: { sentence: "Nothing is mapped at address 0.", source: "proc_pid_mem(5): EIO" },
  onlyTold: {
    sentence: "What a process only tells is not written to, whoever opened it.",
    source: "write(2): EINVAL; asked of a running Linux 6.18",
  },
});

/** A file of a process, which is open. */
export interface OfProcess {
  readonly task: Task;
  /** Below its directory. */
  readonly path: string;
  readonly entry: ProcEntry;
}

/**
 * What a file of a process says, its name, settings and login uid; null: the rest is not modelled, or has calls of its own.
 *
 * @returns EIO for memory; EPERM or EACCES where reading asks what opening did not
 */
export function readProcText(world: World, reader: Task, { task, path, entry }: OfProcess): Verdict<string | null> {
  if (entry.readRefusal) {
    const traced = ptraceMayAccess(world, reader, task, "fscreds");
    return traced.ok ? allow(null) : { ...traced, errno: entry.readRefusal };
  }
  if (path === "mem") return deny("EIO", RULES.nothingThere);
  if (path === "comm") return allow(task.comm === null ? null : `${task.comm}\n`);
  if (path === "oom_score_adj") return allow(`${task.oomAdjust}\n`);
  if (path !== "loginuid") return allow(null);
  const uid = readLoginUid(world, reader.cred, task);
  return allow(String(uid.value), uid.rule);
}

/**
 * Write to a file of a process: its name, its settings, its login uid, or its memory, where nothing is.
 *
 * @returns how many bytes were looked at; EINVAL for a file that only tells
 * @throws  UsernsError ERR_SCENARIO for a map file: those are written as they were opened
 */
export function writeProcText(world: World, writer: Task, { task, path }: OfProcess, text: string): Verdict<number> {
  if (isMapFileName(path))
    throw new UsernsError("ERR_SCENARIO", {
      where: `/proc/${task.name}/${path}`,
      expected: "a file whose writes do not ask who opened it",
      got: path,
      fix: "map_write, or map_open and map_write_fd",
    });
  if (path === "mem") return deny("EIO", RULES.nothingThere);
  if (path === "comm") return taken(writeComm(writer, task, text), text.length);
  if (path === "oom_score_adj")
    return taken(writeOomScoreAdj(world, writer, task, text), Math.min(text.length, OOM_BYTES));
  if (path === "loginuid") return taken(writeLoginUidText(world, writer, task, text), text.length);
  return deny("EINVAL", RULES.onlyTold, `/proc/PID/${path}`);
}

function taken(written: Verdict, count: number): Verdict<number> {
  return written.ok ? allow(count, written.rule) : written;
}
