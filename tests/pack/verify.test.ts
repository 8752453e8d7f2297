/** `userns verify`: a tree or a layer that is not as its manifest says is told of, path by path. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { need } from "../need.ts";
import { folderEntry, type LayerEntry, writeLayer } from "./layers.ts";
import { folder, userns } from "./tree.ts";

const LAYER: readonly LayerEntry[] = [
  folderEntry("."),
  { path: "a", body: "hello", uid: 33, gid: 42 },
  { path: "b", type: "hard link", link: "a" },
  { path: "c", type: "symlink", link: "a", mode: 0o777 },
  { path: "d", type: "character device", device: { major: 1, minor: 3 } },
  folderEntry("e", { records: { "SCHILY.acl.default": "user::rwx,user:x:r--:7,group::r-x,mask::r-x,other::---" } }),
  { path: "e/su", mode: 0o4755, body: "su" },
  { path: "e/x", records: { "SCHILY.xattr.user.note": "n" } },
];

/** A manifest of {@link LAYER}, and a folder to work in. */
async function manifestIn(at: string): Promise<string> {
  const { exit } = await userns("unpack", writeLayer(join(at, "layer.tar"), LAYER), join(at, "tree"));
  assert.equal(exit, 0);
  return join(at, "tree.mtree");
}

async function found(...args: readonly string[]): Promise<{ exit: number; findings: readonly string[] }> {
  const { exit, out, err } = await userns("verify", ...args, "--json");
  assert.equal(err, "");
  const findings: readonly { kind: string; path: string; says: string }[] = JSON.parse(out).findings;
  return { exit, findings: findings.map(({ kind, path, says }) => `${kind} ${path}: ${says}`) };
}

const changed = (path: string, change: Partial<LayerEntry>): LayerEntry[] =>
  LAYER.map((entry) => (entry.path === path ? { ...entry, ...change } : entry));

const without = (...paths: readonly string[]): LayerEntry[] => LAYER.filter(({ path }) => !paths.includes(path));

const NONE = 4_294_967_295;
const ROWS: readonly (readonly [what: string, layer: readonly LayerEntry[], findings: readonly (string | RegExp)[]])[] =
  [
    ["the same layer", LAYER, []],
    ["a path that is missing", without("c"), ["missing c: no symlink there"]],
    [
      "a path too much, with the builder's owner",
      [...LAYER, { path: "z", uid: 1234, gid: 5 }],
      ["extra z: a file that the manifest does not have", "build-user z: uid 1234, who built it"],
    ],
    ["another owner", changed("e/x", { gid: 9 }), ["owner e/x: gid 9, should be 0"]],
    [
      "the builder's owner",
      changed("e/x", { uid: 1234, gid: 1235 }),
      ["build-user e/x: uid 1234, who built it, should be 0", "build-user e/x: gid 1235, who built it, should be 0"],
    ],
    [
      "the overflow id, and -1 in 16 bits",
      changed("e/x", { uid: 65534, gid: 65535 }),
      [
        "overflow e/x: uid 65534, what owners without a place in a map are shown as, should be 0",
        "overflow e/x: gid 65535, -1 in 16 bits, should be 0",
      ],
    ],
    [
      "an owner of -1",
      changed("e/x", { uid: NONE }),
      ["no-owner e/x: uid 4294967295, which is nobody (-1), should be 0"],
    ],
    ["another mode", changed("e/su", { mode: 0o755 }), ["mode e/su: 0755, should be 4755"]],
    ["other bytes", changed("e/su", { body: "SU" }), [/^content e\/su: sha256:[0-9a-f]{64}, should be sha256:/]],
    ["other sizes", changed("e/su", { body: "" }), ["size e/su: 0 bytes, should be 2 bytes", /^content e\/su/]],
    ["another type", changed("c", { type: "fifo", link: "" }), ["type c: a fifo, should be a symlink"]],
    ["an empty file for a device", changed("d", { type: "file", device: null }), ["type d: a file, should be a chr"]],
    [
      "another device",
      changed("d", { device: { major: 1, minor: 5 } }),
      ["device d: device 1:5, should be device 1:3"],
    ],
    ["another target", changed("c", { link: "b" }), ['target c: "b", should be "a"']],
    [
      "a copy in place of a hard link",
      [...without("b"), { path: "b", body: "hello", uid: 33, gid: 42 }],
      ['links b: a file of its own, should be the same file as "a"'],
    ],
    [
      "no ACL",
      changed("e/", { records: {} }),
      ["acl e: no default ACL, should be default ACL user::rwx,user:7:r--,group::r-x,mask::r-x,other::---"],
    ],
    [
      "another attribute",
      changed("e/x", { records: { "SCHILY.xattr.user.note": "m" } }),
      ["attribute e/x: user.note has another value"],
    ],
  ];

