/**
 * What a process of the container may do to another with the same ids (semantics A.7): each revision of the fsid mappings
 * answers as Linux 6.18 was measured to, where the fs ids are forced to be what the revision compares.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadScenario, replay } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

interface Measured {
  readonly note: string;
  readonly op: readonly { readonly p: string; readonly call: string }[];
  readonly observed: readonly { readonly [key: string]: unknown }[];
}

const MEASURED: readonly Measured[] = JSON.parse(readFileSync("tests/vectors/own/fsuid.json", "utf8"));
const [same, other, otherGroup] = MEASURED;

const MODES: readonly (readonly [mode: string, measured: Measured | undefined, why: string])[] = [
  ["v1", other, "compares the fs id, one of files, everywhere"],
  ["reply", otherGroup, "translates the user in the test of permission, and in no other"],
  ["v2", same, "compares the copy in id space"],
  ["v3", same, "compares the copy in id space"],
  ["fixed", same, "compares the copy in id space"],
];

const lines = (lower: number) => [[0, lower, 100000]];
const container = {
  name: "N1",
  parent: "init",
  owner: [100000, 100000],
  uid_map: lines(100000),
  gid_map: lines(100000),
  fsuid_map: lines(300000),
  fsgid_map: lines(300000),
};

for (const [mode, measured, why] of MODES)
  test(`${mode} ${why}: as measured with ${measured?.note.replace(/^.*: /, "")}`, () => {
    assert.ok(measured);
    const ids = { ns: "N1", uid: 100000, gid: 100000, caps: "none" };
    const scenario = loadScenario({
      version: 1,
      profile: `linux-6.18+fsid=${mode}`,
      setup: { namespaces: [container], tasks: ["t", "p"].map((name) => ({ name, ...ids })) },
      steps: measured.op.map(({ p, ...step }) => ({ task: p, ...step })),
    });
    for (const engine of ENGINES) {
      const answers = replay(scenario, engine).map(({ result }) => result);
      assert.deepEqual(answers, measured.observed);
    }
  });
