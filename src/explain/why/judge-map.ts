import { type Engine, type Extent, idMap, type OwnerKind, showExtent } from "../../core/index.ts";
import { countedFrom0, intermediateLines, lxc } from "../../formats/index.ts";
import { CAPABILITIES, capName, parseMapText } from "../../kernel/index.ts";
import { limitsThatRefuse, TOOL, toolFindings } from "../../policy/index.ts";
import { askMaps } from "../map-asked.ts";
import type { MapQuestion } from "../map-question.ts";
import { type MapProposal, repairMaps } from "../map-repair.ts";
import type { Clue } from "./clue.ts";
import type { WhyContext } from "./context.ts";
import { granteeOf } from "./grants.ts";
import { commandsOf } from "./host-fixes.ts";
import { type Judgement, type Missing, untold, type WhyFix } from "./judgement.ts";
import { mapText } from "./model-answers.ts";
import { requestIn } from "./request.ts";
import type { KnownTool } from "./tools.ts";

/** The kernel did not take a map. */
export function judgeMap(
  { kind, by, errno }: Extract<Clue, { asks: "map" }>,
  text: string,
  tool: KnownTool,
  context: WhyContext,
  engine: Engine,
): Judgement {
  const request = requestOf(kind, text, tool, context);
  const asked = `write ${request === null ? "a map" : JSON.stringify(mapText(request))} to ${kind}_map`;
  const rights = by === "helper" ? helperRights(kind, context) : [];
  if (request === null)
    return untold(asked, [
      { what: "which lines were written", command: `userns why … --map LINES   # as ${TOOL[kind]} was given them` },
      ...rights,
    ]);
  const question = questionOf(kind, request, by, context);
  const refusal = askMaps(question, engine).find(({ refusal }) => refusal !== null)?.refusal ?? null;
  if (refusal && (errno === null || refusal.errno === errno)) {
    const { proposals } = repairMaps(question, engine);
    const place = refusal.line === null ? "" : `line ${refusal.line}: `;
    return {
      asked,
      cause: `${place}${refusal.because}`,
      rule: refusal.rule,
      found: context.process || by === "tool" ? [] : ["asked as the initial namespace would answer"],
      missing: [],
      fixes: proposals.map((proposal) => proposalFix(proposal, kind, by, tool)),
    };
  }
  const taken =
    refusal === null
      ? "Linux takes this map from who may write it"
      : `Linux would refuse it otherwise, with ${refusal.errno}: ${refusal.because}`;
  const seen = hostCause(kind, by, errno, context);
  return untold(asked, seen.cause === null ? [...rights, parentMap(context)] : [], { found: [taken], ...seen });
}

function requestOf(kind: OwnerKind, text: string, tool: KnownTool, context: WhyContext): readonly Extent[] | null {
  const said = requestIn(text, kind);
  if (said) return said;
  // With --pid the maps are those of the namespace that it is made in.
  if (context.maps && !context.process) return context.maps[kind].extents;
  const grantee = granteeOf(context, tool);
  if (!grantee) return null;
  return tool.map === "counted"
    ? countedFrom0(grantee.granted[kind], grantee.name).extents
    : intermediateLines(grantee, kind);
}

/** A helper is root where it runs; a tool that writes for itself is who ran it. */
function questionOf(
  kind: OwnerKind,
  request: readonly Extent[],
  by: "helper" | "tool",
  context: WhyContext,
): MapQuestion {
  const { process, maps, user } = context;
  const parent = process && maps ? { uid: maps.uid.extents, gid: maps.gid.extents } : null;
  const isHelper = by === "helper";
  const caps = isHelper ? CAPABILITIES : (process?.caps ?? []);
  const uid = isHelper ? (parent?.uid[0]?.first ?? 0) : (user?.uid ?? parent?.uid[0]?.first ?? 1000);
  const gid = isHelper ? (parent?.gid[0]?.first ?? 0) : (user?.gid ?? parent?.gid[0]?.first ?? 1000);
  return {
    parent,
    writer: { uid, gid, caps },
    from: caps.length > 0 ? "parent" : "inside",
    setgroups: null,
    texts: { [kind]: mapText(request) },
  };
}

function proposalFix(
  { changes, question, lostIds }: MapProposal,
  kind: OwnerKind,
  by: "helper" | "tool",
  tool: KnownTool,
): WhyFix {
  const map = question.texts[kind] ?? "";
  const lost = lostIds === 0 ? "" : ` (${lostIds} ${lostIds === 1 ? "id is" : "ids are"} then not mapped)`;
  const caps = changes.flatMap((change) => (change.what === "caps" ? change.add.map(capName) : []));
  const own = caps.length === 0 ? configured(kind, map, tool) : null;
  const isHelped = by === "helper" || caps.length > 0;
  const deny = changes.some(({ what }) => what === "setgroups") ? ["echo deny >/proc/PID/setgroups"] : [];
  return {
    what: `${caps.length > 0 ? `have it written with ${caps.join(" and ")}, as ${TOOL[kind]} does` : "write these lines instead"}${lost}`,
    lines: own
      ? own
      : isHelped
        ? [`${TOOL[kind]} PID ${map.replaceAll("\n", " ")}`]
        : [...deny, ...map.split("\n").filter(Boolean)],
    question,
  };
}

/** The lines as LXC's configuration has them; null for tools whose forms want both kinds at once. */
function configured(kind: OwnerKind, text: string, { map, format }: KnownTool): readonly string[] | null {
  const read = parseMapText(text);
  if (format !== lxc || map !== "written" || !format.write || !read.ok) return null;
  const maps = { uid: idMap<"uid">([]), gid: idMap<"gid">([]), [kind]: idMap(read.value) };
  return format.write(maps, { where: format.name }).flatMap(({ text: lines }) => lines.trimEnd().split("\n"));
}

/** What of the machine keeps a helper or a tool from writing; null cause where nothing was found. */
function hostCause(
  kind: OwnerKind,
  by: "helper" | "tool",
  errno: string | null,
  { host }: WhyContext,
): Pick<Judgement, "cause" | "fixes"> {
  if (!host) return { cause: null, fixes: [] };
  const tools = by === "helper" ? toolFindings(host).filter(({ what }) => what.includes(TOOL[kind])) : [];
  const findings = [...tools, ...limitsThatRefuse(host, errno)];
  const [first] = findings;
  return first ? { cause: first.what, fixes: commandsOf(findings) } : { cause: null, fixes: [] };
}

function helperRights(kind: OwnerKind, { host }: WhyContext): readonly Missing[] {
  if (host) return [];
  const tool = TOOL[kind];
  return [
    {
      what: `whether ${tool} has its rights`,
      command: `ls -l $(command -v ${tool}); getcap $(command -v ${tool})   # or userns why … --here`,
    },
  ];
}

function parentMap({ process, maps }: WhyContext): Missing {
  const parent =
    process && maps ? `, which is ${maps.uid.extents.map(showExtent).join(",")} for process ${process.pid}` : "";
  return {
    what: `the map of the namespace that it ran in${parent}`,
    command: "cat /proc/self/uid_map /proc/self/gid_map   # there; or --pid",
  };
}