for (const [what, entries, expected] of ROWS)
  test(`a layer with ${what} has ${expected.length === 0 ? "no finding" : "that finding alone"}`, async (t) => {
    const at = folder(t);
    const manifest = await manifestIn(at);
    const layer = writeLayer(join(at, "other.tar"), entries);
    const { exit, findings } = await found(layer, "--manifest", manifest, "--builder", "1234:1235");
    assert.equal(findings.length, expected.length, findings.join("\n"));
    for (const [index, one] of expected.entries())
      if (typeof one === "string") assert.equal(findings[index], one);
      else assert.match(findings[index] ?? "", one);
    assert.equal(exit, expected.length === 0 ? 0 : 1);
  });

test("an owner that a map does not hold is told with its count: 65537 owners do not fit into 65536", async (t) => {
  const at = folder(t);
  const entries = [
    folderEntry("."),
    ...Array.from({ length: 65537 }, (_, uid): LayerEntry => ({ path: `f${uid}`, uid })),
  ];
  const layer = writeLayer(join(at, "layer.tar"), entries.slice(60_000));
  assert.equal((await userns("unpack", layer, join(at, "tree"))).exit, 0);
  const args = [layer, "--manifest", join(at, "tree.mtree"), "--map"];
  assert.deepEqual(await found(...args, "0:100000:65536"), {
    exit: 1,
    findings: ["unmapped f65536: uid 65536, which the map does not hold, should be 65536"],
  });
  const { out } = await userns("verify", ...args, "0:100000:65000");
  assert.match(out, /\nand 497 more: --json has them all\n.*, 537 findings: 537 unmapped\n$/);
  assert.deepEqual(await found(...args, "0:100000:65537"), { exit: 0, findings: [] });
});

test("a tree on a disk is read through the map between it and its image", async (t) => {
  if (!need(t, process.getuid?.() === 0, "root, to give files to others")) return;
  const at = folder(t);
  const manifest = await manifestIn(at);
  const tree = join(at, "tree");
  const give = (path: string, uid: number, gid: number) => chownSync(join(tree, path), 100000 + uid, 200000 + gid);
  for (const path of [".", "d", "e", "e/su", "e/x"]) give(path, 0, 0);
  give("a", 33, 42);
  rmSync(join(tree, "c"));
  symlinkSync("a", join(tree, "c"));
  chmodSync(join(tree, "e/su"), 0o4755);
  const maps = ["--map", "0:100000:1000", "--gid-map", "0:200000:1000"];
  const all = [tree, "--manifest", manifest, "--contents", ...maps];
  assert.deepEqual((await found(...all)).findings, [
    "unmapped c: uid 0, which the map does not hold, should be 0",
    "unmapped c: gid 0, which the map does not hold, should be 0",
  ]);
  rmSync(join(tree, "b"));
  linkSync(join(tree, "e/x"), join(tree, "b"));
  writeFileSync(join(tree, "a"), "HELLO");
  mkdirSync(join(tree, "new"));
  chownSync(join(tree, "new"), 165534, 165534);
  assert.deepEqual(
    (await found(...all)).findings.filter((one) => !one.includes(" c:")).map((one) => one.replace(/:.*/, "")),
    [
      "content a",
      "owner b",
      "owner b",
      "size b",
      "content b",
      "links b",
      "links e/x",
      "extra new",
      "unmapped new",
      "unmapped new",
    ],
  );
});

test("an unpacked tree is its builder's on the disk, and verify says so", async (t) => {
  const at = folder(t);
  const manifest = await manifestIn(at);
  const me = `${process.getuid?.()}:${process.getgid?.()}`;
  const { findings } = await found(join(at, "tree"), "--manifest", manifest, "--builder", me);
  assert.ok(findings.some((one) => one.startsWith("build-user a: uid ")));
  assert.ok(findings.includes("mode e/su: 0755, should be 4755"));
});
