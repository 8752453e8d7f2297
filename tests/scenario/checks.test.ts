/** The checks of a call: kept only for who asks, and asking changes no answer. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DELEGATION_TOOLS } from "../../src/policy/index.ts";
import { importVector, replay } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const FILES = [
  "tests/vectors/linux-6.18/3_idmapped_mounts.json",
  "tests/vectors/linux-6.18/4_acl_fcap.json",
  "tests/vectors/linux-6.18/8_vfs_permission.json",
  "tests/vectors/own/overlays.json",
];

/** Every so many of a file's vectors. */
const STRIDE = 4;

const [engine] = ENGINES;
assert.ok(engine);

for (const file of FILES)
  test(`${file}: with the checks kept every answer is the recorded one, and without there are none`, () => {
    const json: unknown = JSON.parse(readFileSync(file, "utf8"));
    assert.ok(Array.isArray(json));
    let checks = 0;
    for (const [index, item] of json.entries()) {
      if (index % STRIDE !== 0) continue;
      const vector = importVector(item, `${file}[${index}]`, DELEGATION_TOOLS);
      const kept = replay(vector.scenario(), engine, vector.userSpace, "checks");
      const plain = replay(vector.scenario(), engine, vector.userSpace);
      assert.deepEqual(
        kept.map(({ verdict, differences }) => [verdict, differences]),
        plain.map(({ verdict }) => [verdict, []]),
      );
      assert.ok(plain.every((answer) => answer.checks.length === 0));
      checks += kept.reduce((sum, answer) => sum + answer.checks.length, 0);
    }
    assert.ok(checks > 0);
  });
