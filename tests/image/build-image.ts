/** Images put together in memory, and checked: every digest of them is looked at anew. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { archive, base256, entry, id7 } from "../shift/archive.ts";

export type Files = Map<string, Uint8Array>;

export const sha256 = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
export const bytesOf = (text: string): Uint8Array => Buffer.from(text);
export const OCI = "application/vnd.oci.image";

/** A layer: its tar, and its bytes as they lie in the image. */
export interface TestLayer {
  readonly tar: Uint8Array;
  readonly packed: Uint8Array;
  readonly mediaType: string;
  /** In place of what is right. */
  readonly diffId?: string;
}

export function plain(tar: Uint8Array): TestLayer {
  return { tar, packed: tar, mediaType: `${OCI}.layer.v1.tar` };
}

export function gzipped(tar: Uint8Array): TestLayer {
  return { tar, packed: gzipSync(tar), mediaType: `${OCI}.layer.v1.tar+gzip` };
}

/** A tar of empty files: `[path, uid, gid]`. */
export function owned(...files: readonly (readonly [path: string, uid: number, gid: number])[]): Uint8Array {
  const field = (id: number): string => (id < 8 ** 7 ? id7(id) : base256(id));
  return archive(...files.map(([name, uid, gid]) => entry({ name, uid: field(uid), gid: field(gid) })));
}

export interface Ref {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Keep a blob. @returns what leads to it */
export function addBlob(files: Files, bytes: Uint8Array, mediaType: string): Ref {
  const digest = sha256(bytes);
  files.set(`blobs/${digest.replace(":", "/")}`, bytes);
  return { mediaType, digest, size: bytes.length };
}

export function addImage(
  files: Files,
  layers: readonly TestLayer[],
  architecture = "amd64",
): Ref & { readonly platform: object } {
  const diffIds = layers.map(({ tar, diffId }) => diffId ?? sha256(tar));
  const config = { architecture, os: "linux", config: { User: "33" }, rootfs: { type: "layers", diff_ids: diffIds } };
  const manifest = {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    // Blanks, and a number that would not survive being read: they stay.
    config: addBlob(files, bytesOf(`${JSON.stringify(config, null, 3)}\n`), `${OCI}.config.v1+json`),
    layers: layers.map(({ packed, mediaType }) => addBlob(files, packed, mediaType)),
    annotations: { note: "[{" },
  };
  const ref = addBlob(files, bytesOf(JSON.stringify(manifest, null, 2)), manifest.mediaType);
  return { ...ref, platform: { os: "linux", architecture } };
}

/** The files at the top of a layout. */
export function finishLayout(files: Files, manifests: readonly object[]): Files {
  files.set("oci-layout", bytesOf('{"imageLayoutVersion":"1.0.0"}'));
  files.set("index.json", bytesOf(JSON.stringify({ schemaVersion: 2, manifests }, null, 1)));
  return files;
}

export function layoutOf(...layers: readonly TestLayer[]): Files {
  const files: Files = new Map();
  return finishLayout(files, [addImage(files, layers)]);
}

/** An archive as docker save writes it, the second image's first layer a link to the first one's. */
export function dockerArchive(tar: Uint8Array): Uint8Array {
  const config = bytesOf(JSON.stringify({ os: "linux", architecture: "amd64", rootfs: { diff_ids: [sha256(tar)] } }));
  const name = `${sha256(config).slice(7)}.json`;
  const list = [
    { Config: name, RepoTags: ["app:1"], Layers: ["one/layer.tar"] },
    { Config: name, RepoTags: ["app:2"], Layers: ["two/layer.tar"] },
  ];
  return archive(
    entry({ name }, config),
    entry({ name: "one/layer.tar" }, tar),
    entry({ name: "two/layer.tar", type: "2", at: { 157: "../one/layer.tar" } }),
    entry({ name: "manifest.json" }, bytesOf(JSON.stringify(list))),
  );
}

export function writeFolder(files: Files, folder: string): string {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

export function tarOf(files: Files): Uint8Array {
  return archive(...[...files].map(([path, bytes]) => longEntry(path, bytes)));
}

function longEntry(path: string, body: Uint8Array): Uint8Array {
  const [prefix, name] = path.length > 100 ? [dirname(path), path.slice(dirname(path).length + 1)] : ["", path];
  return entry({ name, prefix }, body);
}

export function readFolder(folder: string): Files {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return new Map(
    found.map((one) => {
      const path = join(one.parentPath, one.name);
      return [relative(folder, path), readFileSync(path)];
    }),
  );
}

/** The files of a tar of plain headers. */
export function readTar(tar: Uint8Array): Files {
  const files: Files = new Map();
  const text = (from: number, to: number) => Buffer.from(tar.subarray(from, to)).toString().replace(/\0.*$/s, "");
  for (let at = 0; tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, at + 136), 8);
    files.set(text(at, at + 100), tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

interface Manifest {
  readonly config: Ref;
  readonly layers: readonly Ref[];
}

/** The tars of the layers of every image in a layout, all digests and sizes held to. */
export function layersOf(files: Files): Uint8Array[][] {
  const blob = ({ digest, size }: Ref): Uint8Array => {
    const bytes = files.get(`blobs/${digest.replace(":", "/")}`);
    assert.ok(bytes, digest);
    assert.deepEqual([sha256(bytes), bytes.length], [digest, size]);
    return bytes;
  };
  const parse = (bytes: Uint8Array | undefined) => JSON.parse(Buffer.from(bytes ?? []).toString());
  const walk = (index: { manifests: readonly Ref[] }): Uint8Array[][] =>
    index.manifests.flatMap((ref) => {
      const document = parse(blob(ref));
      if (ref.mediaType.includes("index")) return walk(document);
      const manifest: Manifest = document;
      const config: { rootfs?: { diff_ids: string[] } } = parse(blob(manifest.config));
      const tars = manifest.layers.map(blob).map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes));
      if (!config.rootfs) return [];
      assert.deepEqual(config.rootfs.diff_ids, tars.map(sha256));
      return [tars];
    });
  return walk(parse(files.get("index.json")));
}
