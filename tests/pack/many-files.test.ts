/** Trees of many files: in which order they are read, what is handed on of them, and what is shown meanwhile. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { processTerminal, type Terminal } from "../../src/cli/terminal.ts";
import { readTree } from "../../src/cli/tree-read.ts";
import { comparePaths, entryOf, type ManifestEntry, manifestOf } from "../../src/manifest/index.ts";
import { packTar, type TreeContents } from "../../src/pack/index.ts";
import { folder } from "./tree.ts";

const unwatched: Terminal = { ...processTerminal(), isWatched: false };

test("a folder is read in the order of paths: what it holds right behind it, whatever sorts before a slash", async (t) => {
  const at = folder(t);
  for (const name of ["a", "a.b", "a-b", "A", "é", "z"]) mkdirSync(join(at, name, "deep"), { recursive: true });
  for (const path of ["a/1", "a.b/1", "a/deep/1", "a!", "\u{1f600}", "\uff21"]) writeFileSync(join(at, path), path);
  writeFileSync(Buffer.concat([Buffer.from(`${at}/z/`), Buffer.of(0xff)]), "");
  const { manifest, files } = await readTree(at, unwatched);
  const paths = manifest.entries.map(({ path }) => path);
  assert.deepEqual(paths, [...paths].sort(comparePaths));
  assert.equal(files.count, paths.length);
  assert.ok(paths.includes("z/\udcff"));
  const inodes = new Set(paths.map((path) => files.fileAt(path).inode));
  assert.equal(inodes.size, paths.length);
});

/** Gives a file's bytes in pieces of the same length. */
function inPiecesOf(length: number, bytes: Uint8Array): TreeContents {
  return {
    async *open() {
      for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
    },
  };
}

test("an archive is the same bytes whatever pieces the files come in, and few pieces whatever files there are", async () => {
  const bytes = Uint8Array.from({ length: 3000 }, (_, k) => k);
  const said = { mode: 0o644, uid: 0, gid: 0 };
  const file = (path: string): ManifestEntry => entryOf({ ...said, path, type: "file", sizeBytes: bytes.length });
  const root = entryOf({ ...said, path: ".", type: "dir" });
  const manifest = manifestOf([root, ...Array.from({ length: 40 }, (_, k) => file(`f${k}`))]);
  const archives: Buffer[] = [];
  for (const length of [100, 512, 3000]) {
    const pieces: Uint8Array[] = [];
    for await (const piece of packTar(manifest, inPiecesOf(length, bytes))) pieces.push(piece);
    assert.ok(pieces.length < 5, `${pieces.length} pieces`);
    archives.push(Buffer.concat(pieces));
  }
  assert.equal(archives[0]?.length, 512 + 40 * (512 + 3072) + 1024);
  for (const archive of archives) assert.ok(archive.equals(archives[0] ?? Buffer.alloc(0)));
});

test("a file that has grown, or is another one, since the folder was read is refused by its path", async (t) => {
  const at = folder(t);
  for (const name of ["grown", "other", "new"]) writeFileSync(join(at, name), name);
  const { manifest, files } = await readTree(at, unwatched);
  const pack = async (path: string) => {
    const entries = manifest.entries.filter((entry) => entry.path === path || entry.path === ".");
    for await (const _ of packTar(manifestOf(entries), files));
  };
  appendFileSync(join(at, "grown"), "more");
  renameSync(join(at, "new"), join(at, "other"));
  await assert.rejects(pack("grown"), { where: '"grown"', expected: "5 bytes", got: "more" });
  await assert.rejects(pack("other"), { where: `${at}/other`, expected: "the file that was there before" });
});

for (const [isWatched, shown] of [
  [true, /paths found/],
  [false, /^$/],
] as const)
  test(`while a folder is read ${isWatched ? "a terminal is shown how many paths were found" : "nothing goes into a pipe"}`, async (t) => {
    const stderr = Object.assign(new PassThrough(), { isTTY: true });
    let told = "";
    stderr.setEncoding("utf8").on("data", (text: string) => {
      told += text;
    });
    await readTree(folder(t), { ...processTerminal(), stderr, isWatched });
    assert.match(told, shown);
  });
