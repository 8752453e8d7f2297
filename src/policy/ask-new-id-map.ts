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
import { childUserNamespace, createWorld, freeWorld, NO_CAPS, ROOT, sameIds, spawn } from "../kernel/index.ts";
import { type AccountFinding, coveredAccounts, groupsOf, usersOf } from "./account-overlap.ts";
import type { SubidFiles } from "./get-subids.ts";
import { type NewIdMapAnswer, newIdMap } from "./new-id-map.ts";
import { type MappedKind, readRequest } from "./new-id-map-request.ts";
import { missingEntries } from "./subid-missing.ts";
import type { ToolCaller } from "./target-owner.ts";

/** A question to the tools: what would they say to a user who just made a namespace? */
export interface NewIdMapQuestion {
  readonly kind: MappedKind;
  readonly caller: ToolCaller;
  readonly files: SubidFiles;
  /** Real groups, for findings about subgid; null where they are not at hand. */
  readonly group: KeptFile<GroupEntry> | null;
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
 * Ask newuidmap or newgidmap about a new namespace of the caller, whose maps are not written.
 *
 * @param engine  the engine that the model runs on
 */
export function askNewIdMap(question: NewIdMapQuestion, engine: Engine): NewIdMapExplained {
  const { kind, files } = question;
  const answer = runOnNewNamespace(question, engine);
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

function runOnNewNamespace({ kind, caller, files, args }: NewIdMapQuestion, engine: Engine): NewIdMapAnswer {
  const world = createWorld(engine);
  try {
    const owner = {
      uid: { id: caller.uid, number: CLASSICAL },
      gid: { id: caller.gid, number: CLASSICAL },
    };
    const ns = childUserNamespace(world, world.initUserNs, "new", owner, false);
    const root = world.tasks.get(ROOT);
    if (!root) throw new Error("a world without root");
    const target = spawn(world, {
      name: "target",
      cred: {
        ...root.cred,
        uid: sameIds<"uid">(owner.uid),
        gid: sameIds<"gid">(owner.gid),
        effective: NO_CAPS,
        permitted: NO_CAPS,
        userNs: ns,
      },
    });
    const pid = String(target.pid);
    return newIdMap(world, files, { kind, caller, target: pid, args, find: () => target });
  } finally {
    freeWorld(world);
  }
}
