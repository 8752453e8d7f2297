/** `userns pack`: other programs read what it writes, and the same tree is the same bytes. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { need } from "../need.ts";
import { folder, LONG_NAME, makeTree, userns } from "./tree.ts";

const has = (program: string, ...args: readonly string[]) => spawnSync(program, args).error === undefined;
const told = (program: string, ...args: readonly string[]) => spawnSync(program, args, { encoding: "utf8" });

const OWNERS = [
  "drwxr-xr-x 0/0 ./",
  "drwxr-xr-x 0/0 bin/",
  "-rwxr-xr-x 0/0 bin/ping",
  "-rwsr-xr-x 0/0 bin/su",
  "drwxr-xr-x 0/0 etc/",
  "-rw-r--r-- 0/0 etc/group",
  "-rw-r--r-- 0/0 etc/passwd",
  "-rw-r----- 0/42 etc/shadow",
  "drwxr-xr-x 33/70000 srv/",
  "-rw-r--r-- 33/70000 srv/a b#é",
  "-rw-r--r-- 33/70000 srv/data",
  "lrwxrwxrwx 33/70000 srv/link -> ../etc/passwd",
  "hrw-r--r-- 33/70000 srv/same link to srv/data",
  `drwxr-xr-x 33/70000 srv/${LONG_NAME.split("/")[0]}/`,
  `drwxr-xr-x 33/70000 srv/${LONG_NAME}/`,
];

/** Lines of `tar -tv`, of which size and time are left out. */
function tarList(path: string): readonly string[] {
  const { stdout } = told("tar", "--numeric-owner", "--quoting-style=literal", "-tvf", path);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/^(\S+) (\S+)\s+\d+ \S+ \S+ (.*)$/, "$1 $2 $3"));
}

test("a folder of the caller's is packed as a layer in which the owners of the policy own it", async (t) => {
  const at = folder(t);
  const tree = makeTree(at);
  const [policy, layer] = [join(at, "policy.yaml"), join(at, "layer.tar")];
  const { exit, out, err } = await userns("pack", tree, "--policy", policy, "-o", layer);
  assert.deepEqual([exit, out, err], [0, `${layer}: 15 paths, 3 owners\n`, ""]);
  assert.deepEqual(tarList(layer), OWNERS);
  const attributes = told("tar", "--xattrs", "--xattrs-include=*", "-tvvf", layer, "bin/ping").stdout;
  assert.match(attributes, /x: 20 security\.capability/);
});

test("an mtree on stdout is stdout's alone: what is found beside it, or against it, stands on stderr", async (t) => {
  const at = folder(t);
  const tree = makeTree(at);
  const [policy, manifest, layer] = ["p.yaml", "m.mtree", "layer.tar"].map((name) => join(at, name));
  writeFileSync(manifest ?? "", ". type=dir mode=755 uid=0 gid=0\n./gone type=file mode=644 uid=0 gid=0\n");
  writeFileSync(policy ?? "", 'version: 1\nrules:\n- { paths: "**", owner: "0:0" }\n- { paths: none, owner: "5:5" }\n');
  const args = ["pack", tree, "--policy", policy ?? "", "--manifest", manifest ?? "", "-o"];
  const toFile = await userns(...args, layer ?? "");
  const toStdout = await userns(...args, "mtree");
  assert.match(toFile.err, /rule 2: .*\n1 path of the manifest not in the folder: gone\n$/);
  assert.deepEqual([toStdout.exit, toStdout.err], [0, toFile.err]);
  assert.match(toStdout.out, /^#mtree\n\. type=dir/);
  writeFileSync(policy ?? "", 'version: 1\nrules: [{ paths: etc, owner: "0:0" }]\n');
  const broken = await userns("pack", tree, "--policy", policy ?? "", "-o", "mtree");
  assert.deepEqual([broken.exit, broken.out], [1, ""]);
  assert.match(broken.err, /^not written: \d+ findings in 15 paths/m);
});

test("the same tree, policy and times are the same bytes, and --mtime makes trees made at other times the same", async (t) => {
  const [one, two] = [folder(t), folder(t)];
  const bytes = [];
  for (const at of [one, two]) {
    const layer = join(at, "layer.tar");
    assert.equal(
      (await userns("pack", makeTree(at), "--policy", join(at, "policy.yaml"), "-o", layer, "--mtime", "5")).exit,
      0,
    );
    bytes.push(readFileSync(layer));
  }
  assert.ok(bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0)));
});

test("an output in the folder that is packed is refused, by whichever way it is named", async (t) => {
  const at = folder(t);
  const tree = makeTree(at);
  symlinkSync(join(tree, "srv"), join(at, "way"));
  for (const out of [join(tree, "layer.tar"), `oci:${join(at, "way/app")}`, join(at, "way/x.mtree")]) {
    const { exit, err } = await userns("pack", tree, "--policy", join(at, "policy.yaml"), "-o", out);
    assert.equal(exit, 2);
    assert.match(err, /a place outside of .*tree, which is packed/);
  }
  const beside = await userns("pack", tree, "--policy", join(at, "policy.yaml"), "-o", `${tree}.tar`);
  assert.equal(beside.exit, 0, beside.err);
});

