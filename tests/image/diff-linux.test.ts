/** The tree that layers make, and who may do what in it, are what umoci unpacks and Linux answers. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { imageHost } from "../../src/cli/image-host.ts";
import { openImage } from "../../src/cli/image-input.ts";
import { initSync, RIGHT } from "../../src/core/index.ts";
import { ImageAccess, imageTask, PathTable, readImage, readTrees } from "../../src/image/index.ts";
import { LINUX } from "../../src/kernel/index.ts";
import { folderFor } from "../cli/command.ts";
import { need } from "../need.ts";
import { aclValue, archive } from "../shift/archive.ts";
import { gzipped, layoutOf, plain, writeFolder } from "./build-image.ts";
import { ACL, dir, file, link } from "./diff-entries.ts";

const hasUmoci = (): boolean => spawnSync("umoci", ["--version"]).status === 0;
const isRoot = process.geteuid?.() === 0;

const NAMED = {
  attributes: {
    "system.posix_acl_access": aclValue(
      [ACL.userObj, 6, ACL.none],
      [ACL.user, 7, 33],
      [ACL.groupObj, 4, ACL.none],
      [ACL.group, 6, 42],
      [ACL.mask, 6, ACL.none],
      [ACL.other, 1, ACL.none],
    ),
  },
};

const LAYERS = [
  [
    dir("a", 0o711),
    dir("a/b", 0o750, { gid: 42 }),
    file("a/b/c", 0o604, { uid: 33 }),
    file("a/d", 0o640, { gid: 42 }),
    dir("gone"),
    file("gone/x"),
    dir("full", 0o755, { uid: 33 }),
    file("full/old"),
    dir("full/sub"),
    file("full/sub/older"),
    file("was-file"),
    dir("was-dir"),
    file("was-dir/x"),
    dir("usr/bin"),
    link("bin", "usr/bin", "2"),
    file("usr/bin/tool", 0o4755),
    link("usr/bin/same", "usr/bin/tool", "1"),
    file("acl", 0o661, { ...NAMED, uid: 1, gid: 1 }),
    file("nobody-runs", 0o666),
    file("root-runs", 0o100),
  ],
  [
    file(".wh.gone"),
    dir("full", 0o700, { uid: 33, gid: 33 }),
    file("full/.wh..wh..opq"),
    file("full/new", 0o644),
    dir("was-file", 0o755),
    file("was-file/x", 0o644),
    file("was-dir", 0o444),
    file("bin/other", 0o711, { uid: 5 }),
    dir("a", 0o751),
    file("usr/bin/tool", 0o750, { gid: 42 }),
  ],
  [file("full/newer", 0o620, { gid: 42 }), dir("gone", 0o700, { uid: 1000 }), file("gone/y", 0o777)],
];

const TASKS = [
  { uid: 0, gid: 0, groups: [] },
  { uid: 33, gid: 33, groups: [42] },
  { uid: 33, gid: 42, groups: [] },
  { uid: 1000, gid: 5, groups: [42, 1] },
  { uid: 7, gid: 7, groups: [] },
];

/** Unpacked on the disk by umoci, and by us. */
async function unpacked(t: TestContext) {
  const folder = folderFor(t);
  const files = layoutOf(...LAYERS.map((entries, index) => (index === 0 ? gzipped : plain)(archive(...entries))));
  const index = JSON.parse(Buffer.from(files.get("index.json") ?? []).toString());
  index.manifests[0].annotations = { "org.opencontainers.image.ref.name": "v1" };
  files.set("index.json", Buffer.from(JSON.stringify(index)));
  const from = writeFolder(files, join(folder, "in"));
  const bundle = join(folder, "bundle");
  execFileSync("umoci", ["unpack", "--image", `${from}:v1`, bundle], { stdio: "pipe" });
  for (const path of [folder, bundle]) chmodSync(path, 0o755);
  const image = await readImage((await openImage(from)).files, imageHost());
  const [platform] = image.images;
  assert.ok(platform);
  const paths = new PathTable();
  const [{ tree }] = await readTrees([platform, platform], paths, {}, imageHost());
  return { root: join(bundle, "rootfs"), tree, paths };
}

/** Asks access(2) for each path, as somebody else: prints a line of digits. */
const ASK = `
  const { accessSync } = require("node:fs");
  const [root, uid, gid, groups, ...paths] = process.argv.slice(1);
  process.setgroups(groups === "" ? [] : groups.split(",").map(Number));
  process.setgid(Number(gid));
  process.setuid(Number(uid));
  const may = (path, mask) => { try { accessSync(root + "/" + path, mask); return mask; } catch { return 0; } };
  console.log(paths.map((path) => may(path, 1) + may(path, 2) + may(path, 4)).join(" "));
`;

test("layers make the tree that umoci unpacks: types, modes, owners, and nothing more or less", async (t) => {
  if (!need(t, hasUmoci(), "umoci (Debian's package)") || !need(t, isRoot, "root, to give files away")) return;
  const { root, tree, paths } = await unpacked(t);
  const onDisk = execFileSync("find", [root, "-mindepth", "1", "-printf", "%P,%y,%m,%U,%G\n"], { encoding: "utf8" });
  const made = Array.from({ length: paths.length }, (_, node) => node).flatMap((node) => {
    const { type, mode, uid, gid } = tree.at(node);
    return node === 0 || type === "absent"
      ? []
      : [[paths.pathOf(node), type[0] === "s" ? "l" : type[0], mode.toString(8), uid, gid]];
  });
  assert.deepEqual(made.map(String).sort(), onDisk.trim().split("\n").sort());
});

test("who may do what with each path of an unpacked image is what access(2) says", async (t) => {
  if (!need(t, hasUmoci(), "umoci (Debian's package)") || !need(t, isRoot, "root, to give files away")) return;
  const { root, tree, paths } = await unpacked(t);
  const nodes = Array.from({ length: paths.length }, (_, node) => node).filter(
    (node) => !tree.isType(node, "absent") && !tree.isType(node, "symlink"),
  );
  const access = new ImageAccess(initSync(), tree, { profile: LINUX, maps: null, fsMaps: null, isIsolated: false });
  const answers = access.rights(TASKS.map((task) => imageTask(task)));
  for (const [index, { uid, gid, groups }] of TASKS.entries()) {
    const args = ["-e", ASK, root, String(uid), String(gid), groups.join(), ...nodes.map((node) => paths.pathOf(node))];
    const linux = execFileSync(process.execPath, args, { encoding: "utf8" }).trim().split(" ").map(Number);
    const ours = nodes.map((node) => {
      const answer = answers[index]?.[node] ?? 0;
      return (answer & RIGHT.reached) === 0 ? 0 : answer & 7;
    });
    const named = (bits: readonly number[]) => bits.map((one, at) => `${paths.pathOf(nodes[at] ?? 0)} ${one}`);
    assert.deepEqual(named(ours), named(linux), `${uid}:${gid}`);
  }
  access.free();
});
