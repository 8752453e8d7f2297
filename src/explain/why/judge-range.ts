import {
  type Engine,
  type Extent,
  findMapFault,
  idMap,
  type OwnerKind,
  showExtent,
  writtenLine,
} from "../../core/index.ts";
import { countedFrom0, misfitOf } from "../../formats/index.ts";
import { rangesShown, TOOL } from "../../policy/index.ts";
import type { OwnerMaps } from "../file-question.ts";
import { askForUser } from "./ask-newidmap.ts";
import type { Clue } from "./clue.ts";
import type { WhyContext } from "./context.ts";
import { fileOf, granteeOf, KINDS } from "./grants.ts";
import { type Judgement, untold, type WhyFix } from "./judgement.ts";
import { isTaken, rootWrites } from "./model-answers.ts";
import { requestIn } from "./request.ts";
import type { KnownTool } from "./tools.ts";

/** A line that newuidmap would not write: the range is not granted to whoever ran it. */
export function judgeRange(
  { kind, refused }: Extract<Clue, { asks: "range" }>,
  text: string,
  tool: KnownTool,
  context: WhyContext,
  engine: Engine,
): Judgement {
  const request = requestIn(text, kind) ?? [refused];
  const asked = `${TOOL[kind]} PID ${request.map(writtenLine).join(" ")}`;
  // No grant makes a line of a map of it: the message was cut or changed on its way, or whoever ran the tool cannot count.
  const faults = request.flatMap((extent) => findMapFault([extent]) ?? []);
  if (faults.length > 0) {
    const found = faults.map(({ expected, got }) => `${got} is no line of a map: expected ${expected}`);
    return untold(asked, [{ what: "what was asked of it", command: "strace -f -e execve …" }], { found });
  }
  const grantee = granteeOf(context, tool);
  const told = askForUser(kind, request, grantee, context.files, engine);
  const range = rangesShown(refused);
  const { files } = context;
  const fileName = fileOf(files, kind);
  if (!files || !grantee) {
    const line = `${tool.owner ?? "NAME"}:${refused.lowerFirst}:${refused.count}`;
    return {
      asked,
      cause: `no line of ${fileName} grants ${range} to ${tool.owner ?? "who ran it"}`,
      rule: told.answer.rule,
      found: [],
      missing: [
        {
          what: "who ran it, and what is granted to it",
          command: `userns why … --user NAME:UID --subuid /etc/subuid --subgid /etc/subgid`,
        },
      ],
      fixes: taken([grantFix(kind, [line], fileName, request)], engine),
    };
  }
  const found = told.answer.grounds.map(({ extent, isOwnId, places }) => {
    if (places.length > 0) return `${showExtent(extent)} is granted by ${places.join(", ")}`;
    return isOwnId
      ? `${showExtent(extent)} is ${grantee.name}'s own ${kind}`
      : `${showExtent(extent)} is not granted to ${grantee.name}`;
  });
  if (told.answer.refused === null)
    return {
      asked,
      cause: null,
      rule: told.answer.rule,
      found: [...found, `these files grant it: ${TOOL[kind]} read others, or they have changed since`],
      missing: [
        {
          what: "which source was read",
          command: `grep subid /etc/nsswitch.conf; getsubids ${kind === "gid" ? "-g " : ""}${grantee.name}`,
        },
      ],
      fixes: [],
    };
  return {
    asked,
    cause: `no line of ${fileName} grants ${range} to ${grantee.name}`,
    rule: told.answer.rule,
    found,
    missing: [],
    fixes: taken([grantFix(kind, told.add, fileName, request), ...withinGrants(tool, context)], engine),
  };
}

function grantFix(kind: OwnerKind, lines: readonly string[], file: string, request: readonly Extent[]): WhyFix {
  const none = idMap<"uid" & "gid">([]);
  const maps: OwnerMaps = { uid: none, gid: none };
  const isMap = findMapFault(request) === null;
  return {
    what: `grant it, where nobody else has these ids: ${lines.length === 1 ? "a line" : "lines"} more in ${file}`,
    lines: lines.map((line) => `echo '${line}' >>${file}`),
    question: isMap ? rootWrites({ ...maps, [kind]: idMap(request) }) : null,
  };
}

/** What is granted, mapped from 0 on, for a tool whose configuration says the map. */
function withinGrants(tool: KnownTool, context: WhyContext): readonly WhyFix[] {
  const grantee = granteeOf(context, tool);
  if (!grantee || tool.map !== "written" || tool.format.write === null) return [];
  if (KINDS.some((kind) => grantee.granted[kind].length === 0)) return [];
  const maps: OwnerMaps = {
    uid: countedFrom0<"uid">(grantee.granted.uid, grantee.name),
    gid: countedFrom0<"gid">(grantee.granted.gid, grantee.name),
  };
  if (misfitOf(tool.format.target, maps)) return [];
  const lines = tool.format.write(maps, { where: tool.format.name }).flatMap(({ text }) => text.trimEnd().split("\n"));
  return [{ what: `map what is granted (${tool.format.title})`, lines, question: rootWrites(maps) }];
}

function taken(fixes: readonly WhyFix[], engine: Engine): readonly WhyFix[] {
  return fixes.filter(({ question, lines }) => lines.length > 0 && (question === null || isTaken(question, engine)));
}
