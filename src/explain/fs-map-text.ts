import { type Extent, MAX_MAP_LINES, showExtent } from "../core/index.ts";
import type { OwnerKind } from "../kernel/index.ts";
import type { FsMapFinding, ProofStep } from "../policy/index.ts";
import { hang } from "./text.ts";

/** Lines of a mount's map that a text shows; longer ones are counted. */
const LINES_SHOWN = 8;

const inFront = (word: string): string => word.padEnd(9);

/**
 * What was found of an fs map, each with the calls that prove it: of every kind for the first account, since those of the
 * next are the same.
 *
 * @param head  how a word stands in front of a line; all of one width
 */
export function findingLines(findings: readonly FsMapFinding[], head = inFront): readonly string[] {
  return findings.flatMap((finding, index) => {
    const isFirst = findings.findIndex(({ account }) => account.kind === finding.account.kind) === index;
    return [
      ...hang(head("finding"), finding.because),
      ...(isFirst ? finding.proof.steps.flatMap((step) => hang(head(""), stepText(step))) : []),
    ];
  });
}

function stepText({ task, call, path, to, mode, observed }: ProofStep): string {
  const { ok: _, ...values } = observed;
  const answer = Object.entries(values).map(([key, value]) => `${key} ${value}`);
  const target = to === undefined ? [] : [`to=${to}`];
  const bits = mode === undefined ? [] : [`mode=${mode}`];
  const words = [call, ...(path === undefined ? [] : [path]), ...target, ...bits].join(" ");
  return `${task}: ${words} → ${answer.length === 0 ? "ok" : answer.join(", ")}`;
}

/** The map of an idmapped mount; null for a kind that nobody asked about. */
type AskedMount = { readonly [K in OwnerKind]: readonly Extent[] | null };

/** The idmapped mount to be preferred to fs maps, or why there is none. */
export function mountInsteadLines({ uid, gid }: AskedMount): readonly string[] {
  return hang(inFront("better"), noMountText({ uid, gid }) ?? mountText(uid, gid));
}

function noMountText({ uid, gid }: AskedMount): string | null {
  if (uid?.length === 0) return "no idmapped mount: the maps have no id in common, and setuid fails in all";
  if (gid?.length === 0)
    return "no idmapped mount, which takes a map of groups too: theirs have no id in common, and setgid fails in all";
  const most = Math.max(uid?.length ?? 0, gid?.length ?? 0);
  return most > MAX_MAP_LINES
    ? `an idmapped mount would do the same with ${most} lines, and Linux takes ${MAX_MAP_LINES}: let the lines of both maps begin and end alike`
    : null;
}

function mountText(uid: readonly Extent[] | null, gid: readonly Extent[] | null): string {
  const [users, groups] = [uid, gid].map((extents) => extents && linesShown(extents));
  const maps = [
    ...(users ? [`the id map ${users}`] : []),
    ...(groups && groups !== users ? [`${users ? "of groups" : "the map of groups"} ${groups}`] : []),
  ];
  return `mount the files with ${maps.join(", and ")}: that holds for one mount alone, and Linux has it`;
}

function linesShown(extents: readonly Extent[]): string {
  const shown = extents.slice(0, LINES_SHOWN).map(showExtent).join(",");
  return extents.length > LINES_SHOWN ? `${shown},… (${extents.length} lines; --json has them all)` : shown;
}
