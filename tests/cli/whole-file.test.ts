/** A file that is written appears whole or not at all. */
import assert from "node:assert/strict";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { test } from "node:test";
import { makeWholeFolder, writeWhole } from "../../src/cli/whole-file.ts";
import { UsernsError } from "../../src/core/index.ts";
import { folderFor } from "./command.ts";

const put = (text: string) => async (sink: Writable) => {
  sink.write(text);
};

test("a file appears under its name only when it is whole", async (t) => {
  const folder = folderFor(t);
  const path = join(folder, "out");
  await writeWhole(path, async (sink) => {
    await new Promise((resolve) => sink.write("half", resolve));
    assert.equal(readdirSync(folder).includes("out"), false);
    sink.write(", whole");
  });
  assert.equal(readFileSync(path, "utf8"), "half, whole");
  assert.deepEqual(readdirSync(folder), ["out"]);
});

test("what fails on the way leaves nothing, and what was there stays", async (t) => {
  const folder = folderFor(t);
  const path = join(folder, "out");
  const fail = async (sink: Writable) => {
    sink.write("half");
    throw new RangeError("no");
  };
  await assert.rejects(writeWhole(path, fail), RangeError);
  assert.deepEqual(readdirSync(folder), []);
  writeFileSync(path, "before");
  await assert.rejects(writeWhole(path, fail), RangeError);
  assert.equal(readFileSync(path, "utf8"), "before");
  assert.deepEqual(readdirSync(folder), ["out"]);
});

test("a file that is replaced keeps its mode, and a link to it stays a link", async (t) => {
  const folder = folderFor(t);
  const [path, link] = [join(folder, "out"), join(folder, "link")];
  writeFileSync(path, "before");
  chmodSync(path, 0o640);
  symlinkSync("out", link);
  await writeWhole(link, put("after"));
  assert.equal(readFileSync(path, "utf8"), "after");
  assert.equal(statSync(path).mode & 0o777, 0o640);
  assert.ok(lstatSync(link).isSymbolicLink());
});

test("a link to nothing stays a link, and its target is made", async (t) => {
  const folder = folderFor(t);
  mkdirSync(join(folder, "sub"));
  symlinkSync("sub/out", join(folder, "link"));
  await writeWhole(join(folder, "link"), put("there"));
  assert.ok(lstatSync(join(folder, "link")).isSymbolicLink());
  assert.equal(readFileSync(join(folder, "sub", "out"), "utf8"), "there");
});

test("a name as long as a name can be is written too", async (t) => {
  const folder = folderFor(t);
  const name = `${"é".repeat(126)}.to`;
  await writeWhole(join(folder, name), put("x"));
  await makeWholeFolder(join(folder, `d${name.slice(1)}`), async () => {});
  assert.deepEqual(readdirSync(folder).sort(), [`d${name.slice(1)}`, name].sort());
});

test("a device is written to and stays a device", async () => {
  await writeWhole("/dev/null", put("gone"));
  assert.ok(statSync("/dev/null").isCharacterDevice());
});

test("a place where no file can be made is an error that names it", async (t) => {
  const folder = folderFor(t);
  mkdirSync(join(folder, "sub"));
  for (const path of [join(folder, "none", "out"), join(folder, "sub")])
    await assert.rejects(
      writeWhole(path, put("x")),
      (error) => error instanceof UsernsError && error.code === "ERR_FILE" && error.where === path,
    );
  assert.deepEqual(readdirSync(folder), ["sub"]);
});

test("a path that can be no file is told, and nothing is left", async (t) => {
  const folder = folderFor(t);
  for (const [path, where] of [
    ["", '""'],
    [`${join(folder, "none")}/`, `${join(folder, "none")}/`],
  ] as const)
    await assert.rejects(
      writeWhole(path, put("x")),
      (error) => error instanceof UsernsError && error.code === "ERR_FILE" && error.where === where,
    );
  assert.deepEqual(readdirSync(folder), []);
});
