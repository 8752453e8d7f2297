/** Calls are made in the tree of a manifest by the users of its image: what fakeroot, which only pretends, cannot do. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readMtree, writeMtree } from "../../src/manifest/index.ts";
import { folderFor, userns } from "../cli/command.ts";

const MANIFEST = `#mtree
. type=dir mode=755 uid=0 gid=0
./etc type=dir mode=755 uid=0 gid=0
./etc/passwd type=file mode=644 uid=0 gid=0 size=900 time=5.0
./etc/shadow type=file mode=600 uid=0 gid=0 size=700 time=5.0
./srv type=dir mode=2775 uid=0 gid=33
./srv/old type=file mode=640 uid=33 gid=33 size=7 time=6.0
./tmp type=dir mode=1777 uid=0 gid=0
./tmp/roots type=file mode=644 uid=0 gid=0
`;
const PASSWD = "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n";
const GROUP = "root:x:0:\nwww-data:x:33:alice\nalice:x:1000:\n";

async function run(t: TestContext, steps: readonly string[], more: readonly string[] = []) {
  const folder = folderFor(t);
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const script = file("script.yaml", `version: 1\nsteps:\n${steps.map((step) => `  - ${step}\n`).join("")}`);
  const out = join(folder, "after.mtree");
  const args = [
    "--manifest",
    file("m.mtree", MANIFEST),
    "--passwd",
    file("passwd", PASSWD),
    "--group",
    file("group", GROUP),
  ];
  const outcome = await userns(["run", script, ...args, "--out", out, ...more]);
  return { ...outcome, after: existsSync(out) ? readMtree(readFileSync(out, "utf8")) : null };
}

test("uid 33 is refused root's file of mode 0600, with the reason", async (t) => {
  const { exit, stdout, stderr } = await run(t, [
    '{ task: www-data, call: open, path: "tree:etc/shadow", acc: r, observed: { errno: EACCES } }',
    '{ task: "33", call: open, path: "tree:etc/shadow", acc: r, observed: { errno: EACCES } }',
    '{ task: root, call: open, path: "tree:etc/shadow", acc: r, observed: { ok: true } }',
    '{ task: www-data, call: open, path: "tree:etc/passwd", acc: r, observed: { ok: true } }',
  ]);
  assert.equal(exit, 0, stdout + stderr);
  assert.match(
    stdout.replace(/\s+/g, " "),
    /others\. \(read tree:etc\/shadow: asked by k33:k33, owner v0:v0, mode 0600\)/,
  );
});

test("groups, the sticky bit and a set-group-ID folder count, and the tree is written back as it was left", async (t) => {
  const { exit, stdout, stderr, after } = await run(t, [
    '{ task: alice, call: open, path: "tree:srv/new", acc: w, flags: [creat], mode: "0660", observed: { ok: true } }',
    '{ task: alice, call: write, path: "tree:srv/old", observed: { errno: EACCES, at: open } }',
    '{ task: alice, call: unlink, path: "tree:tmp/roots", observed: { errno: EPERM } }',
    '{ task: www-data, call: chmod, path: "tree:srv/old", mode: "0600", observed: { ok: true } }',
    '{ task: www-data, call: write, path: "tree:srv/old", observed: { ok: true } }',
    '{ task: www-data, call: chown, path: "tree:srv/old", uid: 1000, observed: { errno: EPERM } }',
  ]);
  assert.equal(exit, 0, stdout + stderr);
  const made = after?.byPath.get("srv/new");
  assert.deepEqual([made?.uid, made?.gid, made?.mode], [1000, 33, 0o660]);
  assert.equal(after?.byPath.get("srv/old")?.mode, 0o600);
  assert.equal(after?.byPath.get("srv/old")?.mtime, null, "it was written to, and nobody knows when");
  assert.deepEqual(after?.byPath.get("etc/passwd"), readMtree(MANIFEST).byPath.get("etc/passwd"));
});

test("a tree in which nothing was done is written back as it was", async (t) => {
  const { after } = await run(t, ['{ task: alice, call: stat, path: "tree:etc" }']);
  assert.equal(after && writeMtree(after), writeMtree(readMtree(MANIFEST)));
});

test("whoever is no user of the image, and options without a manifest, are refused with their place", async (t) => {
  const nobody = await run(t, ['{ task: eve, call: stat, path: "tree:etc" }']);
  assert.equal(nobody.exit, 2);
  assert.match(
    nobody.stderr,
    /script\.yaml:3:\d+[\s\S]*a task of the setup, a user of the image, or a number[\s\S]*eve/,
  );
  for (const option of ["--passwd", "--group", "--out"]) {
    const { exit, stderr } = await userns(["run", "nothing.yaml", option, "x"]);
    assert.equal(exit, 2);
    assert.match(stderr, /--manifest beside it/);
  }
  const missing = await userns(["run", "nothing.yaml", "--manifest", "/nowhere"]);
  assert.equal(missing.exit, 2);
  assert.match(missing.stderr, /a manifest that can be read/);
});
