import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder } from "../../src/store/make-folder.ts";
import { folderFor } from "../cli/command.ts";

test("a folder and those above it are made, each with the mode; one that is there stays", async (t) => {
  const top = folderFor(t);
  const folder = join(top, "a/b/c");
  await makeFolder(folder, 0o700);
  await makeFolder(folder, 0o755);
  for (const made of [join(top, "a"), join(top, "a/b"), folder]) assert.equal(statSync(made).mode & 0o777, 0o700, made);
});

test("where none can be made it is told, and not tried for ever", async (t) => {
  const file = join(folderFor(t), "file");
  writeFileSync(file, "");
  await assert.rejects(makeFolder("/proc/none/a/b"), { code: "ENOENT" });
  await assert.rejects(makeFolder(file), { code: "EEXIST" });
  await assert.rejects(makeFolder(join(file, "a")), { code: "ENOTDIR" });
});
