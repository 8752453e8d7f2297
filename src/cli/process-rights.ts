import {
  contains,
  type Engine,
  type Extent,
  type IdMap,
  idMap,
  idSet,
  insideOf,
  lowerOf,
  MAX_MAP_LINES,
  NO_ID,
  subtract,
} from "../core/index.ts";
import { askProcessFile, hang, type OwnerMaps, type ProcessFileQuestion } from "../explain/index.ts";
import { CAPABILITIES, type Capability, capName, type OwnerKind, type Rule } from "../kernel/index.ts";
import type { ActingProcess, FileOfProcess } from "../live/index.ts";

/** Who a process is, and what it may do with a file. */
export interface ProcessRights {
  readonly name: string;
  /** Effective, as it counts them; null where its namespace has no number for one. */
  readonly uid: number | null;
  readonly gid: number | null;
  readonly groups: readonly number[];
  /** Groups that its namespace has no number for, as the caller counts them. They count all the same. */
  readonly unnumberedGroups: readonly number[];
  /** Effective, over its own user namespace. */
  readonly caps: readonly Capability[];
  /** What the model says of the file alone; empty for one that is neither a file nor a folder. */
  readonly may: readonly ProcessMay[];
}

export interface ProcessMay {
  readonly ask: "read" | "write" | "exec";
  readonly ok: boolean;
  /** Null where it may. */
  readonly refusal: { readonly errno: string; readonly because: string } | null;
  /** The rule that decided; null where none did in particular. */
  readonly rule: Rule | null;
}

const ASKS = ["read", "write", "exec"] as const;

/** @param disk  the owners on the disk, as the model is to have them; {@link NO_ID}: one that the mount gives to nobody */
export function processRights(
  process: ActingProcess,
  file: FileOfProcess,
  disk: { readonly uid: number; readonly gid: number },
  engine: Engine,
): ProcessRights {
  const { name, uid, gid, groups, caps, fs, maps } = process;
  const { type } = file;
  const unnumberedGroups = fs.groups.filter((group) => !isNumbered(file, maps.gid, group));
  return {
    name,
    uid: uid === NO_ID ? null : uid,
    gid: gid === NO_ID ? null : gid,
    groups,
    unnumberedGroups,
    caps,
    may: type === "other" ? [] : ASKS.map((ask) => mayOf(ask, questionOf(process, file, type, disk), engine)),
  };
}

function isNumbered({ maps }: FileOfProcess, map: IdMap, group: number): boolean {
  return maps === null || map.byFirst.some((extent) => contains(lowerOf(extent), group));
}

function mayOf(ask: ProcessMay["ask"], question: ProcessFileQuestion, engine: Engine): ProcessMay {
  const { ok, refusal, rule } = askProcessFile({ ...question, ask }, engine);
  return { ask, ok, refusal: refusal && { errno: refusal.errno, because: refusal.because }, rule };
}

function questionOf(
  { fs, caps, noNewPrivs, maps }: ActingProcess,
  file: FileOfProcess,
  type: "file" | "dir",
  disk: { readonly uid: number; readonly gid: number },
): ProcessFileQuestion {
  const { idmapped, mode, flags } = file;
  const mount = idmapped?.map ? mapsOf(idmapped.map) : null;
  return {
    ask: "read",
    maps: file.maps ? mapsOf(file.maps) : ownMaps(maps),
    mount,
    isNosuid: flags.includes("nosuid"),
    flags: flags.filter((flag) => flag !== "nosuid"),
    task: { ...fs, caps, noNewPrivs },
    directory: { uid: 0, gid: 0, mode: 0o755 },
    file: { uid: placed(disk.uid, mount?.uid), gid: placed(disk.gid, mount?.gid), mode, type, caps: null },
    to: { uid: null, gid: null },
    toMode: 0,
  };
}

function mapsOf({ uid, gid }: { readonly [K in OwnerKind]: readonly Extent[] }): OwnerMaps {
  const limits = { maxLines: MAX_MAP_LINES };
  return { uid: idMap<"uid">(uid, limits), gid: idMap<"gid">(gid, limits) };
}

/** Of a process in the caller's own namespace, whose ids are the kernel's here; null: that is the initial one. */
function ownMaps({ uid, gid }: ActingProcess["maps"]): OwnerMaps | null {
  const itself = ({ extents }: IdMap) => extents.map(({ first, count }) => ({ first, lowerFirst: first, count }));
  const isWhole = [uid, gid].every(({ extents: [line] }) => line?.lowerFirst === 0 && line.count === NO_ID);
  return isWhole ? null : mapsOf({ uid: itself(uid), gid: itself(gid) });
}

/** An id that a mount gives to nobody stands for every such one. */
function placed(id: number, map: IdMap | undefined): number {
  if (id !== NO_ID || !map) return id;
  const [free] = subtract(idSet([{ first: 0, count: NO_ID }]), insideOf(map));
  return free?.first ?? NO_ID;
}

/** For people: who it is, and an answer a line. */
export function rightsText(pid: number, rights: ProcessRights): string {
  const { name, uid, gid, groups, unnumberedGroups, caps, may } = rights;
  const shown = (id: number | null) => (id === null ? "?" : String(id));
  const numbered = groups.length === 0 ? "" : `, groups ${groups.join(",")}`;
  const others =
    unnumberedGroups.length === 0 ? "" : `, and groups it has no number for: k${unnumberedGroups.join(", k")}`;
  const head = `process ${pid} (${name}) is ${shown(uid)}:${shown(gid)}${numbered}${others}, ${capsText(caps)}`;
  return [...hang("", head), ...may.flatMap(mayLines), ...(may.length === 0 ? [NOT_ASKED] : hang("  ", ALONE))].join(
    "\n",
  );
}

const NOT_ASKED = "  what it may do is asked of files and folders only";
const ALONE = "of the file alone: folders above it, ACLs and security modules are not asked";

function capsText(caps: readonly Capability[]): string {
  if (caps.length === 0) return "without capabilities";
  const lacking = CAPABILITIES.filter((name) => !caps.includes(name));
  if (lacking.length === 0) return "with every capability over its namespace";
  return lacking.length < caps.length
    ? `with every capability over its namespace but ${lacking.map(capName).join(", ")}`
    : `with ${caps.map(capName).join(", ")} over its namespace`;
}

function mayLines({ ask, ok, refusal, rule }: ProcessMay): readonly string[] {
  const why = refusal ? `: ${refusal.errno}, ${refusal.because}` : "";
  return hang(`  ${ask.padEnd(6)}`, `${ok ? "yes" : "no"}${why}${rule ? ` (${rule.name})` : ""}`);
}
