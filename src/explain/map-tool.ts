import { writtenLine } from "../core/index.ts";
import { type OwnerKind, parseMapText, SETID_CAP } from "../kernel/index.ts";
import { isOwnId, TOOL } from "../policy/index.ts";
import { type MapQuestion, writtenKinds } from "./map-question.ts";

/** How somebody without capabilities gets a map written: a tool that has the capability, and the lines it asks for. */
export interface MapTool {
  readonly name: string;
  /** PID stands for a process in the new namespace. */
  readonly command: string;
  /** Where the ids have to be granted. */
  readonly file: string;
  /** `1000:100000:65536`: the writer's uid, the first id and the count. */
  readonly lines: readonly string[];
}

const FILE: { readonly [K in OwnerKind]: string } = { uid: "/etc/subuid", gid: "/etc/subgid" };

/**
 * The tools that write the maps of a question for its writer, where it writes with a capability that it lacked before.
 *
 * @param gained  capabilities that the writer would have to gain
 * @source newuidmap(1), newgidmap(1), subuid(5): the own id needs no line
 */
export function mapTools(question: MapQuestion, gained: readonly string[]): readonly MapTool[] {
  return writtenKinds(question.texts).flatMap(([kind, text]) => {
    const parsed = parseMapText(text);
    if (!gained.includes(SETID_CAP[kind]) || !parsed.ok) return [];
    const name = TOOL[kind];
    const numbers = parsed.value.map(writtenLine);
    const granted = parsed.value
      .filter((extent) => !isOwnId(kind, question.writer, extent))
      .map(({ lowerFirst, count }) => `${question.writer.uid}:${lowerFirst}:${count}`);
    return [{ name, command: `${name} PID ${numbers.join(" ")}`, file: FILE[kind], lines: granted }];
  });
}
