/** skopeo and umoci read what is written, and see the owners that it says. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { lstatSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folderFor, userns } from "../cli/command.ts";
import { need } from "../need.ts";
import { archive, entry, id7 } from "../shift/archive.ts";
import { dockerArchive, gzipped, layoutOf, owned, plain, tarOf, writeFolder } from "./build-image.ts";

const hasTool = (name: string): boolean => spawnSync(name, ["--version"]).status === 0;
const isRoot = process.geteuid?.() === 0;
const MAP = ["--map", "0:100000:65536"];

const BASE = archive(
  entry({ name: "etc/", type: "5" }),
  entry({ name: "etc/shadow", gid: id7(42), at: { 100: "0000640" } }, "secret"),
  entry({ name: "gone" }),
  entry({ name: "full/", type: "5" }),
  entry({ name: "full/old" }),
);
const APP = archive(
  entry({ name: ".wh.gone", uid: id7(0) }),
  entry({ name: "full/", type: "5", uid: id7(33), gid: id7(33) }),
  entry({ name: "full/.wh..wh..opq" }),
  entry({ name: "full/a", uid: id7(33), gid: id7(33) }, "text"),
  entry({ name: "full/b", type: "1", uid: id7(33), gid: id7(33), at: { 157: "full/a" } }),
);

test("umoci unpacks a shifted image with the new owners; whiteouts, opaque folders and hard links hold", async (t) => {
  if (!need(t, hasTool("umoci"), "umoci (Debian's package)") || !need(t, isRoot, "root, to give files away")) return;
  const folder = folderFor(t);
  const files = layoutOf(gzipped(BASE), gzipped(APP));
  const index = JSON.parse(Buffer.from(files.get("index.json") ?? []).toString());
  index.manifests[0].annotations = { "org.opencontainers.image.ref.name": "v1" };
  files.set("index.json", Buffer.from(JSON.stringify(index)));
  const from = writeFolder(files, join(folder, "in"));
  const [out, bundle] = [join(folder, "out"), join(folder, "bundle")];
  assert.equal((await userns(["image", "shift", from, out, ...MAP])).exit, 0);
  execFileSync("umoci", ["unpack", "--image", `${out}:v1`, bundle], { stdio: "pipe" });
  const owner = (path: string) => {
    const stats = lstatSync(join(bundle, "rootfs", path), { throwIfNoEntry: false });
    return stats && [stats.uid, stats.gid, stats.nlink, (stats.mode & 0o7777).toString(8)];
  };
  assert.deepEqual(owner("etc/shadow"), [100000, 100042, 1, "640"]);
  assert.deepEqual(owner("full/a"), [100033, 100033, 2, "644"]);
  assert.deepEqual(owner("full/b"), [100033, 100033, 2, "644"]);
  assert.deepEqual([owner("gone"), owner("full/old")], [undefined, undefined]);
});

test("skopeo copies what is written, in every form, and agrees with every digest", async (t) => {
  if (!need(t, hasTool("skopeo"), "skopeo (Debian's package)")) return;
  const folder = folderFor(t);
  const tar = owned(["etc/shadow", 0, 42]);
  writeFileSync(join(folder, "in.oci.tar"), tarOf(layoutOf(gzipped(tar), plain(APP))));
  writeFileSync(join(folder, "in.docker.tar"), dockerArchive(tar));
  writeFolder(layoutOf(gzipped(tar)), join(folder, "in"));
  const forms = [
    ["in", "out", "oci:", ""],
    ["in.oci.tar", "out.oci.tar", "oci-archive:", ""],
    ["in.docker.tar", "out.docker.tar", "docker-archive:", ":app:2"],
  ] as const;
  for (const [from, to, transport, tag] of forms) {
    const out = join(folder, to);
    assert.equal((await userns(["image", "shift", join(folder, from), out, ...MAP])).exit, 0);
    const copy = [
      "copy",
      "--quiet",
      "--insecure-policy",
      `${transport}${out}${tag}`,
      `dir:${join(folder, `copy-${to}`)}`,
    ];
    const { status, stderr } = spawnSync("skopeo", copy, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  }
});
