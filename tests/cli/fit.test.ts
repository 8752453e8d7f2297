import assert from "node:assert/strict";
import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { FitAnswer } from "../../src/cli/fit.ts";
import { need } from "../need.ts";
import { LAYER, userns } from "./command.ts";

test("fit: the map that it makes for a layer is one that layer lint takes", async () => {
  const { exit, stdout, stderr } = await userns([
    "fit",
    "--layer",
    LAYER,
    "--available",
    "100000+65536",
    "--for",
    "oci",
  ]);
  assert.deepEqual([exit, stderr], [0, "users: 5 used, 5 mapped\ngroups: 8 used, 8 mapped\n"]);
  const lint = await userns(["layer", "lint", LAYER, "--map", stdout.trim()]);
  assert.equal(lint.exit, 0, lint.stdout + lint.stderr);
});

test("fit: a form of one line gets one line, and one that holds no such map says which limit", async () => {
  const one = await userns(["fit", "0", "33", "65534", "--available", "100000+65536", "--for", "cri", "--json"]);
  const { counts, written }: FitAnswer = JSON.parse(one.stdout);
  assert.deepEqual([one.exit, counts.uid, written?.misfit], [0, { used: 3, mapped: 65_535 }, null]);
  const none = await userns(["fit", "7", "--available", "100000+65536", "--for", "nspawn"]);
  assert.equal(none.exit, 1);
  assert.match(none.stdout, /^nspawn: cannot hold this map\n/);
});

test("fit: too few ids at hand is a no, with how many are needed", async () => {
  const { exit, stdout } = await userns(["fit", "0-9", "--available", "5+20", "--gid-available", "5+3"]);
  assert.deepEqual([exit, stdout], [1, "no map for groups: 10 ids needed, 3 at hand\n"]);
});

test("fit: passwd, group, owners and a folder's files count, links themselves and not where they lead", async (t) => {
  if (!need(t, process.getuid?.() === 0, "root")) return;
  const folder = mkdtempSync(join(tmpdir(), "userns-fit-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "tree/below"), { recursive: true });
  writeFileSync(join(folder, "tree/below/file"), "");
  chownSync(join(folder, "tree/below/file"), 70, 71);
  symlinkSync("/proc/1", join(folder, "tree/link"));
  writeFileSync(join(folder, "passwd"), "a:x:10:20::/:/bin/sh\n");
  writeFileSync(join(folder, "group"), "b:x:30:\n");
  const { stdout } = await userns([
    ...["fit", "1000:100", "--available", "100000+50"],
    ...["--passwd", join(folder, "passwd"), "--group", join(folder, "group"), "--tree", join(folder, "tree")],
  ]);
  assert.equal(
    stdout,
    "# triples, uid\n0:100000:1,10:100001:1,70:100002:1,1000:100003:1\n" +
      "# triples, gid\n0:100000:1,20:100001:1,30:100002:1,71:100003:1,100:100004:1\n",
  );
});

test("fit: wrong use is told with its place", async () => {
  for (const [args, where] of [
    [["--available", "1+5"], "IDS"],
    [["1", "--available", "nothing"], "--available"],
    [["1", "--available", "1+5", "--for", "nobody"], "--for"],
    [["--layer", "/nowhere", "--available", "1+5"], "/nowhere"],
    [["--tree", "/nowhere", "--available", "1+5"], "/nowhere"],
    [["x", "--available", "1+5"], "IDS"],
  ] as const) {
    const { exit, stdout, stderr } = await userns(["fit", ...args]);
    assert.deepEqual([exit, stdout], [2, ""], args.join(" "));
    assert.ok(stderr.startsWith(`error: ${where}`), stderr);
  }
});
