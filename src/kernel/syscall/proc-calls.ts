import { readLoginUid, writeLoginUid } from "../loginuid.ts";
import { showMode } from "../mode.ts";
import { mountInfo } from "../mountinfo.ts";
import { MAY } from "../permission.ts";
import { openProc, PROC_PATHS, type ProcPath, procPath, readProc, readProcLink, statProc } from "../proc-file.ts";
import { writeComm, writeOomScoreAdj } from "../process-setting.ts";
import { showCapSets, showGroups, showIds, showIsolatedIds } from "../show.ts";
import { allow, atStage } from "../verdict.ts";
import { type Argument, id, oneOf, optional, pidOfTask, scenarioError, text } from "./argument.ts";
import { type CallTable, defineCall, plain } from "./call.ts";

function entryOf(type: "symlink" | "openable" | "any"): Argument<ProcPath> {
  const isTaken = ({ entry }: ProcPath) => type === "any" || (entry.type === "symlink") === (type === "symlink");
  const taken = PROC_PATHS.filter(isTaken).map(({ path }) => path);
  return {
    schema: { enum: taken },
    isOptional: false,
    read: (value, where) => {
      const at = typeof value === "string" ? procPath(value) : null;
      if (!at || !isTaken(at)) throw scenarioError(where, `a path below /proc/PID: ${taken.join(", ")}`, value);
      return at;
    },
  };
}

const ACCESS = { r: MAY.read, w: MAY.write, rw: MAY.read | MAY.write } as const;

/** Calls on the files of a /proc directory, whatever they hold. */
const ENTRY_CALLS: CallTable = [
  defineCall(
    "proc_open",
    { target: pidOfTask, file: entryOf("openable"), acc: optional(oneOf("r", "w", "rw"), "r") },
    (world, task, { target, file, acc }) => plain(openProc(world, task, target, file, ACCESS[acc])),
  ),
  defineCall("proc_read", { target: pidOfTask, file: entryOf("openable") }, (world, task, { target, file }) =>
    plain(readProc(world, task, target, file)),
  ),
  defineCall("proc_readlink", { target: pidOfTask, file: entryOf("symlink") }, (world, task, { target, file }) =>
    plain(readProcLink(world, task, target, file)),
  ),
  defineCall("proc_stat", { target: pidOfTask, file: entryOf("any") }, (world, task, { target, file }) => {
    const shown = statProc(world, task, target, file);
    if (!shown.ok) return shown;
    const { uid, gid, mode } = shown.value;
    return allow({ uid, gid, mode: showMode(mode) }, shown.rule);
  }),
];

const LOGIN_FILE = procFile("loginuid");
const STATUS_FILE = procFile("status");
const MOUNTINFO_FILE = procFile("mountinfo");
const COMM_FILE = procFile("comm");
const OOM_FILE = procFile("oom_score_adj");

function procFile(name: string): ProcPath {
  const at = procPath(name);
  if (!at) throw new Error(`no /proc/PID/${name}`);
  return at;
}

/** What some files of a /proc directory say, and the one that takes an id. */
const TEXT_CALLS: CallTable = [
  defineCall("proc_status", { target: pidOfTask }, (world, task, { target }) => {
    const opened = openProc(world, task, target, STATUS_FILE, MAY.read);
    if (!opened.ok) return atStage(opened, "open");
    const { userNs } = task.cred;
    return allow({
      uid: showIds(world, userNs, target.cred, "uid"),
      gid: showIds(world, userNs, target.cred, "gid"),
      ...(world.profile.isolated
        ? {
            isolated_uid: showIsolatedIds(world, userNs, target.cred, "uid"),
            isolated_gid: showIsolatedIds(world, userNs, target.cred, "gid"),
          }
        : {}),
      groups: showGroups(world, userNs, target.cred),
      caps: showCapSets(target.cred),
    });
  }),
  defineCall("loginuid_read", { target: pidOfTask }, (world, task, { target }) => {
    const opened = openProc(world, task, target, LOGIN_FILE, MAY.read);
    if (!opened.ok) return atStage(opened, "open");
    const uid = readLoginUid(world, task.cred, target);
    return allow({ uid: uid.value }, uid.rule);
  }),
  defineCall("loginuid_write", { target: pidOfTask, uid: id }, (world, task, { target, uid }) => {
    const opened = openProc(world, task, target, LOGIN_FILE, MAY.write);
    return opened.ok ? plain(atStage(writeLoginUid(world, task, target, uid), "write")) : atStage(opened, "open");
  }),
  defineCall("mountinfo_read", { target: pidOfTask }, (world, task, { target }) => {
    const opened = openProc(world, task, target, MOUNTINFO_FILE, MAY.read);
    return opened.ok ? allow({ mounts: mountInfo(world, target) }, opened.rule) : atStage(opened, "open");
  }),
  defineCall("comm_write", { target: pidOfTask, text }, (world, task, { target, text }) => {
    const opened = openProc(world, task, target, COMM_FILE, MAY.write);
    return opened.ok ? plain(atStage(writeComm(task, target, text), "write")) : atStage(opened, "open");
  }),
  defineCall("oom_score_adj_write", { target: pidOfTask, text }, (world, task, { target, text }) => {
    const opened = openProc(world, task, target, OOM_FILE, MAY.write);
    return opened.ok ? plain(atStage(writeOomScoreAdj(world, task, target, text), "write")) : atStage(opened, "open");
  }),
];

export const PROC_CALLS: CallTable = [...ENTRY_CALLS, ...TEXT_CALLS];
