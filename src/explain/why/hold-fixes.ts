import { type Engine, type IdMap, idMap, idSet, idSetOf, insideOf, type OwnerKind, union } from "../../core/index.ts";
import { misfitOf, mostLines, type ToolUser } from "../../formats/index.ts";
import { fitMap } from "../../policy/index.ts";
import type { OwnerMaps } from "../file-question.ts";
import type { WhyContext } from "./context.ts";
import { fileOf, granteeOf, KINDS, lackOf, madeOf, rangeFor, withRange } from "./grants.ts";
import type { Missing, WhyFix } from "./judgement.ts";
import { isTaken, rootWrites } from "./model-answers.ts";
import type { KnownTool } from "./tools.ts";

/** Ids inside that a map has to hold. */
export type WantedIds = { readonly [K in OwnerKind]: readonly number[] };

/** What makes the tool's map hold ids, or what has to be known first. */
export interface HoldFixes {
  readonly fixes: readonly WhyFix[];
  readonly missing: readonly Missing[];
}

/** Make a tool's map hold ids that it does not hold now. Every map that is proposed was written in the model. */
export function holdFixes(wanted: WantedIds, tool: KnownTool, context: WhyContext, engine: Engine): HoldFixes {
  const grantee = granteeOf(context, tool);
  if (!grantee || !context.files) return { fixes: [], missing: [whoIsGranted(tool)] };
  const fixes =
    tool.map === "written" ? rewritten(wanted, tool, grantee, context) : granted(wanted, tool, grantee, context);
  return { fixes: fixes.filter(({ question }) => question === null || isTaken(question, engine)), missing: [] };
}

function whoIsGranted(tool: KnownTool): Missing {
  const what = tool.owner ?? "who runs it";
  const user = tool.owner === null ? "--user NAME:UID " : "";
  return {
    what: `what ${what === "who runs it" ? "is granted to who runs it" : `is granted to ${what}`}`,
    command: `userns why … ${user}--subuid /etc/subuid --subgid /etc/subgid`,
  };
}

/** How many ids have to be granted so that the tool's map reaches the wanted ones. */
function neededOf({ map }: KnownTool, ids: readonly number[]): number {
  const highest = Math.max(-1, ...ids);
  // The user itself is 0 inside, and 1 is the first id granted.
  return map === "own" ? Math.max(0, highest) : highest + 1;
}

/** For a tool that maps all that is granted: a longer grant, or a namespace made anew. */
function granted(wanted: WantedIds, tool: KnownTool, grantee: ToolUser, { files }: WhyContext): readonly WhyFix[] {
  if (!files) return [];
  const again = tool.restart === null ? [] : [tool.restart];
  const short = KINDS.filter((kind) => lackOf(grantee, kind, neededOf(tool, wanted[kind])) > 0);
  if (short.length === 0) {
    const maps = madeOf(grantee, tool);
    const what = "make the running namespace anew: what is granted now would hold it";
    return maps && again.length > 0 ? [{ what, lines: again, question: rootWrites(maps) }] : [];
  }
  // One that counts each line from 0 again can have one line only.
  const isInstead = tool.name === "incus" || tool.name === "lxd";
  const needed = Math.max(
    ...short.map((kind) =>
      isInstead ? neededOf(tool, wanted[kind]) : lackOf(grantee, kind, neededOf(tool, wanted[kind])),
    ),
  );
  const range = rangeFor(files, needed);
  if (!range) return [];
  const changed = withRange(grantee, short, range, isInstead);
  const maps = madeOf(changed, tool);
  const line = `${grantee.name}:${range.first}:${range.count}`;
  const what = isInstead
    ? `grant more: this line in place of ${grantee.name}'s in ${short.map((kind) => fileOf(files, kind)).join(" and ")}`
    : `grant more: nobody has ${range.first}…${range.first + range.count - 1}`;
  const lines = isInstead ? [line] : short.map((kind) => `echo '${line}' >>${fileOf(files, kind)}`);
  return maps ? [{ what, lines: [...lines, ...again], question: rootWrites(maps) }] : [];
}

/** For a tool whose configuration says the map: lines more of what is granted, and of a grant more where that is too little. */
function rewritten(
  wanted: WantedIds,
  tool: KnownTool,
  grantee: ToolUser,
  { maps, files }: WhyContext,
): readonly WhyFix[] {
  if (!files) return [];
  const before: OwnerMaps = maps ?? { uid: idMap([]), gid: idMap([]) };
  const asIs = fitted(before, wanted, tool, grantee);
  if (asIs) return [written(`map it too, with what is granted to ${grantee.name}`, [], asIs, tool)];
  const range = rangeFor(files, Math.max(...KINDS.flatMap((kind) => wanted[kind]), 0) + 1);
  if (!range) return [];
  const short = KINDS.filter((kind) => wanted[kind].length > 0);
  const more = fitted(before, wanted, tool, withRange(grantee, short, range, false));
  const line = `${grantee.name}:${range.first}:${range.count}`;
  const grants = short.map((kind) => `echo '${line}' >>${fileOf(files, kind)}`);
  return more ? [written("grant more, and map it too", grants, more, tool)] : [];
}

function fitted(before: OwnerMaps, wanted: WantedIds, tool: KnownTool, grantee: ToolUser): OwnerMaps | null {
  const of = <K extends OwnerKind>(kind: K): IdMap<K> | null => {
    const kept: IdMap<K> = idMap<K>(before[kind].extents);
    const fit = fitMap<K>({
      wanted: union(insideOf(kept), idSetOf(wanted[kind])),
      available: idSet(grantee.granted[kind]),
      kept,
      mostLines: mostLines(tool.format.target),
    });
    return fit.ok ? fit.map : null;
  };
  const [uid, gid] = [of("uid"), of("gid")];
  return uid && gid && misfitOf(tool.format.target, { uid, gid }) === null ? { uid, gid } : null;
}

function written(what: string, grants: readonly string[], maps: OwnerMaps, { format }: KnownTool): WhyFix {
  const texts = format.write?.(maps, { where: format.name }) ?? [];
  const lines = texts.flatMap(({ text }) => text.trimEnd().split("\n"));
  return { what: `${what} (${format.title})`, lines: [...grants, ...lines], question: rootWrites(maps) };
}
