import type { Engine, OwnerKind } from "../../core/index.ts";
import type { Clue } from "./clue.ts";
import type { WhyContext } from "./context.ts";
import { judgeIds } from "./judge-ids.ts";
import type { Judgement } from "./judgement.ts";
import type { CallStep } from "./model-answers.ts";
import type { KnownTool } from "./tools.ts";

/** A process was to take up an id. */
export function judgeTake(
  { call, id: told, errno }: Extract<Clue, { asks: "take" }>,
  tool: KnownTool,
  context: WhyContext,
  engine: Engine,
): Judgement {
  const kind: OwnerKind = call === "setresuid" ? "uid" : "gid";
  const id = told ?? context.owner?.[kind] ?? null;
  return judgeIds(
    {
      asked: `${call}(${id ?? "?"})`,
      errno,
      ids: { uid: kind === "uid" ? id : null, gid: kind === "gid" ? id : null },
      kinds: [kind],
      step: (of) => takeStep(call, of[kind] ?? 0),
      whichIds: {
        what: `which ${kind} it was to become`,
        command: `userns why … --owner UID:GID   # as ${kind === "uid" ? "id -u" : "id -G"} inside says`,
      },
      others:
        tool.name === "apt"
          ? [
              {
                what: "let APT stay root (apt.conf(5), APT::Sandbox::User)",
                lines: ["apt-get -o APT::Sandbox::User=root update"],
                question: null,
              },
            ]
          : [],
    },
    tool,
    context,
    engine,
  );
}

function takeStep(call: Extract<Clue, { asks: "take" }>["call"], id: number): CallStep {
  switch (call) {
    case "setgroups":
      return { call, groups: [id] };
    case "setresuid":
      return { call, r: id, e: id, s: id };
    case "setresgid":
      return { call, r: id, e: id, s: id };
  }
}
