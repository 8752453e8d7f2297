/** A layer unpacked and packed again is the layer. fast-check prints the seed of a failure; USERNS_SEED runs another. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { aclToBytes } from "../../src/kernel/index.ts";
import {
  BARE_ENTRY,
  type Manifest,
  type ManifestEntry,
  manifestOf,
  readAclText,
  readCapabilityText,
} from "../../src/manifest/index.ts";
import { packTar } from "../../src/pack/index.ts";
import { layerOf as tarOfEntries } from "./layers.ts";
import { folder, userns } from "./tree.ts";

const SEED = Number(process.env.USERNS_SEED ?? 20261127);

const id = fc.oneof(fc.constantFrom(0, 33, 65534, 65536, 4_294_967_294), fc.nat({ max: 4_294_967_294 }));
const mode = fc.oneof(fc.constantFrom(0, 0o4755, 0o2711, 0o1777, 0o644), fc.nat({ max: 0o7777 }));
const name = fc.oneof(
  fc.constantFrom("a", "b", "etc", ".wh.a", "a b", "é", "#", "\\", "\udcff", "n\nl", "x".repeat(120)),
  fc.stringMatching(/^[a-z]{1,3}$/),
);
const ACL = readAclText("user::rw-,user:33:r--,group::r--,group:70000:rwx,mask::r--,other::---", "");

/** What a path is; where it stands is decided later. */
const thing = fc.record({
  type: fc.constantFrom("file", "file", "dir", "dir", "symlink", "fifo", "chr", "blk", "link"),
  uid: id,
  gid: id,
  mode,
  seconds: fc.constantFrom(0, -5, 1_700_000_000, 2 ** 33),
  bytes: fc.uint8Array({ maxLength: 40 }),
  major: fc.nat({ max: 0xfff }),
  hasAcl: fc.boolean(),
  hasCapability: fc.boolean(),
  note: fc.option(fc.uint8Array({ maxLength: 6 })),
  folder: fc.nat(),
  name,
});
type Thing = typeof thing extends fc.Arbitrary<infer T> ? T : never;

interface Layer {
  readonly manifest: Manifest;
  readonly bytes: ReadonlyMap<string, Uint8Array>;
}

/** A tree of things: each in one of the folders before it. */
function layerOf(things: readonly Thing[]): Layer {
  const bytes = new Map<string, Uint8Array>();
  const entries: ManifestEntry[] = [];
  const add = (path: string, one: Thing, type: ManifestEntry["type"]): void => {
    const isAclable = type !== "symlink" && one.hasAcl;
    entries.push({
      ...BARE_ENTRY,
      path,
      type,
      mode: one.mode,
      uid: one.uid,
      gid: one.gid,
      mtime: { seconds: one.seconds, nanoseconds: 0 },
      sizeBytes: type === "file" ? one.bytes.length : null,
      device: type === "chr" || type === "blk" ? { major: one.major, minor: one.bytes.length } : null,
      target: type === "symlink" ? `../${one.name}` : null,
      acls: { access: isAclable ? ACL : null, default: isAclable && type === "dir" ? ACL : null },
      capability: type === "file" && one.hasCapability ? readCapabilityText("cap_kill=ep [rootid=7]", "") : null,
      xattrs: one.note && type !== "symlink" ? new Map([["user.note:,", one.note]]) : new Map(),
    });
    if (type === "file") bytes.set(path, one.bytes);
  };
  const [root, ...others] = things;
  if (root) add(".", root, "dir");
  const taken = new Set(["."]);
  for (const one of others) {
    const folders = entries.filter(({ type }) => type === "dir");
    const { path: at } = folders[one.folder % folders.length] ?? { path: "." };
    const path = at === "." ? one.name : `${at}/${one.name}`;
    if (taken.has(path)) continue;
    taken.add(path);
    if (one.type !== "link") add(path, one, one.type);
    else {
      const files = entries.filter(({ type }) => type !== "dir");
      const file = files[one.folder % Math.max(1, files.length)];
      if (!file) continue;
      const linkGroup = file.linkGroup ?? entries.length;
      entries[entries.indexOf(file)] = { ...file, linkGroup };
      entries.push({ ...file, path, linkGroup });
      const own = bytes.get(file.path);
      if (own) bytes.set(path, own);
    }
  }
  return { manifest: manifestOf(entries), bytes };
}

async function tarOf({ manifest, bytes }: Layer): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const contents = {
    async *open({ path }: ManifestEntry) {
      yield bytes.get(path) ?? new Uint8Array(0);
    },
  };
  for await (const piece of packTar(manifest, contents)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const layers = fc.array(thing, { minLength: 1, maxLength: 25 }).map(layerOf);

for (const form of ["mtree", "json"])
  test(`a layer that pack wrote, unpacked and packed again by its ${form}, is the same bytes`, async (t) => {
    const at = folder(t);
    const [layer, tree, manifest, again] = ["layer.tar", "tree", `tree.${form}`, "again.tar"].map((one) =>
      join(at, one),
    );
    if (!layer || !tree || !manifest || !again) throw new Error("no paths");
    await fc.assert(
      fc.asyncProperty(layers, async (made) => {
        const bytes = await tarOf(made);
        writeFileSync(layer, bytes);
        await rm(tree, { recursive: true, force: true });
        const unpacked = await userns("unpack", layer, tree, "--manifest", manifest);
        assert.equal(unpacked.exit, 0, unpacked.err);
        const packed = await userns("pack", tree, "--manifest", manifest, "-o", again);
        assert.equal(packed.exit, 0, packed.err);
        assert.ok(readFileSync(again).equals(bytes));
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

test("the manifest has the digest of every file, and ACLs in either of a tar's forms are the same", async (t) => {
  const at = folder(t);
  const layer = (records: Record<string, string | Uint8Array>) =>
    tarOfEntries([{ path: "f", body: "hello", mode: 0o640, records }]);
  const manifests = [];
  const forms = [
    { "SCHILY.xattr.system.posix_acl_access": aclToBytes(ACL) },
    { "LIBARCHIVE.xattr.system.posix_acl_access": Buffer.from(aclToBytes(ACL)).toString("base64").replace(/=+$/, "") },
    { "SCHILY.acl.access": "user::rw-,group::r--,group:x:rwx:70000,user:www:r--:33,mask::r--,other::---" },
  ];
  for (const [index, form] of forms.entries()) {
    writeFileSync(join(at, "layer.tar"), layer(form));
    const { exit, err } = await userns("unpack", join(at, "layer.tar"), join(at, String(index)));
    assert.equal(exit, 0, err);
    manifests.push(readFileSync(join(at, `${index}.mtree`), "utf8"));
  }
  assert.equal(new Set(manifests).size, 1);
  assert.ok(manifests[0]?.includes(`sha256digest=${createHash("sha256").update("hello").digest("hex")}`));
});
