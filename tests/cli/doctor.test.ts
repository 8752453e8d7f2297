import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { need } from "../need.ts";
import { userns } from "./command.ts";

const FILES = {
  passwd: "root:x:0:0::/root:/bin/sh\nben:x:1000:1000::/home/ben:/bin/sh\nann:x:1001:1001::/home/ann:/bin/sh\n",
  group: "root:x:0:\n",
  subuid: "# who has what\nben:100000:65536\nann:150000:65536\n",
  subgid: "ben:100000:65536\nann:165536:65536\n",
};

function systemOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "userns-doctor-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "etc"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, "etc", name), text);
  return root;
}

test("doctor: exit 1 with an error, and its patch, applied by patch(1), makes it go", async (t) => {
  const hasPatch = spawnSync("patch", ["--version"]).status === 0;
  if (!need(t, hasPatch, "patch(1)")) return;
  const root = systemOf(t, FILES);
  const sick = await userns(["doctor", "--root", root, "--json"]);
  const { findings, patch, unseen } = JSON.parse(sick.stdout);
  assert.deepEqual([sick.exit, sick.stderr, unseen], [1, "", []]);
  assert.deepEqual(
    findings.map(({ code }: { code: string }) => code),
    ["subid-overlap"],
  );
  const before = readFileSync(join(root, "etc/subuid"), "utf8");
  assert.equal(before, FILES.subuid, "looking changes nothing");
  const applied = spawnSync("patch", ["-p1", "-d", root], { input: patch });
  assert.equal(applied.status, 0, String(applied.stdout));
  assert.equal(readFileSync(join(root, "etc/subuid"), "utf8"), "# who has what\nben:100000:65536\nann:231072:65536\n");
  const well = await userns(["doctor", "--root", root]);
  assert.deepEqual(well, { ...well, exit: 0, stdout: "Nothing was found.\n", stderr: "" });
});

test("doctor: the text is at most 80 columns wide, the fix ready to paste and the patch last", async (t) => {
  const root = systemOf(t, FILES);
  const { stdout } = await userns(["doctor", "--root", root]);
  const text = stdout.replaceAll(root, "");
  assert.equal(
    text,
    `error: ben and ann share 150000…165535.
  /etc/subuid:2: ben:100000:65536
  /etc/subuid:3: ann:150000:65536
  → Each can read, change and signal what the other's containers own.
  fix: in /etc/subuid: ann:150000:65536
       becomes: ann:231072:65536
  then, by hand: files of ann's containers keep their owners: shift them by
                 81072
  (subid-overlap)

1 error, 0 warnings, 0 notes.

All edits, to be applied with: patch -p1 -d 

--- a/etc/subuid
+++ b/etc/subuid
@@ -1,3 +1,3 @@
 # who has what
 ben:100000:65536
-ann:150000:65536
+ann:231072:65536
`,
  );
  for (const line of text.split("\n")) assert.ok([...line].length <= 80, line);
});

test("doctor: this machine is looked over, kernel and tools included, and nothing is left to guess", async () => {
  const { exit, stdout, stderr } = await userns(["doctor", "--json"]);
  const { findings } = JSON.parse(stdout);
  const isBad = findings.some(({ severity }: { severity: string }) => severity === "error");
  assert.deepEqual([exit, stderr], [isBad ? 1 : 0, ""]);
});

test("doctor: what may not be read is told of, and a cursor's moves in a file do not reach the terminal", async (t) => {
  const root = systemOf(t, { ...FILES, subuid: "ben:\u001b[2J\n" });
  rmSync(join(root, "etc/group"));
  mkdirSync(join(root, "etc/group"));
  const { stdout } = await userns(["doctor", "--root", root]);
  assert.match(stdout, /Could not be seen, and is not judged:\n {2}.*etc\/group: is a directory/);
  assert.ok(!stdout.includes("\u001b"), stdout);
});

test("doctor: a folder without an etc is no system", async (t) => {
  const root = systemOf(t, {});
  rmSync(join(root, "etc"), { recursive: true });
  const { exit, stdout, stderr } = await userns(["doctor", "--root", root]);
  assert.deepEqual([exit, stdout], [2, ""]);
  assert.match(stderr, /--root .*\n +expected +a folder with an etc folder in it/);
  cpSync("package.json", join(root, "etc"));
  assert.equal((await userns(["doctor", "--root", root])).exit, 2, "an etc that is a file");
});

test("doctor: a line over an account that only a directory knows is an error, and its new place avoids all of them", async (t) => {
  const subuid = "ben:100000:65536\n";
  const root = systemOf(t, { ...FILES, subuid, subgid: subuid });
  const dump = join(root, "dump.ldif");
  writeFileSync(
    dump,
    "dn: uid=eve\nuid: eve\nuidNumber: 120000\ngidNumber: 120000\n\ndn: uid=joe\nuid: joe\nuidNumber: 165540\n",
  );
  const { exit, stdout } = await userns(["doctor", "--root", root, "--directory", dump, "--json"]);
  const { findings, patch } = JSON.parse(stdout);
  const [first] = findings.filter(({ code }: { code: string }) => code === "subid-covers-account");
  assert.deepEqual([exit, first?.evidence[1]], [1, "user eve is 120000"]);
  assert.match(patch, /^\+ben:165541:65536$/m);
  const wrong = await userns(["doctor", "--root", root, "--directory", join(root, "etc/passwd"), "--json"]);
  assert.deepEqual([wrong.exit, JSON.parse(wrong.stderr).error.where], [2, "--directory"]);
});
