/** What the vectors of Linux 6.18 answer on kernels with proposals that they do not use. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../src/core/index.ts";
import { FSID_MODES, type IsolationSwitch, type Profile, parseProfile } from "../../src/kernel/index.ts";
import { DELEGATION_TOOLS } from "../../src/policy/index.ts";
import { importVector, runVector, type Vector } from "../../src/scenario/index.ts";

/**
 * Vectors that a kernel with a proposal answers otherwise for a reason that the semantics of the proposal name: a
 * revision of the fsid mappings those of tasks whose ids have no number in their namespace, a repair what it repairs.
 */
interface Difference {
  readonly name: string;
  readonly sentence: string;
  readonly source: string;
  /** The revisions of the fsid mappings that do. */
  readonly modes: readonly string[];
  /** The repairs of isolated namespaces that do. */
  readonly repairs?: readonly IsolationSwitch[];
  /** The calls that are answered otherwise first. */
  readonly calls: readonly string[];
  readonly vectors: readonly string[];
}

const DIFFERENCES: readonly Difference[] = JSON.parse(readFileSync("tests/scenario/unused-proposals.json", "utf8"));

const FOLDER = "tests/vectors/linux-6.18";

/** Every revision of the fsid mappings, and the proposals together as far as they go together. */
export const PROFILES: readonly Profile[] = [
  ...Object.keys(FSID_MODES).map((mode) => `linux-6.18+fsid=${mode}`),
  "linux-6.18+setusers",
  "linux-6.18+shiftfs",
  "linux-6.18+isolated+fsid=v3",
  "linux-6.18+fsid=v1+setusers+shiftfs",
  "linux-6.18+isolated=repaired+fsid+setusers=secure-exec-clears+shiftfs",
].map((name) => parseProfile(name));

function differencesOf({ fsid, isolated }: Profile): ReadonlyMap<string, Difference> {
  const told = DIFFERENCES.filter(
    ({ modes, repairs = [] }) =>
      (fsid !== null && modes.includes(fsid)) || repairs.some((repair) => isolated?.has(repair)),
  );
  return new Map(told.flatMap((difference) => difference.vectors.map((id) => [id, difference] as const)));
}

/** /proc/PID/status has two more lines on a kernel with isolated namespaces, whatever namespaces there are. */
const hasStatus = ({ scenario }: Vector) => scenario().steps.some(({ call }) => call === "proc_status");

/**
 * Replay vectors on a kernel with proposals: those that are listed differ at a call that their reason is about, and all
 * others answer as Linux did.
 *
 * @param isAsked  by the place of a vector in its file; every one that is listed is asked
 * @returns        how many were asked
 */
export function askUnused(profile: Profile, engine: Engine, isAsked: (index: number) => boolean): number {
  const differences = differencesOf(profile);
  const wrong: string[] = [];
  const met = new Set<string>();
  let asked = 0;
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".json"))) {
    const json: readonly { readonly id: string }[] = JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
    for (const [index, raw] of json.entries()) {
      const difference = differences.get(raw.id);
      if (!difference && !isAsked(index)) continue;
      const vector = importVector(raw, `${file}[${index}]`, DELEGATION_TOOLS, profile);
      if (profile.isolated && hasStatus(vector)) continue;
      const outcome = runVector(vector, engine);
      const [first = ""] = outcome.kind === "failed" ? outcome.lines : [];
      const [, call = ""] = /op\[\d+\]: \S+ (\S+)/.exec(first) ?? [];
      const isAsTold = difference ? difference.calls.includes(call) : outcome.kind === "passed";
      if (difference) met.add(raw.id);
      if (!isAsTold) wrong.push(`${raw.id}: ${first || outcome.kind}, ${difference?.name ?? "not listed"}`);
      asked++;
    }
  }
  assert.deepEqual(wrong.slice(0, 10), []);
  assert.equal(met.size, differences.size, "every vector that is listed is there");
  return asked;
}
