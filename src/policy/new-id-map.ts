import { type Extent, lowerOf, writtenLine } from "../core/index.ts";
import { entriesOf, type PasswdEntry, placeOfKept } from "../formats/index.ts";
import {
  type Denied,
  MAY,
  type MapFileName,
  openMapFile,
  PROC_ENTRIES,
  procOwner,
  ROOT,
  type Rule,
  ruleTable,
  type Task,
  type World,
  writeMapFile,
} from "../kernel/index.ts";
import { mustDenySetgroups, SETGROUPS_DENY, SETGROUPS_RULES, setgroupsFailed } from "./deny-setgroups.ts";
import type { SubidFiles } from "./get-subids.ts";
import { isOwnId, type MappedKind, rangesShown, readPid, readRequest, TOOL, usageOf } from "./new-id-map-request.ts";
import { strerror } from "./strerror.ts";
import { grantsThatHold, grantsTo, type SubidGrant } from "./subid-grant.ts";
import { strangerShown, type ToolCaller } from "./target-owner.ts";
import type { ToolAnswer } from "./tool-answer.ts";

const SOURCE = "vectors/linux-6.18/7_newidmap.json";

const RULES = ruleTable({
  newIdMapUse: {
    sentence:
      "The tool takes a process id and three numbers a line: inside, lower, count, each with its sum below 2³².",
    source: `newuidmap(1); ${SOURCE} (tags request, pid)`,
  },
  newIdMapTarget: { sentence: "The target must be a running process.", source: `newuidmap(1); ${SOURCE} (tag pid)` },
  newIdMapCaller: { sentence: "The caller's user id must have a line in passwd.", source: `${SOURCE} (tag caller)` },
  newIdMapOwner: {
    sentence:
      "The target's effective user and group id must be the caller's real ones, and those must be what passwd says.",
    source: `newuidmap(1); ${SOURCE} (tag caller)`,
  },
  newIdMapRange: {
    sentence:
      "Every line must be the caller's own id alone, or lie in ranges that subuid (subgid) grants the caller; none may be empty.",
    source: `newuidmap(1); ${SOURCE} (tags request, file, names)`,
  },
  newIdMapKernel: { sentence: "The kernel must take the map.", source: "user_namespaces(7)" },
});

/** What is run: the tool of a kind, its arguments, and how to find the process that is named. */
export interface NewIdMapRun {
  readonly kind: MappedKind;
  readonly caller: ToolCaller;
  /** The first argument; undefined when there is none. */
  readonly target: string | undefined;
  readonly args: readonly string[];
  /** The process of this id, or null. */
  readonly find: (pid: number) => Task | null;
}

/** Why a line of the map may be written. */
export interface LineGround {
  readonly extent: Extent;
  /** Is it the caller's own id alone? */
  readonly isOwnId: boolean;
  /** The lines of the subid file that hold it, where they do. */
  readonly grants: readonly SubidGrant[];
  /** Where those stand: `/etc/subuid:2`. */
  readonly places: readonly string[];
}

/** What the tool says, and why. */
export interface NewIdMapAnswer extends ToolAnswer {
  readonly rule: Rule;
  /** The lines of the map up to the first that is not allowed. */
  readonly grounds: readonly LineGround[];
  /** The line of the map that no grant holds; null where another rule decided. */
  readonly refused: Extent | null;
  /** What the kernel refused; null where it was not asked, or took the map. */
  readonly kernel: Denied | null;
}

/**
 * Run newuidmap or newgidmap: decide as Debian's 4.13 does, and write the map in the world.
 *
 * The tool is set-user-id root: it opens and writes the map files with root's capabilities in the initial namespace.
 *
 * @source newuidmap(1), newgidmap(1); vectors/linux-6.18/7_newidmap.json
 */
