/** A shifted image is the same image with other owners: digests follow, and all else keeps its bytes. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as zlib from "node:zlib";
import { imageHost } from "../../src/cli/image-host.ts";
import { openImage } from "../../src/cli/image-input.ts";
import { ImageStage } from "../../src/cli/image-stage.ts";
import { layerShifter, readImage, shiftImage } from "../../src/image/index.ts";
import { initSync, parseMap, shiftTar } from "../../src/index.ts";
import { folderFor, userns } from "../cli/command.ts";
import { archive, entry, id7, pax } from "../shift/archive.ts";
import {
  addBlob,
  addImage,
  bytesOf,
  dockerArchive,
  type Files,
  finishLayout,
  gzipped,
  layersOf,
  layoutOf,
  OCI,
  owned,
  plain,
  readFolder,
  readTar,
  sha256,
  tarOf,
  writeFolder,
} from "./build-image.ts";

const MAP = "0:100000:65536";
const BASE = owned(["bin/", 0, 0], ["bin/su", 0, 0], ["etc/shadow", 0, 42]);
const APP = archive(
  entry({ name: "var/www/.wh.old", uid: id7(33), gid: id7(33) }),
  entry({ name: "var/www/.wh..wh..opq", uid: id7(33), gid: id7(33) }),
  entry({ name: "var/www/a", uid: id7(33), gid: id7(33) }, "text"),
  entry({ name: "var/www/b", uid: id7(33), gid: id7(33), type: "1", at: { 157: "var/www/a" } }),
  pax({ path: "var/www/long", "SCHILY.xattr.user.note": "kept" }),
  entry({ name: "short", uid: id7(1), gid: id7(1) }),
);

/** What shifting the tar alone gives. */
async function shifted(tar: Uint8Array, reverse = false): Promise<Uint8Array> {
  const map = { uids: parseMap<"uid">(MAP), gids: parseMap<"gid">(MAP), reverse, engine: initSync() };
  const pieces: Uint8Array[] = [];
  for await (const piece of shiftTar(
    (async function* () {
      yield tar.slice();
    })(),
    map,
  ))
    pieces.push(piece.slice());
  return Buffer.concat(pieces);
}

const expectedOf = async (...tars: Uint8Array[]) => (await Promise.all(tars.map((tar) => shifted(tar)))).map(sha256);

test("a layout in a folder: every layer is shifted as it would be alone, and every digest follows", async (t) => {
  const folder = folderFor(t);
  const from = writeFolder(layoutOf(gzipped(BASE), plain(APP)), join(folder, "in"));
  const { exit, stderr } = await userns(["image", "shift", from, join(folder, "out"), "--map", MAP]);
  assert.equal(exit, 0, stderr);
  const [layers] = layersOf(readFolder(join(folder, "out")));
  assert.deepEqual(layers?.map(sha256), await expectedOf(BASE, APP));
  assert.deepEqual(readdirSync(folder).sort(), ["in", "out"]);
});

test("a layout in a tar becomes one in a tar", async (t) => {
  const folder = folderFor(t);
  const [from, to] = [join(folder, "in.tar"), join(folder, "out.tar")];
  writeFileSync(from, tarOf(layoutOf(gzipped(BASE), plain(APP))));
  assert.equal((await userns(["image", "shift", from, to, "--map", MAP])).exit, 0);
  const [layers] = layersOf(readTar(readFileSync(to)));
  assert.deepEqual(layers?.map(sha256), await expectedOf(BASE, APP));
});

test("an archive of docker save: layers by their new digests, links followed, tags kept", async (t) => {
  const folder = folderFor(t);
  const [from, to] = [join(folder, "in.tar"), join(folder, "out.tar")];
  writeFileSync(from, dockerArchive(BASE));
  assert.equal((await userns(["image", "shift", from, to, "--map", MAP])).exit, 0);
  const files = readTar(readFileSync(to));
  const list = JSON.parse(Buffer.from(files.get("manifest.json") ?? []).toString());
  const [diffId = ""] = await expectedOf(BASE);
  assert.deepEqual(
    list.map(({ RepoTags, Layers }: { RepoTags: string[]; Layers: string[] }) => [RepoTags, Layers]),
    [
      [["app:1"], [`${diffId.slice(7)}.tar`]],
      [["app:2"], [`${diffId.slice(7)}.tar`]],
    ],
  );
  const config = files.get(list[0].Config) ?? new Uint8Array();
  assert.equal(`${sha256(config).slice(7)}.json`, list[0].Config);
  assert.deepEqual(JSON.parse(Buffer.from(config).toString()).rootfs.diff_ids, [diffId]);
  assert.equal(sha256(files.get(`${diffId.slice(7)}.tar`) ?? new Uint8Array()), diffId);
});

