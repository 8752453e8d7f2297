import { isDeepStrictEqual } from "node:util";
import { type Engine, UsernsError } from "../../core/index.ts";
import type { Outcome, Recorded } from "../../scenario/index.ts";
import { ACCOUNT_OPERATIONS } from "./account-operations.ts";
import { FORMAT_OPERATIONS } from "./format-operations.ts";
import { Given, isRecord, type PeerAnswer } from "./given.ts";
import { KERNEL_OPERATIONS } from "./kernel-operations.ts";
import { MAP_OPERATIONS } from "./map-operations.ts";
import type { Operations } from "./operation.ts";
import { POLICY_OPERATIONS } from "./policy-operations.ts";
import { editedKinds } from "./subid-command.ts";
import { VALIDATE_OPERATIONS } from "./validate-operations.ts";

/** Every operation of the cases that is answered. */
const OPERATIONS: Operations = {
  ...MAP_OPERATIONS,
  ...KERNEL_OPERATIONS,
  ...FORMAT_OPERATIONS,
  ...POLICY_OPERATIONS,
  ...VALIDATE_OPERATIONS,
  ...ACCOUNT_OPERATIONS,
};

/** Keys of an expected answer that are words for people: which rule, which message. */
const HINTS: ReadonlySet<string> = new Set(["reason", "messages", "rule"]);

/** A case that says too little to be answered, and why; null for every other. */
function tooLittle(op: string, given: Given): string | null {
  if (op !== "subid.command") return null;
  const [command = "", ...args] = given.texts("argv");
  if (command === "userdel" || (command !== "usermod" && !isPossible(given))) return null;
  const touched = command === "usermod" ? editedKinds(args) : (["uid", "gid"] as const);
  const isBlank = touched.some((kind) => given.texts(`sub${kind}`).every((line) => line === ""));
  return isBlank ? "an empty file and one that is not there are written alike in the case" : null;
}

/** Settings that useradd takes: with others it fails whichever files are there. */
function isPossible(given: Given): boolean {
  return (["uid_policy", "gid_policy"] as const).every((key) => {
    const policy = given.object(key);
    return policy.number("min") + policy.number("count") - 1 <= policy.number("max");
  });
}

/** Is this a file of cases of other tools' suites? */
export function isPeerSuite(json: unknown): json is { readonly suite: string; readonly cases: readonly unknown[] } {
  return isRecord(json) && typeof json.suite === "string" && Array.isArray(json.cases);
}

/**
 * The cases of a suite, as something to replay. One that names an operation that is not answered, or says too little, is
 * skipped with the reason.
 *
 * @source tests/vectors/peers/README.md
 */
export function importPeers(suite: {
  readonly suite: string;
  readonly source?: unknown;
  readonly cases: readonly unknown[];
}): readonly Recorded[] {
  const repository = isRecord(suite.source) && typeof suite.source.repo === "string" ? suite.source.repo : "";
  return suite.cases.map((value, index): Recorded => {
    const peer = isRecord(value) ? value : {};
    const id = typeof peer.id === "string" ? peer.id : `${suite.suite}/${index + 1}`;
    const tag = typeof peer.op === "string" ? peer.op : "no operation";
    return { id, tag, run: (engine) => [runCase({ id, tag }, peer, engine, repository)] };
  });
}

function runCase(vector: Outcome["vector"], peer: PeerAnswer, engine: Engine, repository: string): Outcome {
  const operation = Object.hasOwn(OPERATIONS, vector.tag) ? OPERATIONS[vector.tag] : undefined;
  if (!operation) return { vector, kind: "skipped", reason: `${vector.tag} is not answered here` };
  if (!isRecord(peer.expect)) return { vector, kind: "failed", lines: ["it expects nothing"] };
  const given = new Given(peer.given, vector.id);
  const reason = tooLittle(vector.tag, given);
  if (reason !== null) return { vector, kind: "skipped", reason };
  const answer = answerOf(() => operation(given, settled(peer), engine, repository));
  const lines = differences(settled(peer), answer);
  return lines.length === 0 ? { vector, kind: "passed" } : { vector, kind: "failed", lines };
}

/** "unchanged" stands for a file as it was given, and an empty line for an empty file. */
function settled(peer: PeerAnswer): PeerAnswer {
  const [given, expect] = [peer.given, peer.expect];
  if (!isRecord(given) || !isRecord(expect)) return {};
  return Object.fromEntries(
    Object.entries(expect).map(([key, value]) => {
      if (key !== "subuid" && key !== "subgid") return [key, value];
      const lines = value === "unchanged" ? given[key] : value;
      return [key, Array.isArray(lines) ? lines.filter((line) => line !== "") : lines];
    }),
  );
}

function answerOf(run: () => PeerAnswer): PeerAnswer {
  try {
    return run();
  } catch (error) {
    if (error instanceof UsernsError && error.code !== "ERR_SCENARIO") return { error: true, why: error.message };
    if (error instanceof UsernsError) return { unread: error.message };
    throw error;
  }
}

/** Each key that is expected and came otherwise; an answer of "refused" where none was expected is one. */
function differences(expect: PeerAnswer, answer: PeerAnswer): readonly string[] {
  const keys = Object.keys(expect).filter((key) => !HINTS.has(key));
  const wrong = keys.filter((key) => !isDeepStrictEqual(expect[key], answer[key]));
  if (wrong.length === 0) return [];
  const why = answer.why ?? answer.unread;
  return [
    ...wrong.map((key) => `${key}: expected ${JSON.stringify(expect[key])}, got ${JSON.stringify(answer[key])}`),
    ...(why === undefined ? [] : [String(why)]),
  ];
}
