/** `userns verify` of trees that keep owners beside their files: fakeroot's save file, attributes in a layer, ACLs on a disk. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { need } from "../need.ts";
import { folderEntry, type LayerEntry, writeLayer } from "./layers.ts";
import { folder, userns } from "./tree.ts";
import { keepsXattrs, XATTRS } from "./xattrs.ts";

const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;
const isRoot = process.getuid?.() === 0;
const run = (program: string, ...args: readonly string[]) => {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
};

const LAYER: readonly LayerEntry[] = [
  folderEntry("."),
  { path: "a", body: "hello", uid: 33, gid: 42 },
  { path: "null", type: "character device", device: { major: 1, minor: 3 } },
  { path: "su", mode: 0o4755, body: "su", uid: 7 },
  { path: "to", type: "symlink", link: "a", mode: 0o777, uid: 9 },
];

async function unpacked(
  at: string,
  ...args: readonly string[]
): Promise<{ tree: string; manifest: readonly string[] }> {
  const tree = join(at, "tree");
  const { exit, err } = await userns("unpack", writeLayer(join(at, "layer.tar"), LAYER), tree, ...args);
  assert.equal(exit, 0, err);
  return { tree, manifest: ["--manifest", `${tree}.mtree`] };
}

const findingsOf = (out: string) => out.trimEnd().split("\n").slice(0, -1);

test("fakeroot's save file says whose a tree is: what a session changed is found, and nothing else", async (t) => {
  if (!need(t, has("fakeroot"), "fakeroot")) return;
  const at = folder(t);
  const save = join(at, "save");
  const { tree, manifest } = await unpacked(at, "--fakeroot", save);
  const verify = () => userns("verify", tree, ...manifest, "--fakeroot", save);
  assert.equal((await verify()).exit, 0);
  const script = `chown 33:0 ${tree}/su && chmod 755 ${tree}/su && chown -h 0:0 ${tree}/to && echo new >${tree}/new`;
  run("fakeroot", "-i", save, "-s", save, "sh", "-c", script);
  const { exit, out } = await verify();
  assert.equal(exit, 1);
  assert.deepEqual(findingsOf(out), [
    "owner su: uid 33, should be 7",
    "mode su: 0755, should be 4755",
    "owner to: uid 0, should be 9",
    "extra new: a file that the manifest does not have",
  ]);
});

for (const xattr of ["rootlesscontainers", "override_stat"])
  test(`a layer that tar made of a rootless tree has its owners in ${xattr}`, async (t) => {
    const at = folder(t);
    if (!need(t, keepsXattrs(at), XATTRS)) return;
    const { tree, manifest } = await unpacked(at, "--xattr", xattr);
    const layer = join(at, "rootless.tar");
    run("tar", "--format=pax", "--xattrs", "--xattrs-include=user.*", "-C", tree, "-cf", layer, ".");
    // A device that is a file has a type in one of the two attributes alone, and a setuid bit too.
    const isWhole = xattr === "override_stat";
    const { exit, out } = await userns("verify", layer, ...manifest, "--xattr", xattr);
    const modes = isWhole ? [] : ["mode su: 0755, should be 4755"];
    assert.deepEqual(
      findingsOf(out).filter((one) => !one.startsWith("mode null")),
      modes,
    );
    assert.equal(exit, modes.length > 0 ? 1 : 0);
    const plain = await userns("verify", layer, ...manifest, "--builder", "1:1");
    assert.match(plain.out, /^attribute a: user\..* should not be there$/m);
  });

test("ACLs, capabilities and attributes of a tree are read in ids of the image", async (t) => {
  const at = folder(t);
  if (!need(t, keepsXattrs(at), XATTRS) || !need(t, has("setfacl") && has("setcap"), "setfacl, setcap")) return;
  if (!need(t, isRoot, "root, to give files away")) return;
  const tree = join(at, "tree");
  mkdirSync(tree);
  for (const name of ["acl", "cap", "note", "stray"]) writeFileSync(join(tree, name), "");
  run("chown", "-R", "100000:100000", tree);
  run("setfacl", "-m", "u:100033:rw,g:100042:r", join(tree, "acl"));
  run("setfattr", "-n", "user.note", "-v", "n", join(tree, "note"));
  copyFileSync("/bin/true", join(tree, "cap"));
  run("setcap", "-n", "100000", "cap_net_raw+ep", join(tree, "cap"));
  const manifest = join(at, "image.mtree");
  writeFileSync(join(at, "plain.mtree"), PLAIN);
  writeFileSync(join(at, "policy.yaml"), POLICY);
  const packed = ["pack", tree, "--manifest", join(at, "plain.mtree"), "--policy", join(at, "policy.yaml")];
  const made = await userns(...packed, "-o", manifest);
  assert.equal(made.exit, 0, made.out + made.err);
  const verify = () => userns("verify", tree, "--manifest", manifest, "--map", "0:100000:65536", "--attributes");
  const first = await verify();
  assert.deepEqual(findingsOf(first.out), ["attribute note: user.note should not be there"]);
  run("setfacl", "-m", "u:5:rw", join(tree, "acl"));
  run("setfacl", "-m", "u:100033:r", join(tree, "stray"));
  run("setcap", "cap_net_raw+ep", join(tree, "cap"));
  assert.deepEqual(
    findingsOf((await verify()).out).map((one) => one.replace(/user::.*?,(?=user:\d)|,group.*$/g, "")),
    [
      "acl acl: access ACL user:33:rw-,user:4294967295:rw-",
      "capability cap: cap_net_raw=ep [rootid=4294967295], should be cap_net_raw=ep",
      "attribute note: user.note should not be there",
      "acl stray: access ACL user:33:r--",
    ],
  );
});

const PLAIN = `#mtree
. type=dir mode=0755 uid=0 gid=0
./acl type=file mode=0644 uid=0 gid=0
./cap type=file mode=0755 uid=0 gid=0
./note type=file mode=0644 uid=0 gid=0
./stray type=file mode=0644 uid=0 gid=0
`;
const POLICY = `version: 1
rules:
- { paths: acl, acl: "user:33:rw-,group:42:r--" }
- { paths: cap, capability: cap_net_raw+ep }
`;

const BOTH = ["--map", "0:0:1", "--fakeroot", "save"];
const REFUSED: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
  [
    "fakeroot's file beside a map",
    [".", ...BOTH],
    /--fakeroot\n {2}expected {2}--map or --fakeroot.*\n {2}got {7}both/,
  ],
  [
    "fakeroot's file beside an attribute",
    [".", "--fakeroot", "s", "--xattr", "override_stat"],
    /--xattr or --fakeroot/,
  ],
  ["fakeroot's file of a layer", ["layer.tar", "--fakeroot", "s"], /--fakeroot\n.*a tree on a disk.*inodes/],
  ["the attributes of a layer, which are read anyway", ["layer.tar", "--attributes"], /--attributes\n.*always read/],
  ["a folder that is an image", ["layout"], /oci:.*layout for a layer of this image\n {2}got {7}an OCI layout/],
];

for (const [what, [given = "", ...args], message] of REFUSED)
  test(`verify: ${what} is refused`, async (t) => {
    const at = folder(t);
    mkdirSync(join(at, "layout"));
    writeFileSync(join(at, "layout/oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    writeLayer(join(at, "layer.tar"), LAYER);
    writeFileSync(join(at, "image.mtree"), PLAIN);
    const { exit, err } = await userns("verify", join(at, given), "--manifest", join(at, "image.mtree"), ...args);
    assert.equal(exit, 2);
    assert.match(err, message);
  });