test("an index of two platforms: a layer that both have is read once, and an attestation keeps its bytes", async (t) => {
  const folder = folderFor(t);
  const files: Files = new Map();
  const images = [addImage(files, [gzipped(BASE), plain(APP)]), addImage(files, [gzipped(BASE)], "arm64")];
  const statement = addBlob(files, bytesOf("{}"), "application/vnd.in-toto+json");
  const config = addBlob(files, bytesOf('{"os":"unknown"}'), `${OCI}.config.v1+json`);
  const attestation = addBlob(
    files,
    bytesOf(JSON.stringify({ config, layers: [statement] })),
    `${OCI}.manifest.v1+json`,
  );
  const index = bytesOf(JSON.stringify({ manifests: [...images, attestation] }));
  finishLayout(files, [addBlob(files, index, `${OCI}.index.v1+json`)]);
  const from = writeFolder(files, join(folder, "in"));
  const { stdout } = await userns(["image", "shift", from, join(folder, "out"), "--map", MAP, "--json"]);
  const answer = JSON.parse(stdout);
  assert.deepEqual([answer.images, answer.layers.length, answer.artifacts], [["linux/amd64", "linux/arm64"], 2, 1]);
  const out = readFolder(join(folder, "out"));
  const [base, app] = await expectedOf(BASE, APP);
  assert.deepEqual(
    layersOf(out).map((layers) => layers.map(sha256)),
    [[base, app], [base]],
  );
  for (const { digest } of [statement, attestation]) assert.ok(out.has(`blobs/${digest.replace(":", "/")}`));
});

test("a layer in which no owner changes keeps its packed bytes, and so does an image of such layers", async (t) => {
  const folder = folderFor(t);
  const files = layoutOf(gzipped(BASE));
  const from = writeFolder(files, join(folder, "in"));
  const args = ["image", "shift", from, join(folder, "out"), "--map", "0:0:65536", "--json"];
  assert.equal(JSON.parse((await userns(args)).stdout).layers[0].isSame, true);
  assert.deepEqual(readFolder(join(folder, "out")), readFolder(from));
});

test("there and back: every layer's tar is the one that it was", async (t) => {
  const folder = folderFor(t);
  const from = writeFolder(layoutOf(gzipped(BASE), plain(APP)), join(folder, "in"));
  const [there, back] = [join(folder, "there"), join(folder, "back")];
  await userns(["image", "shift", from, there, "--map", MAP]);
  await userns(["image", "shift", there, back, "--map", MAP, "--reverse"]);
  assert.deepEqual(layersOf(readFolder(back))[0]?.map(sha256), [BASE, APP].map(sha256));
});

test("an id that the map does not hold: exit 1, every layer's such ids and one map for all, nothing written", async (t) => {
  const folder = folderFor(t);
  const layers = [plain(owned(["a", 70000, 0])), plain(owned(["b", 0, 80000]))];
  const from = writeFolder(layoutOf(...layers), join(folder, "in"));
  const args = ["image", "shift", from, join(folder, "out"), "--map", MAP];
  const { exit, stdout } = await userns([...args, "--json"]);
  const answer = JSON.parse(stdout);
  assert.deepEqual([exit, answer.layers.length], [1, 2]);
  assert.deepEqual(answer.fit, { map: "0:100000:70001", gidMap: "0:100000:80001" });
  assert.deepEqual(readdirSync(folder), ["in"]);
  const squashed = await userns([...args, "--unmapped", "squash=0:0"]);
  assert.equal(squashed.exit, 0);
});

