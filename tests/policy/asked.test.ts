/** What the real tools answered where the recorded vectors of Linux 6.18 leave it open. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DELEGATION_TOOLS } from "../../src/policy/index.ts";
import { importVector, runVector } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { vectorOfRuns } from "./tool-runs.ts";

interface Asked {
  readonly tool: "newuidmap" | "newgidmap" | "getsubids";
  readonly caller: readonly [number, number];
  readonly target: string;
  readonly args: readonly string[];
  readonly subid: string;
  readonly passwd: string;
  /** Where it counts. */
  readonly group?: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly setgroups: string;
  readonly map: readonly string[];
}

const asked: readonly Asked[] = JSON.parse(readFileSync("tests/vectors/uidmap-4.13/asked.json", "utf8"));

/** The same as a vector: the run, then what the namespace holds. */
function vectorOf(
  { tool, caller, target, args, subid, passwd, group = "", setgroups, map, ...said }: Asked,
  index: number,
) {
  const lines = Array.from({ length: map.length / 3 }, (_, line) => map.slice(line * 3, line * 3 + 3));
  const text = lines.map((ids) => `${ids.map((id) => id.padStart(10)).join(" ")}\n`).join("");
  const given = {
    caller,
    owner: caller,
    setgroups: "allow" as const,
    passwd,
    group,
    subuid: subid,
    subgid: subid,
    runs: [{ tool, target, args }],
  };
  const [uidMap, gidMap] = tool === "newgidmap" ? ["", text] : [text, ""];
  return vectorOfRuns(`asked-${index}`, given, { said: [said], uidMap, gidMap, setgroups: `${setgroups}\n` });
}

for (const engine of ENGINES)
  test(`the tools answer as Debian's uidmap 4.13 was seen to, on ${engine.name}`, () => {
    assert.ok(asked.length > 80);
    for (const [index, run] of asked.entries()) {
      const outcome = runVector(importVector(vectorOf(run, index), "asked", DELEGATION_TOOLS), engine);
      assert.equal(outcome.kind, "passed", JSON.stringify([run, outcome]));
    }
  });
