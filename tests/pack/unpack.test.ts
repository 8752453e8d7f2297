/** `userns unpack`: files of the caller's, owners in the manifest, and nothing outside the folder whatever the layer says. */
import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { newSha256 } from "../../src/cli/new-hash.ts";
import { readManifestFile } from "../../src/manifest/index.ts";
import { LayerTree } from "../../src/pack/index.ts";
import { scanTar } from "../../src/shift/index.ts";
import { folderEntry, type LayerEntry, layerOf, writeLayer } from "./layers.ts";
import { folder, userns } from "./tree.ts";

const CAPABILITY = Uint8Array.of(1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

const LAYER: readonly LayerEntry[] = [
  folderEntry("."),
  folderEntry("bin"),
  { path: "bin/su", body: "program", mode: 0o4755, uid: 0, gid: 4 },
  { path: "bin/ping", body: "p", mode: 0o755, records: { "SCHILY.xattr.security.capability": CAPABILITY } },
  { path: "bin/same", type: "hard link", link: "bin/su" },
  { path: "dev/null", type: "character device", mode: 0o666, device: { major: 1, minor: 3 } },
  { path: "dev/pipe", type: "fifo" },
  folderEntry("srv", { mode: 0o1777, uid: 33, gid: 70000 }),
  { path: "srv/to", type: "symlink", link: "/etc/passwd", uid: 33, mode: 0o777 },
  { path: "srv/acl", records: { "SCHILY.acl.access": "user::rw-,user:bob:r--:7,group::r--,mask::r--,other::---" } },
  { path: "srv/none", mode: 0, mtime: { seconds: -5, nanoseconds: 0 } },
  { path: "srv/.wh.gone" },
];

test("the files are the caller's, and the manifest has what the layer says of them", async (t) => {
  const at = folder(t);
  const [layer, out] = [writeLayer(join(at, "layer.tar"), LAYER), join(at, "out")];
  const { exit, out: text, err } = await userns("unpack", layer, out);
  assert.deepEqual([exit, text], [0, `${out}: 13 paths, 4 owners; who owns what is in ${out}.mtree\n`]);
  assert.deepEqual(err.split("\n"), [
    "note: 2 devices and named pipes, empty files here: dev/null, dev/pipe",
    "note: 1 whiteout, a file as in the layer: srv/.wh.gone",
    "note: 1 folder without an entry, taken as root's: dev",
    "",
  ]);
  const { byPath } = readManifestFile(readFileSync(`${out}.mtree`));
  const said = (path: string) => {
    const { type, mode, uid, gid } = byPath.get(path) ?? assert.fail(path);
    return `${type} ${mode.toString(8)} ${uid}:${gid}`;
  };
  assert.deepEqual(["bin/su", "bin/same", "dev", "dev/null", "dev/pipe", "srv", "srv/to", "srv/none"].map(said), [
    "file 4755 0:4",
    "file 4755 0:4",
    "dir 755 0:0",
    "chr 666 0:0",
    "fifo 644 0:0",
    "dir 1777 33:70000",
    "symlink 777 33:0",
    "file 0 0:0",
  ]);
  assert.deepEqual(byPath.get("dev/null")?.device, { major: 1, minor: 3 });
  assert.equal(byPath.get("bin/ping")?.capability?.permitted, 1n << 13n);
  assert.deepEqual(byPath.get("srv/acl")?.acls.access?.[1], { tag: "user", id: 7, perm: 4 });
  assert.equal(byPath.get("bin/su")?.linkGroup, byPath.get("bin/same")?.linkGroup);
  const disk = (path: string) => lstatSync(join(out, path));
  assert.equal(disk("bin/su").mode & 0o7777, 0o755, "no set-id bit on the disk");
  assert.equal(disk("srv").mode & 0o7777, 0o755, "nobody else writes");
  assert.equal(disk("srv/none").mode & 0o7777, 0o600, "who packs it again can read it");
  assert.equal(disk("bin/su").ino, disk("bin/same").ino);
  assert.equal(disk("srv/none").mtimeMs, -5000);
  assert.equal(disk("srv").mtimeMs, 1_700_000_000_000);
  assert.deepEqual([disk("dev/null").isFile(), disk("dev/null").size], [true, 0]);
  assert.equal(readlinkSync(join(out, "srv/to")), "/etc/passwd");
  assert.equal(disk("bin").uid, process.getuid?.());
});

test("a packed layer, and the layer of an image, are unpacked too", async (t) => {
  const at = folder(t);
  writeFileSync(join(at, "layer.tgz"), gzipSync(layerOf(LAYER)));
  assert.equal((await userns("unpack", join(at, "layer.tgz"), join(at, "a"))).exit, 0);
  assert.equal(
    (await userns("pack", join(at, "a"), "--manifest", join(at, "a.mtree"), "-o", `oci:${join(at, "image")}`)).exit,
    0,
  );
  const { exit, out } = await userns("unpack", join(at, "image"), join(at, "b"), "--json");
  assert.equal(exit, 0);
  const { layer: _layer, paths, owners, standIns } = JSON.parse(out);
  assert.deepEqual([paths, owners, standIns], [13, 4, ["dev/null", "dev/pipe"]]);
  assert.equal(readFileSync(join(at, "b.mtree"), "utf8"), readFileSync(join(at, "a.mtree"), "utf8"));
});

test("of two entries for one path the later counts, and what the earlier was linked to stays", async (t) => {
  const at = folder(t);
  const layer = writeLayer(join(at, "layer.tar"), [
    { path: "a", body: "old", uid: 1 },
    { path: "b", type: "hard link", link: "a" },
    { path: "a", body: "new", uid: 2 },
    folderEntry("d", { uid: 3 }),
    { path: "d/f" },
    folderEntry("d", { uid: 4 }),
    { path: "e", type: "symlink", link: "d" },
    folderEntry("e"),
    { path: "e/f" },
  ]);
  const out = join(at, "out");
  assert.equal((await userns("unpack", layer, out)).exit, 0);
  const { byPath } = readManifestFile(readFileSync(`${out}.mtree`));
  assert.deepEqual(
    ["a", "b", "d"].map((path) => byPath.get(path)?.uid),
    [2, 1, 4],
  );
  assert.deepEqual(
    ["a", "b"].map((path) => readFileSync(join(out, path), "utf8")),
    ["new", "old"],
  );
  assert.deepEqual(readdirSync(join(out, "d")), ["f"]);
  assert.deepEqual(readdirSync(join(out, "e")), ["f"]);
});

const evil: LayerEntry = { path: "evil", body: "evil" };
const HOSTILE: readonly (readonly [what: string, entries: readonly LayerEntry[], says: RegExp])[] = [
  ["a path with .. that leads out", [{ ...evil, path: "../evil" }], /entry 2 "\.\.\/evil", byte 1024\n.*stays inside/],
  ["a path with .. that stays inside", [folderEntry("a"), { ...evil, path: "a/../evil" }], /without \.\./],
  [
    "a file below a symbolic link",
    [
      { path: "a", type: "symlink", link: ".." },
      { ...evil, path: "a/evil" },
    ],
    /a folder at "a".*\n.*a symbolic link/,
  ],
  [
    "a file below a symbolic link that it made a folder of before",
    [folderEntry("a/b"), { path: "a/b", type: "symlink", link: "/tmp" }, { ...evil, path: "a/b/c/evil" }],
    /a folder at "a\/b"/,
  ],
  ["a file below a file", [evil, { ...evil, path: "evil/evil" }], /a folder at "evil"/],
  [
    "a hard link to what lies outside",
    [{ path: "a", type: "hard link", link: "../../etc/passwd" }],
    /a hard link that stays inside/,
  ],
  [
    "a hard link to an absolute path",
    [{ path: "a", type: "hard link", link: "/etc/passwd" }],
    /one to "etc\/passwd", which is not there/,
  ],
  [
    "a hard link through a symbolic link",
    [
      { path: "a", type: "symlink", link: ".." },
      { path: "b", type: "hard link", link: "a/secret" },
    ],
    /which is not there/,
  ],
  ["a hard link to a folder", [folderEntry("a"), { path: "b", type: "hard link", link: "a" }], /which is a folder/],
  [
    "a file in place of a folder that holds something",
    [folderEntry("a"), { path: "a/b" }, { path: "a" }],
    /nothing in place of a folder that holds something/,
  ],
  ["a root that is no folder", [{ path: ".", type: "symlink", link: "/tmp" }], /a folder at the root/],
  ["a name that no disk takes", [{ path: "x".repeat(300) }], /a name that is too long/],
  ["a path longer than Linux has", [{ path: `${"x/".repeat(2100)}y` }], /at most 4095 bytes/],
  ["an owner of -1", [{ path: "a", uid: 4_294_967_295 }], /4294967295 stands for nobody/],
  ["an ACL that is none", [{ path: "a", records: { "SCHILY.acl.access": "user::rw-" } }], /in its ACL a valid ACL/],
  [
    "an attribute whose base 64 is none",
    [{ path: "a", records: { "LIBARCHIVE.xattr.user.a": "%%%" } }],
    /entry 2 "a", byte \d+\n.*base 64 in LIBARCHIVE\.xattr\.user\.a/,
  ],
  [
    "a device that Linux has not",
    [{ path: "a", type: "block device", device: { major: 70000, minor: 0 } }],
    /a device up to 4095:1048575/,
  ],
];

for (const [what, entries, says] of HOSTILE)
  test(`${what} is refused with its place, and nothing is left, inside or outside`, async (t) => {
    const at = folder(t);
    writeFileSync(join(at, "secret"), "secret");
    mkdirSync(join(at, "in"));
    const layer = writeLayer(join(at, "in/layer.tar"), [{ path: "first", body: "x" }, ...entries]);
    const { exit, err } = await userns("unpack", layer, join(at, "in/out"));
    assert.match(err, says);
    assert.match(err, /^error: /);
    assert.equal(exit, 2);
    assert.deepEqual(readdirSync(join(at, "in")), ["layer.tar"]);
    assert.deepEqual(readdirSync(at).sort(), ["in", "secret"]);
  });

test("a layer of folders two thousand deep is made name by name, and taken away when it is refused", async (t) => {
  const at = folder(t);
  const layer = writeLayer(join(at, "layer.tar"), [{ path: `${"d/".repeat(2000)}f` }, { ...evil, path: "../evil" }]);
  const { exit, err } = await userns("unpack", layer, join(at, "out"));
  assert.match(err, /entry 2/);
  assert.equal(exit, 2);
  assert.deepEqual(readdirSync(at), ["layer.tar"]);
});

test("an attribute in base 64 is read whatever its size, and of two records the later counts", async (t) => {
  const at = folder(t);
  const value = "A".repeat(400_000);
  const records = { "LIBARCHIVE.xattr.user.a": value, "LIBARCHIVE.xattr.user.b": "aGk", "SCHILY.xattr.user.b": "hey" };
  assert.equal(
    (await userns("unpack", writeLayer(join(at, "layer.tar"), [{ path: "a", records }]), join(at, "out"))).exit,
    0,
  );
  const xattrs = readManifestFile(readFileSync(join(at, "out.mtree"))).byPath.get("a")?.xattrs;
  assert.deepEqual([xattrs?.get("user.a")?.length, xattrs?.get("user.b")], [300_000, Uint8Array.of(0x68, 0x65, 0x79)]);
});

test("attributes that fill the memory are refused where they go past what is kept", async () => {
  const one = layerOf([{ path: "a", records: { "SCHILY.xattr.user.a": "v".repeat(1_000_000) } }]).subarray(0, -1024);
  const tree = new LayerTree(null, newSha256);
  async function* many() {
    for (let k = 0; k < 200; k++) yield one;
  }
  await assert.rejects(
    scanTar(many(), { name: "layer.tar", endMarker: "optional", onEntry: (entry, refuse) => tree.add(entry, refuse) }),
    /layer\.tar: entry 135 "a", byte \d+.* of at most 134217728 bytes in all/,
  );
});

test("absolute paths are paths from the root of the tree", async (t) => {
  const at = folder(t);
  const layer = writeLayer(join(at, "layer.tar"), [
    { path: "/etc/evil", body: "x" },
    { path: "//etc/evil2", body: "x" },
  ]);
  assert.equal((await userns("unpack", layer, join(at, "out"))).exit, 0);
  assert.ok(!existsSync("/etc/evil"));
  assert.deepEqual(readdirSync(join(at, "out/etc")), ["evil", "evil2"]);
});

test("a layer that was cut off leaves nothing, wherever that was", async (t) => {
  const at = folder(t);
  const whole = layerOf(LAYER);
  for (const length of [0, 700, 3000, whole.length - 1024]) {
    writeFileSync(join(at, "cut.tar"), whole.subarray(0, length));
    const { exit, err } = await userns("unpack", join(at, "cut.tar"), join(at, "out"));
    assert.equal(exit, 2, `${length}: ${err}`);
    assert.deepEqual(readdirSync(at), ["cut.tar"]);
  }
});

test("a layer that unpacks to more than it may is refused, and nothing is left", async (t) => {
  const at = folder(t);
  writeFileSync(join(at, "bomb.tgz"), gzipSync(layerOf([{ path: "zeros", body: "\0".repeat(3_000_000) }])));
  const { exit, err } = await userns("unpack", join(at, "bomb.tgz"), join(at, "out"), "--max-unpacked", "1000000");
  assert.equal(exit, 2);
  assert.match(err, /bomb\.tgz: entry 1 "zeros", byte \d+\n.*unpacks to at most 1000000 bytes/);
  assert.deepEqual(readdirSync(at), ["bomb.tgz"]);
});

test("a folder that holds something, a file, and a manifest that is there are not written over", async (t) => {
  const at = folder(t);
  const layer = writeLayer(join(at, "layer.tar"), LAYER);
  mkdirSync(join(at, "full/x"), { recursive: true });
  writeFileSync(join(at, "file"), "");
  writeFileSync(join(at, "new.mtree"), "mine");
  symlinkSync("full", join(at, "to-full"));
  for (const name of ["full", "file", "to-full", "new"])
    assert.equal((await userns("unpack", layer, join(at, name))).exit, 2, name);
  assert.equal(readFileSync(join(at, "new.mtree"), "utf8"), "mine");
  const { exit, err } = await userns("unpack", layer, join(at, "nowhere/out"));
  assert.equal(exit, 2);
  assert.match(
    err,
    /nowhere\/out\n {2}expected {2}a new folder, in one where folders can be made\n {2}got {7}no such file/,
  );
  mkdirSync(join(at, "empty"));
  symlinkSync("empty", join(at, "to-empty"));
  assert.equal((await userns("unpack", layer, join(at, "to-empty"), "--manifest", join(at, "new.mtree"))).exit, 0);
  assert.deepEqual(readdirSync(join(at, "empty")), ["bin", "dev", "srv"]);
});
