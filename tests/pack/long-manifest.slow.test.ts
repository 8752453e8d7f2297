/** A manifest of many paths, which no person wrote. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readManifest } from "../../src/cli/manifest-file.ts";
import { folder } from "./tree.ts";

test("a manifest is read that is longer than any text that a person writes", async (t) => {
  const path = join(folder(t), "long.mtree");
  writeFileSync(path, `# ${"x".repeat(65 * 1024 * 1024)}\n. type=dir mode=755 uid=0 gid=0\n`);
  const { entries } = await readManifest(path);
  assert.deepEqual([entries.length, entries[0]?.mode], [1, 0o755]);
});