test("bsdtar reads the mtree and the tar, and both say the same", async (t) => {
  if (!need(t, has("bsdtar", "--version"), "bsdtar (libarchive-tools)")) return;
  const at = folder(t);
  const tree = makeTree(at);
  const list = async (out: string) => {
    assert.equal((await userns("pack", tree, "--policy", join(at, "policy.yaml"), "-o", out, "--mtime", "5")).exit, 0);
    const { stdout, stderr } = told("bsdtar", "--numeric-owner", "-tvf", out);
    assert.equal(stderr, "");
    return stdout
      .trimEnd()
      .split("\n")
      .map((line) =>
        line
          .replace(/^(.{10}) +\d+ +(\d+) +(\d+) .* \d\d? +1970 /, "$1 $2/$3 ")
          .replace(/^h|^-/, "-")
          .replace(/ link to .*/, "")
          .replace(/(\d+\/\d+) \.\/?/, "$1 ")
          .replace(/\/$/, ""),
      );
  };
  assert.deepEqual(await list(join(at, "tree.mtree")), await list(join(at, "layer.tar")));
});

test("NetBSD's mtree reads the mtree of a tree without hard links", async (t) => {
  if (!need(t, has("mtree", "-C"), "mtree (mtree-netbsd)")) return;
  const at = folder(t);
  const tree = makeTree(at);
  const spec = join(at, "tree.mtree");
  const policy = join(at, "one.yaml");
  writeFileSync(policy, "version: 1\nrules:\n  - {paths: '**', owner: '0:7'}\n");
  assert.equal((await userns("pack", join(tree, "bin"), "--policy", policy, "-o", spec)).exit, 0);
  const { stdout, status } = told("mtree", "-C", "-f", spec);
  assert.equal(status, 0);
  assert.match(stdout, /^\.\/su type=file uid=0 gid=7 mode=0775/m);
});

test("an OCI layout is read by skopeo, and its layer is the tar", async (t) => {
  if (!need(t, has("skopeo", "--version"), "skopeo")) return;
  const at = folder(t);
  const tree = makeTree(at);
  const args = ["--policy", join(at, "policy.yaml"), "--mtime", "5", "-o"];
  assert.equal((await userns("pack", tree, ...args, `oci:${join(at, "image")}`)).exit, 0);
  assert.equal((await userns("pack", tree, ...args, join(at, "layer.tar"))).exit, 0);
  const { Layers } = JSON.parse(told("skopeo", "inspect", `oci:${join(at, "image")}:latest`).stdout);
  const digest = told("sha256sum", join(at, "layer.tar")).stdout.slice(0, 64);
  assert.deepEqual(Layers, [`sha256:${digest}`]);
});

test("mksquashfs makes the same image of the same tree", async (t) => {
  if (!need(t, has("mksquashfs", "-version"), "mksquashfs (squashfs-tools)")) return;
  const at = folder(t);
  const tree = makeTree(at);
  const images = [];
  for (const name of ["a.squashfs", "b.squashfs"]) {
    const out = join(at, name);
    assert.equal((await userns("pack", tree, "--policy", join(at, "policy.yaml"), "-o", out, "--mtime", "5")).exit, 0);
    images.push(readFileSync(out));
  }
  assert.ok(images[0]?.equals(images[1] ?? Buffer.alloc(0)));
  const { stdout } = told("unsquashfs", "-lln", join(at, "a.squashfs"));
  assert.match(stdout, /^drwxr-xr-x 0\/0 .* squashfs-root$/m);
  assert.match(stdout, /^-rw-r----- 0\/42 .* squashfs-root\/etc\/shadow$/m);
});

test("nothing is written when a constraint is broken, and each path's deciding rules are told", async (t) => {
  const at = folder(t);
  const tree = makeTree(at);
  const [policy, layer] = [join(at, "policy.yaml"), join(at, "layer.tar")];
  writeFileSync(policy, readFileSync(policy, "utf8").replace("srv/**", "etc/**"));
  const { exit, out } = await userns("pack", tree, "--policy", policy, "-o", layer, "--json");
  const result = JSON.parse(out);
  assert.deepEqual([exit, result.out], [1, null]);
  assert.throws(() => readFileSync(layer));
  assert.deepEqual(result.findings[0], {
    kind: "writable",
    isBroken: true,
    where: `${policy}:15:17`,
    path: "etc",
    says: "www writes to it",
  });
  const shadow = result.paths.find(({ path }: { path: string }) => path === "etc/shadow");
  assert.deepEqual(shadow, {
    path: "etc/shadow",
    uid: 33,
    gid: 70000,
    mode: 0o640,
    rules: { user: 5, group: 5, mode: 2 },
  });
});

const BAD: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
  [
    "an output of no form",
    ["-o", "out.zip", "--policy", "policy.yaml"],
    /--output\n {2}expected {2}layer\.tar, .*\n {2}got {7}"out\.zip"/,
  ],
  [
    "nobody to say who owns the files",
    ["-o", "out.tar"],
    /--policy, --manifest, --fakeroot or --xattr, to say who owns the files/,
  ],
  ["a policy that is not there", ["-o", "out.tar", "--policy", "none.yaml"], /none\.yaml\n.*\n {2}got {7}no such file/],
  [
    "a time that is none",
    ["-o", "out.tar", "--policy", "policy.yaml", "--mtime", "now"],
    /--mtime\n {2}expected {2}a number of seconds/,
  ],
  [
    "an answer where the manifest goes",
    ["-o", "mtree", "--policy", "policy.yaml", "--json"],
    /a file, where stdout has the answer/,
  ],
];

for (const [what, args, says] of BAD)
  test(`pack refuses ${what} with exit 2`, async (t) => {
    const at = folder(t);
    const tree = makeTree(at);
    const placed = args.map((word) => (/^policy|^out\.(?:tar)/.test(word) ? join(at, word) : word));
    const { exit, err, out } = await userns("pack", tree, ...placed);
    assert.equal(exit, 2);
    assert.match(err + out, says);
  });
