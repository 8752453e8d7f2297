import { CLASSICAL, type Engine, type Extent } from "../core/index.ts";
import {
  badLines,
  entriesOf,
  type GroupEntry,
  type KeptFile,
  type LineReport,
  type SubidEntry,
  subidLine,
} from "../formats/index.ts";
import {
  childUserNamespace,
  createWorld,
  freeWorld,
  NO_CAPS,
  ROOT,
  sameIds,
  spawn,
  type Task,
  type World,
} from "../kernel/index.ts";
import { type AccountFinding, coveredAccounts, groupsOf, usersOf } from "./account-overlap.ts";
import type { SubidFiles } from "./get-subids.ts";
import { type NewIdMapAnswer, newIdMap, writeAsRoot } from "./new-id-map.ts";
import { type MappedKind, readRequest } from "./new-id-map-request.ts";
import { missingEntries } from "./subid-missing.ts";
import type { ToolCaller } from "./target-owner.ts";

/** A process that a map is asked for, as its /proc directory shows it. */
export interface AskedTarget {
  /** The first argument of the tool. */
  readonly pid: string;
  /** null where there is no such process. */
  readonly found: {
    /** Who owns the directory. */
    readonly owner: ToolCaller;
    /** Is uid_map (gid_map) written? */
    readonly isIdMapWritten: boolean;
    readonly isSetgroupsAllowed: boolean;
  } | null;
}

/** A question to the tools: what would they say? */
export interface NewIdMapQuestion {
  readonly kind: MappedKind;
  readonly caller: ToolCaller;
  readonly files: SubidFiles;
  /** Real groups, for findings about subgid; null where they are not at hand. */
  readonly group: KeptFile<GroupEntry> | null;
  /** null for a process in a namespace that the caller has just made. */
  readonly target: AskedTarget | null;
  /** The arguments after the process id. */
  readonly args: readonly string[];
}

/** What the tool says, with what decided it and what to do. */
export interface NewIdMapExplained {
  readonly answer: NewIdMapAnswer;
  /** The fewest ids to add to the subid file so that every line is allowed; none where that would not help. */
  readonly add: readonly string[];
  /** Lines of the subid file, those to add among them, that cover a real account. */
  readonly findings: readonly AccountFinding[];
  /** Lines of the subid file that the tool passes over. */
  readonly badLines: readonly LineReport[];
}

/**
 * Ask newuidmap or newgidmap about a process, or about a new namespace of the caller, whose maps are not written. A
 * process is taken to be in a child of the initial namespace: its /proc directory does not tell.
 *
 * @param engine  the engine that the model runs on
 */
export function askNewIdMap(question: NewIdMapQuestion, engine: Engine): NewIdMapExplained {
  const { kind, files } = question;
  const answer = runInModel(question, engine);
  const file = kind === "uid" ? files.subuid : files.subgid;
  const add = answer.refused === null ? [] : entriesToAdd(question, answer.refused);
  const added = { ...file, lines: [...file.lines, ...add.map(subidLine)] };
  const accounts = kind === "uid" ? usersOf(files.passwd) : question.group === null ? [] : groupsOf(question.group);
  return {
    answer,
    add: add.map((entry) => subidLine(entry).text),
    findings: coveredAccounts(added, kind === "uid" ? "user" : "group", accounts),
    badLines: badLines(file),
  };
}

function entriesToAdd({ kind, caller, files, args }: NewIdMapQuestion, refused: Extent): readonly SubidEntry[] {
  const user = entriesOf(files.passwd).find(({ uid }) => uid === caller.uid);
  const request = readRequest(kind, args);
  if (!user || !request.ok || refused.count === 0) return [];
  return missingEntries(kind, files, user, request.extents);
}

function runInModel({ kind, caller, files, target, args }: NewIdMapQuestion, engine: Engine): NewIdMapAnswer {
  const run = { kind, caller, args };
  const world = createWorld(engine);
  try {
    const found = target ? target.found : { owner: caller, isIdMapWritten: false, isSetgroupsAllowed: true };
    if (!found) return newIdMap(world, files, { ...run, target: target?.pid, find: () => null });
    const process = spawnIn(world, found.owner);
    process.cred.userNs.setgroupsAllowed = found.isSetgroupsAllowed;
    if (found.isIdMapWritten) writeAsRoot(world, process, `${kind}_map`, "0 0 1\n");
    return newIdMap(world, files, { ...run, target: target?.pid ?? String(process.pid), find: () => process });
  } finally {
    freeWorld(world);
  }
}

/** A process of somebody without capabilities, in a new namespace of theirs. */
function spawnIn(world: World, { uid, gid }: ToolCaller): Task {
  const owner = { uid: { id: uid, number: CLASSICAL }, gid: { id: gid, number: CLASSICAL } };
  const userNs = childUserNamespace(world, world.initUserNs, "new", owner, false);
  const root = world.tasks.get(ROOT);
  if (!root) throw new Error("a world without root");
  const ids = { uid: sameIds<"uid">(owner.uid), gid: sameIds<"gid">(owner.gid) };
  return spawn(world, {
    name: "target",
    cred: { ...root.cred, ...ids, effective: NO_CAPS, permitted: NO_CAPS, userNs },
  });
}
