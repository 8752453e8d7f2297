import {
  type Engine,
  type Extent,
  IDENTITY,
  type IdMap,
  idMap,
  MAX_MAP_LINES,
  mapDown,
  NO_ID,
  UsernsError,
} from "../core/index.ts";
import { type Capability, type Denied, LINUX, type OwnerKind, parseMapText, type Rule } from "../kernel/index.ts";
import { type Answer, loadScenario, replay, type Scenario, setupMap } from "../scenario/index.ts";
import type { OwnerMaps } from "./file-question.ts";

/** What is asked: somebody makes a user namespace and writes its maps. Would Linux take them? */
export interface MapQuestion {
  /** The maps of the namespace that it is made in; null for the initial one, where every id is itself. */
  readonly parent: { readonly [K in OwnerKind]: readonly Extent[] } | null;
  readonly writer: MapAuthor;
  /** Where the writer is when it writes: in the new namespace, as `unshare -r`, or in its parent, as newuidmap. */
  readonly from: WritePlace;
  /** What is written to the setgroups file before the maps; null for nothing. */
  readonly setgroups: "allow" | "deny" | null;
  /** The maps that somebody wrote before; none where it is left out. */
  readonly written?: readonly OwnerKind[];
  /** The texts written to uid_map and gid_map, one character a byte; a kind left out is not written. */
  readonly texts: MapTexts;
  /**
   * The texts written to fsuid_map and fsgid_map before all others, on a kernel with fsid mappings; without it Linux as it
   * is is asked.
   */
  readonly fsTexts?: MapTexts;
}

export type WritePlace = "inside" | "parent";
export type MapTexts = { readonly [K in OwnerKind]?: string };

/** Who makes the namespace and writes its maps: effective ids as in the parent, and capabilities held there. */
export interface MapAuthor {
  readonly uid: number;
  readonly gid: number;
  readonly caps: readonly Capability[];
}

/** The files that are written, in this order. */
export type WrittenFile = "fsuid_map" | "fsgid_map" | "setgroups" | "uid_map" | "gid_map";

const WRITTEN_FILES: readonly WrittenFile[] = ["fsuid_map", "fsgid_map", "setgroups", "uid_map", "gid_map"];

/** A write that Linux does not take. */
export interface Refusal {
  readonly file: WrittenFile;
  /** Which system call says no. */
  readonly call: string;
  readonly errno: Denied["errno"];
  readonly rule: Rule;
  /** What the rule met: ids, names, numbers. */
  readonly because: string;
  /** Where in the text, both from 1; null where the rule is not about one place. */
  readonly line: number | null;
  readonly column: number | null;
}

/** What became of one write. */
export interface MapWrite {
  readonly file: WrittenFile;
  readonly refusal: Refusal | null;
  /** The map in force after it, read back by the writer: lower ids as in the parent. Empty for setgroups. */
  readonly inForce: readonly Extent[];
}

/** Who wrote the maps that are written before, with all that it takes to write any. */
const EARLIER = "earlier writer";
const EARLIER_CAPS: readonly Capability[] = ["setgid", "setuid", "sys_admin", "setfcap"];
const PARENT = "parent";
const NEW = "new";
/** Who reads the maps in force, and sees ids of the host. */
const HOST = "@root";
const MAP_FILES = ["uid_map", "gid_map", "fsuid_map", "fsgid_map"] as const satisfies readonly WrittenFile[];
const FSID_KERNEL = `${LINUX.name}+fsid`;

/**
 * The question as a scenario, which the model and a running kernel can both be asked.
 *
 * @throws UsernsError ERR_ID_RANGE when the parent's map does not hold the writer's ids, ERR_SCENARIO and what
 *         {@link idMap} throws for a parent that there cannot be
 */
export function mapScenario(question: MapQuestion): Scenario {
  const { parent, writer, from, written = [] } = question;
  const author = {
    ns: parent ? PARENT : "init",
    uid: kernelIdOf(question, "uid"),
    gid: kernelIdOf(question, "gid"),
    caps: writer.caps,
  };
  const by = from === "inside" ? "creator" : "writer";
  const write = (file: WrittenFile, text: string, task = by) => ({
    task,
    call: "map_write",
    ns: NEW,
    file,
    hex: hexOf(text),
  });
  const read = (file: WrittenFile) => ({ task: by, call: "map_read", ns: NEW, file });
  const maps = writtenKinds(question.texts).flatMap(([kind, text]) => [
    write(`${kind}_map`, text),
    read(`${kind}_map`),
  ]);
  const { fsTexts } = question;
  const fsMaps = writtenKinds(fsTexts ?? {}).flatMap(([kind, text]) => [
    write(`fs${kind}_map`, text),
    read(`fs${kind}_map`),
  ]);
  const inForce = fsTexts ? MAP_FILES.map((file) => ({ task: HOST, call: "map_read", ns: NEW, file })) : [];
  return loadScenario({
    version: 1,
    profile: fsTexts ? FSID_KERNEL : LINUX.name,
    setup: {
      namespaces: parent
        ? [
            {
              name: PARENT,
              parent: "init",
              owner: [0, 0],
              uid_map: setupMap(parent.uid),
              gid_map: setupMap(parent.gid),
            },
          ]
        : [],
      tasks: [
        { name: "creator", ...author },
        { name: "writer", ...author },
        ...(written.length === 0 ? [] : [{ name: EARLIER, ...author, caps: EARLIER_CAPS }]),
      ],
    },
    steps: [
      { task: "creator", call: "unshare_user", as: NEW },
      ...written.map((kind) => write(`${kind}_map`, `0 ${parent?.[kind][0]?.first ?? 0} 1`, EARLIER)),
      ...fsMaps,
      ...(question.setgroups === null ? [] : [write("setgroups", question.setgroups)]),
      ...maps,
      ...inForce,
    ],
  });
}

