import { showExtent } from "../core/index.ts";
import { type Capability, capName, textPlace } from "../kernel/index.ts";
import type { MapWrite, Refusal } from "./map-asked.ts";
import { linesOfText } from "./map-draft.ts";
import { type MapQuestion, writtenKinds } from "./map-question.ts";
import type { MapChange, MapProposal, MapRepair } from "./map-repair.ts";
import { mapTools } from "./map-tool.ts";
import { hang } from "./text.ts";

/** Lines of a map that a text shows; longer ones are counted. */
const LINES_SHOWN = 8;
/** Changed lines that are told one by one; where there are more the whole map is shown. */
const CHANGES_SHOWN = 3;
const INDENT = "        ";

/** Who was assumed to write, in words: `uid 1000, gid 1000, no capability, writing from inside (as unshare -r)`. */
export function writerText({ writer, from, parent, setgroups, written = [] }: MapQuestion): string {
  const place = from === "inside" ? "from inside the new namespace" : "from its parent";
  const where = parent === null ? "made in the initial namespace" : "made in the namespace of the parent's map";
  const groups = setgroups === null ? "" : `; setgroups: ${setgroups}`;
  const before = written.map((kind) => `; ${kind}_map is written already`).join("");
  return `uid ${writer.uid}, gid ${writer.gid}, ${capsText(writer.caps)}, writing ${place}, ${where}${groups}${before}`;
}

/** More capabilities than this are told by their number. */
const CAPS_NAMED = 6;

function capsText(caps: readonly Capability[]): string {
  if (caps.length === 0) return "no capability";
  return caps.length > CAPS_NAMED ? `${caps.length} capabilities` : caps.map(capName).join(" and ");
}

/**
 * The answer in lines: each write, the rule that refused it, who was assumed, and what would be taken.
 *
 * The first line is the answer by itself: `yes, …`, or the errno of the first refused write, its file and line.
 */
export function mapAnswerLines(question: MapQuestion, writes: readonly MapWrite[], repair: MapRepair): string[] {
  const refused = writes.flatMap(({ refusal }) => refusal ?? []);
  const kernel = question.fsTexts ? "Linux with fsid mappings" : "Linux";
  const answer = refused.length === 0 ? [`yes, ${kernel} takes this`] : refused.flatMap(refusalLines);
  const taken = writes.flatMap(({ file, refusal, inForce }) =>
    refusal === null && inForce.length > 0 ? hang(`  ${file} `, mapLine(inForce.map(showExtent), ", ")) : [],
  );
  return [
    ...answer,
    ...taken,
    ...hang("  as    ", writerText(question)),
    ...repair.proposals.flatMap((proposal, index) => proposalLines(proposal, index === 0 ? "  fix   " : "  or    ")),
    ...(repair.why === null ? [] : hang("  fix   ", repair.why)),
  ];
}

function refusalLines({ file, call, errno, rule, because, line, column }: Refusal): string[] {
  const place = textPlace({ ...(line === null ? {} : { line }), ...(column === null ? {} : { column }) });
  const at = [...(call === "write" ? [] : [`${call} of`]), file, ...(place === "" ? [] : [place])].join(" ");
  return [
    `${errno} ${at}: ${because}`,
    ...hang("  rule  ", `${rule.sentence} (${rule.name})`),
    ...hang("  from  ", rule.source),
  ];
}

/** The changes of a proposal. Maps and commands are not broken: they are there to be copied. */
function proposalLines(proposal: MapProposal, head: string): string[] {
  const lines = [...mapChangeLines(proposal), ...proposal.changes.flatMap(writerChangeText), ...toolLines(proposal)];
  return lines.map((line, index) => `${index === 0 ? head : INDENT}${line}`);
}

function mapChangeLines({ changes, question, lostIds }: MapProposal): readonly string[] {
  const maps = writtenKinds(question.texts).flatMap(([kind, text]) => {
    const lines = changes.flatMap((change) => (change.what === "line" && change.kind === kind ? [change] : []));
    if (lines.length <= CHANGES_SHOWN) return lines.map(lineChangeText);
    const all = linesOfText(text).map((line) => line.text);
    return [`${kind}_map: ${mapLine(all, " ; ")}`];
  });
  return lostIds === 0 ? maps : [...maps, `(${lostIds} ${lostIds === 1 ? "id is" : "ids are"} then not mapped)`];
}

function lineChangeText({ kind, line, to }: Extract<MapChange, { what: "line" }>): string {
  return `${kind}_map line ${line}: ${to.length === 0 ? "leave it out" : mapLine(to, " ; ")}`;
}

function writerChangeText(change: MapChange): string[] {
  switch (change.what) {
    case "line":
      return [];
    case "setgroups":
      return ["--setgroups deny: write deny to setgroups before gid_map"];
    case "caps":
      return [`with ${capsText(change.add)} over the parent`];
    case "from":
      return [`--from ${change.to}: written from the ${change.to === "parent" ? "parent" : "new namespace"}`];
  }
}

function toolLines({ changes, question }: MapProposal): readonly string[] {
  const gained = changes.flatMap((change) => (change.what === "caps" ? change.add : []));
  return mapTools(question, gained).flatMap(({ name, command, file, lines }) => [
    `as ${name} does:`,
    ...(lines.length > LINES_SHOWN ? [`  ${name} PID … (--json has all of it)`] : [`  ${command}`]),
    ...(lines.length > 0 ? [`which asks for these lines in ${file}:`] : []),
    ...lines.slice(0, LINES_SHOWN).map((line) => `  ${line}`),
    ...(lines.length > LINES_SHOWN ? [`  … (${lines.length} lines)`] : []),
  ]);
}

function mapLine(lines: readonly string[], separator: string): string {
  const shown = lines.slice(0, LINES_SHOWN).join(separator);
  return lines.length > LINES_SHOWN ? `${shown}${separator}… (${lines.length} lines; --json has them all)` : shown;
}
