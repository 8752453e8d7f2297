import { type Engine, type Extent, writtenLine } from "../../core/index.ts";
import { CAPABILITIES, type Verdict } from "../../kernel/index.ts";
import { loadScenario, replay, setupMap } from "../../scenario/index.ts";
import type { OwnerMaps } from "../file-question.ts";
import { askMaps } from "../map-asked.ts";
import type { MapQuestion } from "../map-question.ts";
import type { WhyContext } from "./context.ts";

/** A call as a step of a scenario. */
export interface CallStep {
  readonly call: string;
  readonly [argument: string]: unknown;
}

/**
 * Ask the model of one call, made behind maps by a process with the capabilities of the one that is known, or all.
 *
 * @param step  the call and its arguments; `disk:file` is a file of the namespace's root
 */
export function askInside(
  maps: OwnerMaps,
  process: WhyContext["process"],
  step: CallStep,
  engine: Engine,
): Verdict<unknown> {
  const root = { uid: maps.uid.byFirst[0]?.lowerFirst ?? 0, gid: maps.gid.byFirst[0]?.lowerFirst ?? 0 };
  const scenario = loadScenario({
    version: 1,
    setup: {
      namespaces: [
        {
          name: "container",
          parent: "init",
          owner: [0, 0],
          uid_map: setupMap(maps.uid.extents),
          gid_map: setupMap(maps.gid.extents),
          ...(process?.setgroups === "deny" ? { setgroups: "deny" } : {}),
        },
      ],
      filesystems: [{ name: "disk", type: "ext4", root: { uid: 0, gid: 0, mode: "0755" } }],
      files: [{ fs: "disk", path: "file", ...root, mode: "0644" }],
      tasks: [{ name: "task", ns: "container", ...root, caps: process?.caps ?? "all" }],
    },
    steps: [{ task: "task", ...step }],
  });
  const [answer] = replay(scenario, engine);
  if (!answer) throw new Error("a scenario of one step has one answer");
  return answer.verdict;
}

/** The text that writes a map. */
export function mapText(extents: readonly Extent[]): string {
  return extents.map(writtenLine).join("\n");
}

/** The question whether root of the host may write these maps, as newuidmap and every runtime with privilege do. */
export function rootWrites({ uid, gid }: OwnerMaps): MapQuestion {
  const texts = {
    ...(uid.extents.length === 0 ? {} : { uid: mapText(uid.extents) }),
    ...(gid.extents.length === 0 ? {} : { gid: mapText(gid.extents) }),
  };
  return { parent: null, writer: { uid: 0, gid: 0, caps: CAPABILITIES }, from: "parent", setgroups: null, texts };
}

/** Does Linux take it? */
export function isTaken(question: MapQuestion, engine: Engine): boolean {
  return askMaps(question, engine).every(({ refusal }) => refusal === null);
}
