/** How far a tree has been packed: by the bytes of its files, each read once. */
import assert from "node:assert/strict";
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CountedContents } from "../../src/cli/counted-contents.ts";
import { processTerminal } from "../../src/cli/terminal.ts";
import { readTree } from "../../src/cli/tree-read.ts";
import { packTar } from "../../src/pack/index.ts";
import { folder } from "./tree.ts";

test("a tree is packed whole when as many bytes were read as its files have, one with two names counted once", async (t) => {
  const at = folder(t);
  mkdirSync(join(at, "d"));
  writeFileSync(join(at, "d/a"), "a".repeat(1000));
  writeFileSync(join(at, "empty"), "");
  linkSync(join(at, "d/a"), join(at, "z"));
  const { manifest, files } = await readTree(at, { ...processTerminal(), isWatched: false });
  const contents = new CountedContents(manifest, files);
  assert.deepEqual([contents.sizeBytes, contents.bytesRead()], [1000, 0]);
  for await (const _ of packTar(manifest, contents));
  assert.equal(contents.bytesRead(), 1000);
});
