/** Every case of other tools' suites, as `npm run vectors` replays it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { importPeers, isPeerSuite } from "../../src/cli/peers/import-peers.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const [engine] = ENGINES;
assert.ok(engine);

const folder = new URL("../vectors/peers/", import.meta.url);
const suites = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name): unknown => JSON.parse(readFileSync(new URL(name, folder), "utf8")));

/** Cases in which a missing file and an empty one are the same text. */
const SAYS_TOO_LITTLE = 8;

test("every case is answered as the peer expects, but for those that say too little", () => {
  const outcomes = suites.flatMap((suite) => {
    assert.ok(isPeerSuite(suite));
    return importPeers(suite).flatMap((recorded) => recorded.run(engine));
  });
  const failed = outcomes.flatMap((outcome) =>
    outcome.kind === "failed" ? [outcome.vector.id, ...outcome.lines] : [],
  );
  assert.deepEqual(failed, []);
  const skipped = outcomes.flatMap((outcome) => (outcome.kind === "skipped" ? [outcome.reason] : []));
  assert.deepEqual(
    skipped,
    Array(SAYS_TOO_LITTLE).fill("an empty file and one that is not there are written alike in the case"),
  );
  assert.equal(outcomes.length, 481);
});

test("a case with another answer fails, and says both", () => {
  const cases = [{ id: "x/1", op: "idset.size", given: { set: [[0, 5]] }, expect: { size: 6 } }];
  const [outcome] = importPeers({ suite: "x", cases }).flatMap((recorded) => recorded.run(engine));
  assert.deepEqual(outcome?.kind === "failed" && outcome.lines, ["size: expected 6, got 5"]);
});

test("a case of an operation that nothing answers is skipped by its name; one that cannot be read fails", () => {
  const run = (op: string, given: unknown) =>
    importPeers({ suite: "x", cases: [{ op, given, expect: { size: 1 } }] }).flatMap((recorded) =>
      recorded.run(engine),
    );
  const [unknown, unread] = [run("no.such", {})[0], run("idset.size", { set: 5 })[0]];
  assert.ok(unknown?.kind === "skipped" && unknown.reason.includes("no.such"));
  assert.ok(unread?.kind === "failed" && unread.lines.join(" ").includes("x/1.set"));
});
