/** Lines of subuid are given and taken as usermod does: by its recorded runs, and by usermod itself where it is 4.13. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseSubid, printSubid } from "../../src/formats/index.ts";
import { giveSubid, takeSubid } from "../../src/policy/index.ts";
import { USERMOD_RUNS, type UsermodRun } from "./usermod-runs.ts";

const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");

test("giving and taking a range leaves the lines that usermod leaves, in its order", () => {
  for (const { before, edits, after } of USERMOD_RUNS) {
    const file = edits.reduce(
      (edited, { option, from, to }) => {
        const entry = { owner: "foo", first: from, count: to - from + 1n };
        return option === "-v" ? giveSubid(edited, entry) : takeSubid(edited, entry);
      },
      parseSubid(textOf(before)),
    );
    assert.equal(printSubid(file), textOf(after));
  }
});

const installed = spawnSync("dpkg-query", ["-W", "passwd"], { encoding: "utf8" });
const skip =
  process.getuid?.() !== 0 || !/\t1:4\.13\b/.test(installed.stdout ?? "")
    ? "usermod is asked as root, where it is that of Debian's shadow 4.13"
    : false;

test("the runs are what usermod of this host makes", { skip }, () => {
  const root = mkdtempSync(join(tmpdir(), "usermod-"));
  try {
    const etc = join(root, "etc");
    mkdirSync(etc);
    const files = { passwd: "foo:x:1000:1000::/:/bin/sh\n", group: "foo:x:1000:\n", shadow: "", gshadow: "" };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(etc, name), text);
    for (const recorded of USERMOD_RUNS) assert.deepEqual(usermodOf(root, recorded), recorded.after);
  } finally {
    rmSync(root, { recursive: true });
  }
});

function usermodOf(root: string, { before, edits }: UsermodRun): readonly string[] {
  const path = join(root, "etc", "subuid");
  writeFileSync(path, textOf(before));
  const options = edits.toReversed().flatMap(({ option, from, to }) => [option, `${from}-${to}`]);
  const { status, stderr } = spawnSync("usermod", ["-P", root, ...options, "foo"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return readFileSync(path, "utf8").trimEnd().split("\n");
}
