/** Every recorded vector, replayed on every engine: each key of each answer must be what the kernel said. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Engine } from "../../src/core/index.ts";
import { ISOLATED, type Profile, parseProfile } from "../../src/kernel/index.ts";
import { DELEGATION_TOOLS } from "../../src/policy/index.ts";
import { importVector, runVector, type Vector } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

/** By folder, how many files it has, and how many vectors a file of it has at least. */
const FOLDERS = [
  { folder: "tests/vectors/linux-6.18", fileCount: 8, atLeast: 300 },
  { folder: "tests/vectors/own", fileCount: 13, atLeast: 1 },
] as const;

function vectorsIn(file: string, profile?: Profile): Vector[] {
  const json: unknown = JSON.parse(readFileSync(file, "utf8"));
  assert.ok(Array.isArray(json));
  return json.map((vector: unknown, index) => importVector(vector, `${file}[${index}]`, DELEGATION_TOOLS, profile));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(folder, name));
}

for (const { folder, fileCount } of FOLDERS)
  test(`all ${fileCount} files of ${folder} are here`, () => assert.equal(filesIn(folder).length, fileCount));

const files = FOLDERS.flatMap(({ folder, atLeast }) => filesIn(folder).map((file) => ({ file, atLeast })));

function assertAllPass(vectors: readonly Vector[], engine: Engine): void {
  const outcomes = vectors.map((vector) => runVector(vector, engine));
  const failed = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome] : []));
  const report = failed.slice(0, 5).map(({ vector, lines }) => [vector.id, ...lines].join("\n  "));
  assert.equal(failed.length, 0, `${failed.length} of ${outcomes.length} differ\n${report.join("\n")}`);
  assert.ok(
    outcomes.every(({ kind }) => kind === "passed"),
    "none is skipped",
  );
}

for (const engine of ENGINES)
  for (const { file, atLeast } of files)
    test(`${file} answers as Linux 6.18 did, on ${engine.name}`, () => {
      const vectors = vectorsIn(file);
      assert.ok(vectors.length >= atLeast);
      assertAllPass(vectors, engine);
    });

/** /proc/PID/status has two more lines on a kernel with isolated namespaces, whatever namespaces there are. */
const hasNoStatus = ({ scenario }: Vector) => scenario().steps.every(({ call }) => call !== "proc_status");

/** A kernel that has a proposal answers alike in worlds that do not use it. */
const UNUSED: readonly (readonly [rule: string, profile: Profile])[] = [
  ["where namespaces could be isolated, and none is", ISOLATED],
  ["where tasks could have piles of ids, and none has", parseProfile("linux-6.18+setusers=secure-exec-clears")],
  ["where there could be fs maps, and none is", parseProfile("linux-6.18+fsid")],
];

const [engine] = ENGINES;
for (const { file } of files)
  for (const [rule, profile] of UNUSED)
    test(`${file} answers alike ${rule}`, () => {
      assert.ok(engine);
      assertAllPass(
        vectorsIn(file, profile).filter((vector) => !profile.isolated || hasNoStatus(vector)),
        engine,
      );
    });