/**
 * Ask the model: make the namespace, write its maps, and say of each write what came of it.
 *
 * @returns  the writes in order; one that is refused does not keep the next from being tried
 * @throws UsernsError as {@link mapScenario}
 */
export function askMaps(question: MapQuestion, engine: Engine): readonly MapWrite[] {
  const [made, ...answers] = replay(mapScenario(question), engine);
  if (!made?.verdict.ok) throw new Error("the writer's ids are mapped, and still it could not make a namespace");
  return answers.flatMap((answer, index) => {
    if (answer.step.task === EARLIER && !answer.verdict.ok)
      throw new Error("a map could not be written the first time");
    return answer.step.call === "map_write" && answer.step.task !== EARLIER
      ? [mapWrite(answer, answers[index + 1])]
      : [];
  });
}

function mapWrite({ step, verdict }: Answer, next: Answer | undefined): MapWrite {
  const file = writtenFile(step.args.file);
  if (!verdict.ok) {
    const { stage: call = "write", errno, rule, because, line = null, column = null } = verdict;
    return { file, refusal: { file, call, errno, rule, because, line, column }, inForce: [] };
  }
  return { file, refusal: null, inForce: next?.step.call === "map_read" ? linesRead(next) : [] };
}

/** The lines of a map that was read; none of one that is empty. */
function linesRead(answer: Answer | undefined): readonly Extent[] {
  const text = answer?.verdict.ok ? answer.verdict.value.text : "";
  const read = parseMapText(typeof text === "string" ? text : "");
  return read.ok ? read.value : [];
}

function writtenFile(name: unknown): WrittenFile {
  const written = WRITTEN_FILES.find((file) => file === name);
  if (!written) throw new Error(`a question about maps writes none of ${String(name)}`);
  return written;
}

/**
 * The maps that a namespace then has, down to ids of the host; on a kernel with fsid mappings, which brings along the fs
 * map that nobody wrote.
 *
 * @returns  null for a question about Linux as it is; a map that was not taken is empty
 * @throws UsernsError as {@link mapScenario}
 */
export function askFsMaps(
  question: MapQuestion,
  engine: Engine,
): { readonly fs: OwnerMaps; readonly ids: OwnerMaps } | null {
  if (!question.fsTexts) return null;
  const answers = replay(mapScenario(question), engine).filter(({ step }) => step.task === HOST);
  const [uid, gid, fsuid, fsgid] = MAP_FILES.map((file) => answers.find(({ step }) => step.args.file === file));
  return { fs: { uid: mapRead(fsuid), gid: mapRead(fsgid) }, ids: { uid: mapRead(uid), gid: mapRead(gid) } };
}

function mapRead<K extends OwnerKind>(answer: Answer | undefined): IdMap<K> {
  return idMap<K>(linesRead(answer), { maxLines: MAX_MAP_LINES });
}

/** The kinds of map that are written, with their texts, users first. */
export function writtenKinds(texts: MapTexts): readonly (readonly [OwnerKind, string])[] {
  return (["uid", "gid"] as const).flatMap((kind) => {
    const text = texts[kind];
    return text === undefined ? [] : [[kind, text] as const];
  });
}

/** The map of the namespace that the new one is made in. */
export function parentMap(question: Pick<MapQuestion, "parent">, kind: OwnerKind): IdMap {
  const extents = question.parent?.[kind];
  return extents ? idMap(extents, { where: `parent's ${kind}_map`, maxLines: MAX_MAP_LINES }) : IDENTITY;
}

function kernelIdOf(question: MapQuestion, kind: OwnerKind): number {
  const id = question.writer[kind];
  const kernelId: number = mapDown(parentMap(question, kind), id);
  if (kernelId !== NO_ID) return kernelId;
  throw new UsernsError("ERR_ID_RANGE", {
    where: `writer's ${kind}`,
    expected: `an id that the parent's ${kind}_map holds: nobody else can make a namespace there`,
    got: String(id),
  });
}

function hexOf(text: string): string {
  return Array.from(text, (byte) => (byte.charCodeAt(0) & 0xff).toString(16).padStart(2, "0")).join("");
}
