/** Owners kept in extended attributes, beside the manifest or without one. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type TestContext, test } from "node:test";
import { need } from "../need.ts";
import { folderEntry, type LayerEntry, writeLayer } from "./layers.ts";
import { folder, makeTree, userns } from "./tree.ts";
import { keepsXattrs, setXattr, XATTRS, xattrOf } from "./xattrs.ts";

const HOSTILE = ["a\nb", "# file: x", "back\\134slash", 'cr\rtab\t ="', "é ", "-n", "=0x00"];
const LAYER: readonly LayerEntry[] = [
  folderEntry(".", { uid: 5, gid: 6 }),
  { path: "chr", type: "character device", mode: 0o666, uid: 0, gid: 5, device: { major: 1, minor: 3 } },
  folderEntry("d", { mode: 0o1777, uid: 33, gid: 70000 }),
  { path: "d/pipe", type: "fifo", uid: 7 },
  { path: "plain", body: "p" },
  { path: "su", body: "s", mode: 0o4755, gid: 4294967294 },
  { path: "to", type: "symlink", link: "su", mode: 0o777, uid: 9 },
  ...HOSTILE.map((path, uid) => ({ path, uid, gid: 100 })),
];

function hasXattrs(t: TestContext): boolean {
  return need(t, keepsXattrs(folder(t)), XATTRS);
}

async function mtreeOf(...args: readonly string[]): Promise<readonly string[]> {
  const { exit, out, err } = await userns("pack", ...args, "-o", "mtree", "--mtime", "0");
  assert.equal(exit, 0, err);
  return out.split("\n").filter((line) => line.startsWith("."));
}

async function unpacked(t: TestContext, xattr: string): Promise<{ layer: string; tree: string; err: string }> {
  const at = folder(t);
  const [layer, tree] = [writeLayer(join(at, "layer.tar"), LAYER), join(at, "tree")];
  const { exit, err } = await userns("unpack", layer, tree, "--xattr", xattr);
  assert.equal(exit, 0, err);
  return { layer, tree, err };
}

test("files and folders have their owner in the attribute, and what cannot have one is told of", async (t) => {
  if (!hasXattrs(t)) return;
  const rootless = await unpacked(t, "rootlesscontainers");
  assert.match(rootless.err, /^note: 1 symbolic link whose owner no attribute can keep, only the manifest: to$/m);
  const owner = (path: string) => xattrOf(join(rootless.tree, path), "user.rootlesscontainers");
  assert.deepEqual([".", "d", "chr", "plain", "to"].map(owner), [
    "\x08\x05\x10\x06",
    "\x08\x21\x10\xf0\xa2\x04",
    "\x10\x05",
    null,
    null,
  ]);
  const override = await unpacked(t, "override_stat");
  const stat = (path: string) => xattrOf(join(override.tree, path), "user.containers.override_stat");
  assert.deepEqual(["d", "chr", "d/pipe", "plain", "su"].map(stat), [
    "33:70000:1777:dir",
    "0:5:0666:char-1-3",
    "7:0:0644:pipe",
    "0:0:0644:file",
    "0:4294967294:4755:file",
  ]);
});

for (const xattr of ["rootlesscontainers", "override_stat"])
  test(`a tree with ${xattr} and its manifest is packed as the layer that it came of, whatever its names`, async (t) => {
    if (!hasXattrs(t)) return;
    const { layer, tree } = await unpacked(t, xattr);
    const again = join(folder(t), "again.tar");
    assert.equal((await userns("pack", tree, "--xattr", xattr, "--manifest", `${tree}.mtree`, "-o", again)).exit, 0);
    const list = (tar: string) => spawnSync("tar", ["--numeric-owner", "-tvf", tar], { encoding: "utf8" }).stdout;
    const lines = (tar: string) => list(tar).split("\n").slice(0, -1).sort();
    assert.deepEqual(lines(again), lines(layer));
    assert.equal(lines(layer).length, LAYER.length);
  });

test("without a manifest override_stat has all but what symbolic links own", async (t) => {
  if (!hasXattrs(t)) return;
  const { tree } = await unpacked(t, "override_stat");
  const known = await mtreeOf(tree, "--manifest", `${tree}.mtree`);
  const kept = await mtreeOf(tree, "--xattr", "override_stat");
  const differ = known.filter((line, at) => line !== kept[at]);
  assert.deepEqual(
    differ.map((line) => line.split(" ").slice(0, 2)),
    [["./to", "type=link"]],
  );
  const verified = await userns("verify", tree, "--manifest", `${tree}.mtree`, "--xattr", "override_stat");
  assert.deepEqual([verified.exit, verified.out], [0, `${tree}: ${LAYER.length} paths, as the manifest says\n`]);
});

test("an attribute has the last word, and what could have one and does not is root's", async (t) => {
  if (!hasXattrs(t)) return;
  const { tree } = await unpacked(t, "rootlesscontainers");
  writeFileSync(join(tree, "new"), "");
  setXattr(join(tree, "su"), "user.rootlesscontainers", null);
  setXattr(join(tree, "d"), "user.rootlesscontainers", "0x08ffffffff0f1007");
  setXattr(join(tree, "chr"), "user.rootlesscontainers", "0x0808");
  const lines = await mtreeOf(tree, "--xattr", "rootlesscontainers", "--manifest", `${tree}.mtree`);
  const owner = (path: string) => / uid=\d+ gid=\d+/.exec(lines.find((line) => line.startsWith(`${path} `)) ?? "")?.[0];
  assert.deepEqual(["./new", "./su", "./d", "./chr", "./to"].map(owner), [
    " uid=0 gid=0",
    " uid=0 gid=0",
    " uid=0 gid=7",
    " uid=8 gid=0",
    " uid=9 gid=0",
  ]);
  const verified = await userns("verify", tree, "--manifest", `${tree}.mtree`, "--xattr", "rootlesscontainers");
  assert.equal(verified.exit, 1);
  assert.match(verified.out, /^owner su: gid 0, should be 4294967294$/m);
  assert.match(verified.out, /^owner d: uid 0, should be 33$/m);
});

test("umoci's rootless tree is packed with the owners that umoci kept", async (t) => {
  const hasUmoci = spawnSync("umoci", ["--version"]).status === 0;
  if (!need(t, hasUmoci, "umoci (Debian's package)") || !hasXattrs(t)) return;
  const at = folder(t);
  const said = ["--passwd", join(makeTree(at), "etc/passwd"), "--group", join(at, "tree/etc/group")];
  const packed = [join(at, "tree"), "--policy", join(at, "policy.yaml"), ...said, "--mtime", "0"];
  assert.equal((await userns("pack", ...packed, "-o", `oci:${at}/image`)).exit, 0);
  assert.equal((await userns("pack", ...packed, "-o", join(at, "image.mtree"))).exit, 0);
  const args = ["unpack", "--rootless", "--image", `${at}/image:latest`, join(at, "theirs")];
  const { status, stderr } = spawnSync("umoci", args, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  assert.equal(
    xattrOf(join(at, "theirs/rootfs/etc/shadow"), "user.rootlesscontainers"),
    "\x08\xff\xff\xff\xff\x0f\x10\x2a",
  );
  const manifest = ["--manifest", join(at, "image.mtree"), "--xattr", "rootlesscontainers"];
  const { exit, out } = await userns("verify", join(at, "theirs/rootfs"), ...manifest);
  assert.equal(exit, 0, out);
});

test("a value that is none, or of a file of another type, is told of with its file", async (t) => {
  if (!hasXattrs(t)) return;
  const at = folder(t);
  const tree = join(at, "tree");
  assert.equal((await userns("unpack", writeLayer(join(at, "l.tar"), LAYER), tree)).exit, 0);
  const rows = [
    [
      "rootlesscontainers",
      "user.rootlesscontainers",
      "0x0880",
      /tree: "plain": user\.rootlesscontainers\n.*a protobuf/,
    ],
    [
      "override_stat",
      "user.containers.override_stat",
      "0:0",
      /"plain": user\.containers\.override_stat\n.*uid:gid:mode/,
    ],
    ["override_stat", "user.containers.override_stat", "0:4294967295:0644", /expected {2}owners from 0 to 4294967294/],
    ["override_stat", "user.containers.override_stat", "0:0:0755:dir", /expected {2}the type of the file, a file/],
    ["override_stat", "user.containers.override_stat", "0:0:0644:char-1-3", /got {7}chr/],
  ] as const;
  for (const [xattr, name, value, says] of rows) {
    setXattr(join(tree, "plain"), name, value);
    const { exit, err } = await userns("pack", tree, "--xattr", xattr, "-o", join(at, "out.tar"));
    assert.equal(exit, 2);
    assert.match(err, says);
  }
});

test("a tree in which no file has the attribute is told of, and is root's", async (t) => {
  if (!hasXattrs(t)) return;
  const at = folder(t);
  const { exit, out, err } = await userns("pack", at, "--xattr", "override_stat", "-o", "mtree");
  assert.equal(exit, 0);
  assert.match(out, /^\. .*uid=0 gid=0/m);
  assert.match(err, /^note: no file of .* has user\.containers\.override_stat: all are taken as root's$/m);
});

test("without the programs of attr nothing is unpacked or packed", async (t) => {
  const at = folder(t);
  const layer = writeLayer(join(at, "layer.tar"), LAYER);
  const { PATH } = process.env;
  t.after(() => {
    process.env.PATH = PATH;
  });
  const bin = folder(t);
  process.env.PATH = bin;
  const absent = await userns("unpack", layer, join(at, "tree"), "--xattr", "override_stat");
  assert.equal(absent.exit, 2);
  assert.match(
    absent.err,
    /expected {2}setfattr, .*\n {2}got {7}no such program\n {2}to do {5}install the package attr/,
  );
  const reading = await userns("pack", at, "--xattr", "override_stat", "-o", join(bin, "out.tar"));
  assert.match(reading.err, /expected {2}getfattr, .*\n {2}got {7}no such program/);
  process.env.PATH = PATH;
  assert.deepEqual(readdirSync(at), ["layer.tar"]);
});

test("where the file system takes no attributes nothing is unpacked", (t) => {
  const mounted = spawnSync("unshare", ["-m", "true"]);
  if (!need(t, mounted.status === 0, "root, for a mount namespace of its own") || !hasXattrs(t)) return;
  const at = folder(t);
  const layer = writeLayer(join(at, "layer.tar"), LAYER);
  const script =
    'mount -t ramfs none "$1" && "$3" --import "$4" "$5" unpack "$2" "$1/tree" --xattr override_stat; echo $?; ls -A "$1"';
  const program = [process.execPath, import.meta.resolve("tsx"), resolve("src/cli/main.ts")];
  const inside = folder(t);
  const { stdout, stderr } = spawnSync("unshare", ["-m", "sh", "-c", script, "sh", inside, layer, ...program], {
    encoding: "utf8",
  });
  assert.equal(stdout, "2\n", stderr);
  assert.match(
    stderr,
    /takes user\.containers\.override_stat\n {2}got {7}setfattr: .*: Operation not supported\n {2}to do/,
  );
});
