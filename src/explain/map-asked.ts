import { type Engine, type Extent, type IdMap, idMap, MAX_MAP_LINES } from "../core/index.ts";
import { type Denied, type OwnerKind, parseMapText, type Rule } from "../kernel/index.ts";
import { type Answer, replay } from "../scenario/index.ts";
import type { OwnerMaps } from "./file-question.ts";
import { type MapQuestion, WRITTEN_FILES, type WrittenFile } from "./map-question.ts";
import { EARLIER, HOST, MAP_FILES, mapScenario } from "./map-scenario.ts";

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
