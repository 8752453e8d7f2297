/** What makes entries a manifest, and its two forms. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BARE_ENTRY,
  type Manifest,
  type ManifestEntry,
  manifestFromJson,
  manifestOf,
  manifestToJson,
  readAclText,
  readCapabilityText,
  readManifestFile,
  readMtree,
  writeMtree,
} from "../../src/manifest/index.ts";

const entry = (path: string, parts: Partial<ManifestEntry> = {}): ManifestEntry => ({
  ...BARE_ENTRY,
  path,
  type: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  ...parts,
});
const dir = (path: string, parts: Partial<ManifestEntry> = {}) => entry(path, { type: "dir", mode: 0o755, ...parts });

const full: Manifest = manifestOf([
  dir("."),
  dir("a b"),
  entry("a b/h#sh\\é\udcff", { uid: 33, gid: 4_294_967_294, sizeBytes: 1, sha256: "0f".repeat(32) }),
  entry("a b/link one", { linkGroup: 9, mode: 0o4755, mtime: { seconds: -5, nanoseconds: 7 } }),
  entry("a b/link two", { linkGroup: 9, mode: 0o4755, mtime: { seconds: -5, nanoseconds: 7 } }),
  entry("a", { linkGroup: 7 }),
  entry("a.b", {
    acls: { access: readAclText("user::rw-,user:33:r--,group::r--,mask::r--,other::---", ""), default: null },
    capability: readCapabilityText("cap_net_raw=ep [rootid=1000]", ""),
    xattrs: new Map([["user.with,comma:and colon", Uint8Array.of(0, 255)]]),
    keywords: new Map([
      ["optional", null],
      ["flags", "none"],
    ]),
  }),
  dir("d", { acls: { access: null, default: readAclText("u::rwx,g::rx,o::-", "") } }),
  entry("null", { type: "chr", device: { major: 1, minor: 3 } }),
  entry("sda", { type: "blk", device: { major: 0xfff, minor: 0xfffff } }),
  entry("pipe", { type: "fifo" }),
  entry("sock", { type: "sock" }),
  entry("to", { type: "symlink", mode: 0o777, target: "../a b/\n" }),
]);

for (const dialect of ["bsdtar", "netbsd"] as const)
  test(`a manifest written as an mtree for ${dialect} is read back as it was`, () => {
    assert.deepEqual(readMtree(writeMtree(full, dialect)), full);
  });

test("a manifest written as JSON is read back as it was", () => {
  const text = JSON.stringify(manifestToJson(full));
  assert.deepEqual(readManifestFile(new TextEncoder().encode(text)), full);
  assert.deepEqual(manifestFromJson(JSON.parse(text)), full);
});

test("the same entries in another order, with other numbers for hard links, are the same manifest", () => {
  const again = full.entries.map((one) => (one.linkGroup === null ? one : { ...one, linkGroup: 40 })).reverse();
  assert.equal(writeMtree(manifestOf(again)), writeMtree(full));
});

test("a folder is followed by what it holds, before names that begin with its own", () => {
  const paths = manifestOf([dir("."), entry("a.b"), dir("a"), entry("a/c"), entry("a/B")]).entries;
  assert.deepEqual(
    paths.map(({ path }) => path),
    [".", "a", "a/B", "a/c", "a.b"],
  );
});

test("one path alone is no group of hard links", () => {
  assert.equal(full.byPath.get("a")?.linkGroup, null);
  assert.equal(full.byPath.get("a b/link two")?.linkGroup, 1);
});

const REFUSED: readonly (readonly [what: string, entries: readonly ManifestEntry[], message: RegExp])[] = [
  ["no entry", [], /manifest: expected an entry for the root of the tree \(got no entry at all\)/],
  ["no root", [entry("a")], /expected an entry for the root .*; add one for the path "\."/],
  ["a root that is no folder", [entry(".")], /a folder at the root \(got file\)/],
  ["a path without its folder", [dir("."), entry("a/b")], /"a\/b": expected an entry for its folder "a" \(got none\)/],
  ["a path below a file", [dir("."), entry("a"), entry("a/b")], /its folder "a" \(got one that is no folder\)/],
  ["a path twice", [dir("."), entry("a"), entry("./a/")], /"a": expected one entry for each path \(got a second one\)/],
  ["a path that leads out", [dir("."), entry("a/../../b")], /a path inside the tree/],
  ["an owner that is none", [dir("."), entry("a", { uid: 4_294_967_295 })], /owners from 0 to 4294967294/],
  ["a mode that is none", [dir("."), entry("a", { mode: 0o10_000 })], /a mode from 0 to 07777/],
  [
    "two owners of one file",
    [dir("."), entry("a", { linkGroup: 1 }), entry("b", { linkGroup: 1, uid: 5 })],
    /"b": expected the same type, mode, owners and attributes as "a"/,
  ],
];

for (const [what, entries, message] of REFUSED)
  test(`${what} is refused`, () => assert.throws(() => manifestOf(entries), message));