test("annotations that hold digests of a layer's packed bytes go when it is packed anew; others stay", async (t) => {
  const folder = folderFor(t);
  const files: Files = new Map();
  const layer = addBlob(files, BASE, `${OCI}.layer.v1.tar`);
  const annotations = { "containerd.io/snapshot/stargz/toc.digest": "sha256:0", title: "base" };
  const config = addBlob(
    files,
    bytesOf(JSON.stringify({ rootfs: { diff_ids: [layer.digest] } })),
    `${OCI}.config.v1+json`,
  );
  const manifest = { config, layers: [{ ...layer, annotations, urls: ["https://example.org/layer"] }] };
  finishLayout(files, [addBlob(files, bytesOf(JSON.stringify(manifest)), `${OCI}.manifest.v1+json`)]);
  const from = writeFolder(files, join(folder, "in"));
  await userns(["image", "shift", from, join(folder, "out"), "--map", MAP]);
  const documents = [...readFolder(join(folder, "out")).values()].map((bytes) => Buffer.from(bytes).toString());
  const out = documents.find((text) => text.includes('"layers"'));
  assert.deepEqual(JSON.parse(out ?? "").layers[0].annotations, { title: "base" });
  assert.deepEqual(JSON.parse(out ?? "").layers[0].urls, []);
});

test("a run that was broken off leaves no output, and the next one takes up the layers that were done", async (t) => {
  const folder = folderFor(t);
  const [from, out] = [writeFolder(layoutOf(gzipped(BASE), plain(APP)), join(folder, "in")), join(folder, "out")];
  const run = async (onPack: () => void) => {
    const host = { ...imageHost() };
    const { pack } = host;
    host.pack = (tar, packing, where) => {
      onPack();
      return pack(tar, packing, where);
    };
    const { kind, files } = await openImage(from);
    const image = await readImage(files, host);
    const stage = await ImageStage.open(out, kind);
    const rules = { uids: parseMap<"uid">(MAP), gids: parseMap<"gid">(MAP) };
    const shift = await shiftImage(image, layerShifter(rules, {}, stage.blobs, host), stage.blobs, host);
    assert.ok(shift.isShifted);
    await stage.place(shift.files, kind);
    return shift.layers.map(({ report }) => report === null);
  };
  let packed = 0;
  const stop = () => {
    packed++;
    if (packed === 2) throw new Error("the power went");
  };
  await assert.rejects(run(stop), /the power went/);
  assert.equal(existsSync(out), false);
  assert.deepEqual(await run(() => {}), [true, false]);
  assert.deepEqual(layersOf(readFolder(out))[0]?.map(sha256), await expectedOf(BASE, APP));
  assert.deepEqual(readdirSync(folder).sort(), ["in", "out"]);
});

test("an output that holds something is not mixed with: exit 2, and it stays", async (t) => {
  const folder = folderFor(t);
  const from = writeFolder(layoutOf(plain(BASE)), join(folder, "in"));
  const { exit, stderr } = await userns(["image", "shift", from, folder, "--map", MAP]);
  assert.equal(exit, 2);
  assert.match(stderr, /a folder that holds something/);
});

test("a layer packed with zstd: shifted where Node has zstd, and refused with the reason where it has not", async (t) => {
  const folder = folderFor(t);
  // A frame of raw blocks: RFC 8878, "Zstandard Frames". It is as long as what is in it, so none is needed to pack it.
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
  head.writeUInt32LE(BASE.length, 5);
  const block = Buffer.alloc(3);
  block.writeUIntLE((BASE.length << 3) | 1, 0, 3);
  const packed = Buffer.concat([head, block, BASE]);
  const layer = { tar: BASE, packed, mediaType: `${OCI}.layer.v1.tar+zstd` };
  const from = writeFolder(layoutOf(layer), join(folder, "in"));
  const { exit, stdout, stderr } = await userns(["image", "shift", from, join(folder, "out"), "--map", MAP, "--json"]);
  if (Reflect.has(zlib, "createZstdCompress")) {
    assert.equal(exit, 0, stderr);
    const { becomes } = JSON.parse(stdout).layers[0];
    const bytes = readFileSync(join(folder, "out/blobs", becomes.replace(":", "/")));
    assert.deepEqual([...bytes.subarray(0, 4)], [...packed.subarray(0, 4)]);
    const config = [...readFolder(join(folder, "out")).values()].map(String).find((text) => text.includes("diff_ids"));
    assert.deepEqual(JSON.parse(config ?? "").rootfs.diff_ids, await expectedOf(BASE));
    return;
  }
  assert.equal(exit, 2);
  assert.match(JSON.parse(stderr).error.expected, /zstd needs Node 22\.15/);
  assert.deepEqual(readdirSync(folder), ["in"]);
});
