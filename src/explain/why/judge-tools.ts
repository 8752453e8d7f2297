import type { Engine } from "../../core/index.ts";
import { parsePasswd, parseSubid } from "../../formats/index.ts";
import { askNewIdMap, type IdTool, TOOL, toolFindings } from "../../policy/index.ts";
import type { Clue } from "./clue.ts";
import { commandsOf, hostWith } from "./host-fixes.ts";
import type { Judgement } from "./judgement.ts";

/** newuidmap (newgidmap) is not there, or has no rights. The line says so itself. */
export function judgeHelper({ tool, lack }: Extract<Clue, { asks: "helper" }>): Judgement {
  const found: IdTool = {
    name: tool,
    path: lack === "missing" ? null : `$(command -v ${tool})`,
    mode: 0o755,
    owner: 0,
    capabilities: "",
    isNosuid: false,
  };
  const findings = toolFindings(hostWith({ tools: [found] }));
  return {
    asked: `run ${tool}`,
    cause: findings[0]?.what ?? null,
    rule: null,
    found: findings.map(({ consequence }) => consequence),
    missing: [],
    fixes: commandsOf(findings),
  };
}

/** newuidmap (newgidmap) would not touch a process of somebody else. */
export function judgeTarget({ kind, caller, owner }: Extract<Clue, { asks: "target" }>, engine: Engine): Judgement {
  const { answer } = askNewIdMap(
    {
      kind,
      caller: { uid: caller, gid: caller },
      files: { passwd: parsePasswd(`who:x:${caller}:${caller}:::\n`), subuid: parseSubid(""), subgid: parseSubid("") },
      group: null,
      target: {
        pid: "1",
        found: {
          owner: { uid: owner, gid: owner === caller ? caller + 1 : owner },
          isIdMapWritten: false,
          isSetgroupsAllowed: true,
        },
      },
      args: ["0", String(caller), "1"],
    },
    engine,
  );
  const who = caller === owner ? `a process of uid ${owner} with another group` : `a process of uid ${owner}`;
  return {
    asked: `${TOOL[kind]} for ${who}, run by uid ${caller}`,
    cause: `uid ${caller} runs ${TOOL[kind]} for ${who}`,
    rule: answer.rule,
    found: [],
    missing: [
      {
        what: "who the process is, and what passwd says of the caller",
        command: `stat -c '%u:%g' /proc/PID; getent passwd ${caller}`,
      },
    ],
    fixes: [],
  };
}
