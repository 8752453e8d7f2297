/** `npm run vectors`: bad input is told in a line, without a stack. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileWith } from "./run-scenario.ts";

const VECTORS = "tests/vectors/own";

function vectors(...args: readonly string[]) {
  return spawnSync(process.execPath, ["--import", "tsx", "src/cli/vectors.ts", ...args], { encoding: "utf8" });
}

test("a file that is not there, bad JSON, an unknown option and a bad number: exit 2 and a line", (t) => {
  const { path } = fileWith(t, "bad.json", "[{");
  for (const [args, stderr] of [
    [["nofile"], /^nofile: expected a file or folder that can be read \(got no such file or folder \(ENOENT\)\)\n$/],
    [[path], /bad\.json: expected JSON \(got .+\)\n$/],
    [["--nope", VECTORS], /^options: expected those that the usage lists \(got Unknown option '--nope'.*\)\n$/],
    [["--show", "x", VECTORS], /^--show: expected a number of failures \(got "x"\)\n$/],
  ] as const) {
    const outcome = vectors(...args);
    assert.deepEqual([outcome.status, outcome.stdout], [2, ""]);
    assert.match(outcome.stderr, stderr);
  }
});