export function newIdMap(world: World, files: SubidFiles, run: NewIdMapRun): NewIdMapAnswer {
  const { kind, caller } = run;
  const say = (rule: Rule, stderr: string): NewIdMapAnswer => ({
    exit: 1,
    stdout: "",
    stderr,
    rule,
    grounds: [],
    refused: null,
    kernel: null,
  });
  const pid = run.target === undefined ? null : readPid(run.target);
  if (pid === null) return say(RULES.newIdMapUse, usageOf(kind));
  const target = run.find(pid);
  if (!target) return say(RULES.newIdMapTarget, `${TOOL[kind]}: Could not open proc directory for target ${pid}\n`);
  const user = entriesOf(files.passwd).find(({ uid }) => uid === caller.uid);
  if (!user) return say(RULES.newIdMapCaller, `${TOOL[kind]}: Cannot determine your user name.\n`);
  const stranger = notOwned(world, run, target, pid, user);
  if (stranger !== null) return say(RULES.newIdMapOwner, stranger);
  const request = readRequest(kind, run.args);
  if (!request.ok) return say(RULES.newIdMapUse, request.stderr);
  const grounds: LineGround[] = [];
  for (const extent of request.extents) {
    const ground = groundOf(extent, kind, files, user);
    grounds.push(ground);
    if (!ground.isOwnId && ground.grants.length === 0)
      return { ...say(RULES.newIdMapRange, notAllowed(kind, extent)), grounds, refused: extent };
  }
  const written = writeMaps(world, kind, target, grounds);
  if (written) return { ...say(written.rule, written.stderr), grounds, kernel: written.denied };
  return { exit: 0, stdout: "", stderr: "", rule: RULES.newIdMapRange, grounds, refused: null, kernel: null };
}

function notOwned(world: World, run: NewIdMapRun, target: Task, pid: number, user: PasswdEntry): string | null {
  const { caller, kind } = run;
  const { uid, gid } = procOwner(world, target, PROC_ENTRIES[""]);
  const shown = strangerShown(caller, user, { uid: uid.id, gid: gid.id });
  const what = kind === "uid" ? "Target process" : "Target";
  return shown === null ? null : `${TOOL[kind]}: ${what} ${pid} is owned by a different user: ${shown}\n`;
}

function groundOf(extent: Extent, kind: MappedKind, files: SubidFiles, user: PasswdEntry): LineGround {
  const file = kind === "uid" ? files.subuid : files.subgid;
  const grants = grantsThatHold(grantsTo(file, user, files.passwd), lowerOf(extent)) ?? [];
  return {
    extent,
    isOwnId: isOwnId(kind, user, extent),
    grants,
    places: grants.map(({ line }) => placeOfKept(file, line)),
  };
}

function notAllowed(kind: MappedKind, extent: Extent): string {
  return `${TOOL[kind]}: ${kind} range ${rangesShown(extent)} not allowed\n`;
}

interface Refusal {
  readonly rule: Rule;
  readonly stderr: string;
  readonly denied: Denied;
}

function writeMaps(world: World, kind: MappedKind, target: Task, grounds: readonly LineGround[]): Refusal | null {
  const tool = TOOL[kind];
  const isGranted = grounds.some(({ grants }) => grants.length > 0);
  if (mustDenySetgroups(kind, isGranted, target.cred.userNs.setgroupsAllowed)) {
    const denied = writeAsRoot(world, target, "setgroups", SETGROUPS_DENY);
    const rule = SETGROUPS_RULES.newIdMapSetgroups;
    if (denied) return { rule, stderr: setgroupsFailed(tool, strerror(denied.errno)), denied };
  }
  const name = `${kind}_map` as const;
  const text = grounds.map(({ extent }) => `${writtenLine(extent)}\n`).join("");
  const denied = writeAsRoot(world, target, name, text);
  if (!denied) return null;
  return {
    rule: RULES.newIdMapKernel,
    stderr: `${tool}: write to ${name} failed: ${strerror(denied.errno)}\n`,
    denied,
  };
}

/** Write a map file of a process with the capabilities that the tools have. @returns null when the kernel took it */
export function writeAsRoot(world: World, target: Task, name: MapFileName, text: string): Denied | null {
  const root = world.tasks.get(ROOT);
  if (!root) throw new Error("a world without root");
  const opened = openMapFile(world, root, target, name, MAY.write);
  if (!opened.ok) return opened;
  const written = writeMapFile(world, root.cred, opened.value, text);
  return written.ok ? null : written;
}
