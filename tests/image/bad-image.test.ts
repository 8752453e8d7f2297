/** Images that lie, are damaged or mean harm: refused with the place, and nothing is written. */
import assert from "node:assert/strict";
import { readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { folderFor, userns } from "../cli/command.ts";
import { archive, base256, entry, header } from "../shift/archive.ts";
import {
  addBlob,
  addImage,
  bytesOf,
  type Files,
  finishLayout,
  gzipped,
  layoutOf,
  OCI,
  owned,
  plain,
  sha256,
  tarOf,
  writeFolder,
} from "./build-image.ts";

const TAR = owned(["a", 0, 0]);
const GIB = 2 ** 30;

/** A layout whose only layer's blob was changed after it was named. */
function changed(change: (bytes: Uint8Array) => Uint8Array): Files {
  const files = layoutOf(plain(TAR));
  const path = `blobs/${sha256(TAR).replace(":", "/")}`;
  return files.set(path, change(TAR.slice()));
}

function withIndex(manifests: readonly object[]): Files {
  return finishLayout(new Map(), manifests);
}

/** Indexes inside one another. */
function nested(levels: number): Files {
  const files: Files = new Map();
  let ref: object = addImage(files, [plain(TAR)]);
  for (let level = 0; level < levels; level++)
    ref = addBlob(files, bytesOf(JSON.stringify({ manifests: [ref] })), `${OCI}.index.v1+json`);
  return finishLayout(files, [ref]);
}

const REF = { mediaType: `${OCI}.manifest.v1+json`, digest: `sha256:${"0".repeat(64)}`, size: 2 };

const BAD: readonly (readonly [title: string, files: () => Files, where: RegExp, got: RegExp])[] = [
  [
    "a layer whose bytes are not those of its digest",
    () => changed((bytes) => bytes.with(512, 1)),
    /linux\/amd64, layer 1 \(sha256:[0-9a-f]{12}\)/,
    /^bytes of sha256:|another sum/,
  ],
  ["a layer of another size", () => changed((bytes) => bytes.slice(512)), /blobs\/sha256\//, /^1024 bytes$/],
  [
    "a layer that unpacks to another tar than its configuration says",
    () => layoutOf({ ...plain(TAR), diffId: sha256(bytesOf("other")) }),
    /layer 1/,
    /^one of sha256:/,
  ],
  [
    "a layer whose path leads out of its folder",
    () => layoutOf(plain(archive(entry(), entry({ name: "usr/../../etc/passwd" })))),
    /layer 1 .*: entry 2 "usr\/..\/..\/etc\/passwd", byte 512$/,
    /^one with \.\. in it$/,
  ],
  [
    "a hard link to what lies outside the layer's folder",
    () => layoutOf(plain(archive(entry({ type: "1", at: { 157: "../../etc/shadow" } })))),
    /layer 1 .*: entry 1 "file", byte 0$/,
    /^one with \.\. in it$/,
  ],
  [
    "an entry of an absurd size",
    () => layoutOf(plain(archive(header({ size: base256(2 ** 60, 12) })))),
    /layer 1 .*: entry 1/,
    /^11529215046068\d+$/,
  ],
  [
    "a layer that is cut off",
    () => layoutOf({ ...gzipped(TAR), packed: gzipSync(TAR).subarray(0, 40) }),
    /layer 1/,
    /unexpected end of file/,
  ],
  ["a blob that is not there", () => withIndex([REF]), /index\.json: manifests\[0\]$/, /^no such file$/],
  [
    "a digest that is a path",
    () => withIndex([{ ...REF, digest: "sha256:../../../../etc/passwd" }]),
    /index\.json: manifests\[0\]\.digest$/,
    /etc\/passwd/,
  ],
  ["a size that is none", () => withIndex([{ ...REF, size: -1 }]), /manifests\[0\]\.size$/, /^"-1"$/],
  ["indexes without an end", () => nested(6), /manifests$/, /^one more$/],
  [
    "a document that is nested too deep",
    () => withIndex([]).set("index.json", bytesOf("[".repeat(100_000))),
    /index\.json$/,
    /^more of them$/,
  ],
  ["a document that is no JSON", () => withIndex([]).set("index.json", bytesOf("{")), /index\.json$/, /JSON/],
  ["a layout without an image", () => withIndex([]), /index\.json$/, /^none$/],
  [
    "an image of a thousand layers and one",
    () => layoutOf(...Array.from({ length: 1001 }, () => plain(TAR))),
    /rootfs\.diff_ids$/,
    /^1001$/,
  ],
  [
    "another version of the layout",
    () => withIndex([]).set("oci-layout", bytesOf('{"imageLayoutVersion":"2.0"}')),
    /imageLayoutVersion$/,
    /2\.0/,
  ],
];

const MAP = ["--map", "0:100000:65536"];
const ARGUMENTS = {
  lint: (from: string) => [from, ...MAP],
  shift: (from: string) => [from, join(from, "..", "out"), ...MAP],
  diff: (from: string) => [from, from],
} as const;

for (const [command, argumentsOf] of Object.entries(ARGUMENTS))
  for (const [title, files, where, got] of BAD)
    test(`image ${command}: ${title} is refused`, async (t) => {
      const folder = folderFor(t);
      const from = writeFolder(files(), join(folder, "in"));
      const { exit, stdout, stderr } = await userns(["image", command, ...argumentsOf(from), "--json"]);
      assert.deepEqual([exit, stdout], [2, ""]);
      const { error } = JSON.parse(stderr);
      assert.match(error.where, where);
      assert.match(error.got, got);
      assert.deepEqual(readdirSync(folder), ["in"]);
    });

const SECOND: readonly (readonly [title: string, files: () => Files, got: RegExp])[] = [
  ["of the same digest, damaged", () => changed((bytes) => bytes.with(512, 1)), /bytes of sha256:/],
  [
    "that says to unpack to the same, and does not",
    () => layoutOf({ ...plain(TAR.with(512, 1)), diffId: sha256(TAR) }),
    /sum|one of sha256:/,
  ],
];

for (const [title, files, got] of SECOND)
  test(`image diff: a layer of the first image does not stand for one of the second ${title}`, async (t) => {
    const folder = folderFor(t);
    const [a, b] = [layoutOf(plain(TAR)), files()].map((all, k) => writeFolder(all, join(folder, String(k))));
    const { exit, stdout, stderr } = await userns(["image", "diff", a ?? "", b ?? ""]);
    assert.deepEqual([exit, stdout], [2, ""]);
    assert.match(stderr, got);
  });

test("a file that is no image is told that a tar was expected, not only which bytes it lacks", async (t) => {
  const path = join(folderFor(t), "image");
  writeFileSync(path, "no image");
  const { exit, stderr } = await userns(["image", "lint", path, "--map", "0:100000:65536"]);
  assert.equal(exit, 2);
  assert.match(stderr, /: entry 1, byte 8\n.*a tar archive: 504 more bytes of headers/);
});

test("a layer that unpacks to far more than it is, is refused at the limit, and taken when that is lifted", async (t) => {
  const folder = folderFor(t);
  const size = 3 << 20;
  const tar = archive(entry({ name: "zeros" }, new Uint8Array(size)));
  const from = writeFolder(layoutOf(gzipped(tar)), join(folder, "in"));
  const args = ["image", "lint", from, "--map", "0:100000:65536"];
  const { exit, stderr } = await userns([...args, "--max-unpacked", "1000000"]);
  assert.equal(exit, 2);
  assert.match(stderr, /layer 1 \(sha256:\w+\): entry 1 "zeros", byte \d+\n.*unpacks to at most 1000000 bytes/);
  assert.match(stderr, /--max-unpacked BYTES/);
  assert.equal((await userns([...args, "--max-unpacked", String(GIB)])).exit, 0);
});

test("what the second configuration says of a layer is held to as well", async (t) => {
  const files: Files = new Map();
  const lie = { ...plain(TAR), diffId: sha256(bytesOf("other")) };
  finishLayout(files, [addImage(files, [plain(TAR)]), addImage(files, [lie], "arm64")]);
  const from = writeFolder(files, join(folderFor(t), "in"));
  for (const command of ["lint", "shift"] as const) {
    const { exit, stderr } = await userns(["image", command, ...ARGUMENTS[command](from)]);
    assert.equal(exit, 2);
    assert.match(stderr, /linux\/arm64, layer 1 .*\n {2}expected {2}a tar of sha256:/);
  }
});

test("documents that are too large together are refused", async (t) => {
  const folder = folderFor(t);
  const blanks = " ".repeat(7 << 20);
  const files: Files = new Map();
  const indexes = [1, 2, 3, 4, 5].map((n) => bytesOf(`{"n":${n},"manifests":[]${blanks}}`));
  const refs = indexes.map((bytes) => addBlob(files, bytes, `${OCI}.index.v1+json`));
  const layout = writeFolder(finishLayout(files, refs), join(folder, "in"));
  const saved = join(folder, "saved.tar");
  const config = bytesOf(`{"rootfs":{"diff_ids":[]}${blanks}}`);
  const list = Array.from({ length: 5 }, () => ({ Config: "config.json", Layers: [] }));
  const members = [entry({ name: "config.json" }, config), entry({ name: "manifest.json" }, JSON.stringify(list))];
  writeFileSync(saved, archive(...members));
  for (const [path, where] of [
    [layout, /blobs\/sha256/],
    [saved, /saved\.tar: config\.json\n/],
  ] as const) {
    const { exit, stderr } = await userns(["image", "owners", path]);
    assert.equal(exit, 2);
    assert.match(stderr, where);
    assert.match(stderr, /at most 33554432 bytes in all/);
  }
});

test("links in an archive that lead to one another are refused", async (t) => {
  const folder = folderFor(t);
  const loop = (name: string, to: string) => entry({ name, type: "2", at: { 157: to } });
  const path = join(folder, "loop.tar");
  writeFileSync(path, archive(loop("index.json", "other"), loop("other", "index.json")));
  const { exit, stderr } = await userns(["image", "lint", path, "--map", "0:0:1"]);
  assert.equal(exit, 2);
  assert.match(stderr, /links without an end/);
});

test("a file of a layout that is no regular file is not read", async (t) => {
  const folder = folderFor(t);
  symlinkSync("/dev/zero", join(folder, "index.json"));
  const { exit, stderr } = await userns(["image", "lint", folder, "--map", "0:0:1"]);
  assert.equal(exit, 2);
  assert.match(stderr, /expected {2}an image: an OCI layout/);
});

test("a packed archive, a file that is no image, and a path that is not there: each is told apart", async (t) => {
  const folder = folderFor(t);
  const told = async (name: string, bytes: Uint8Array | null): Promise<string> => {
    const path = join(folder, name);
    if (bytes) writeFileSync(path, bytes);
    const { exit, stderr } = await userns(["image", "lint", path, "--map", "0:0:1"]);
    assert.equal(exit, 2);
    return stderr;
  };
  assert.match(await told("in.tar.gz", gzipSync(tarOf(layoutOf(plain(TAR))))), /gzip -dc/);
  assert.match(await told("text", bytesOf("hello\n".repeat(200))), /entry 1, byte 0/);
  assert.match(await told("layer.tar", TAR), /index\.json.*manifest\.json/);
  assert.match(await told("none", null), /no such file/);
});

test("a folder left by another is not taken for a run that was broken off", async (t) => {
  const folder = folderFor(t);
  const from = writeFolder(layoutOf(plain(TAR)), join(folder, "in"));
  symlinkSync(from, join(folder, ".out.userns-part"));
  const { exit, stderr } = await userns(["image", "shift", from, join(folder, "out"), "--map", "0:0:1"]);
  assert.equal(exit, 2);
  assert.match(stderr, /that nobody else may write to/);
});
