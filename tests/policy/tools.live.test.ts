/** The installed newuidmap, newgidmap and getsubids say what the model says, to the letter. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { initSync } from "../../src/core/index.ts";
import { DELEGATION_TOOLS } from "../../src/policy/index.ts";
import { importVector, runVector } from "../../src/scenario/index.ts";
import { folderFor } from "../cli/command.ts";
import { need } from "../need.ts";
import { seededRandom } from "../store/seeded-random.ts";
import { randomToolCase } from "./random-tool-runs.ts";
import { type ToolsSeen, vectorOfRuns } from "./tool-runs.ts";

/** Debian 12, whose tools the model is of. */
const isModelled = /uidmap\t1:4\.13\+/.test(
  spawnSync("dpkg-query", ["-W", "uidmap"], { encoding: "utf8" }).stdout ?? "",
);

const SEED = process.env.USERNS_SEED ?? "newuidmap";
const CASES = Number(process.env.USERNS_CASES ?? 60);

/** The model reads files; the systemd source would give root and nobody of its own. */
const FILES_ONLY = "passwd: files\ngroup: files\n";

/** Bind the files of a folder over those of the machine, in a mount namespace that goes with the process. */
const BOUND = `for name in passwd group subuid subgid nsswitch.conf; do mount --bind "$1/$name" "/etc/$name" || exit 1; done; exec "$2" --import tsx tests/policy/ask-tools.ts "$1"`;

test(`newuidmap, newgidmap and getsubids of Debian 12 say what the model says (seed ${SEED})`, (t) => {
  if (!need(t, process.getuid?.() === 0, "root") || !need(t, isModelled, "Debian's uidmap 4.13")) return;
  const folder = folderFor(t);
  for (const name of ["passwd", "group", "subuid", "subgid"])
    writeFileSync(join(folder, name), readFileSync(`/etc/${name}`));
  writeFileSync(join(folder, "nsswitch.conf"), FILES_ONLY);
  const below = seededRandom(SEED);
  const cases = Array.from({ length: CASES }, () => randomToolCase(below));
  const asked = spawnSync(
    "unshare",
    ["--mount", "--propagation", "private", "sh", "-c", BOUND, "sh", folder, process.execPath],
    { input: JSON.stringify(cases), encoding: "utf8", maxBuffer: 1 << 28 },
  );
  assert.equal(asked.status, 0, asked.stderr);
  const seen: readonly ToolsSeen[] = JSON.parse(asked.stdout);
  const engine = initSync();
  const unlike = cases.flatMap((given, index) => {
    const observed = seen[index];
    if (!observed) return [`case ${index}: not seen`];
    const vector = vectorOfRuns(`case-${index}`, given, observed);
    const outcome = runVector(importVector(vector, "asked", DELEGATION_TOOLS), engine);
    return outcome.kind === "passed" ? [] : [`${JSON.stringify(given)}\n${JSON.stringify(outcome)}`];
  });
  assert.deepEqual(unlike, []);
});
