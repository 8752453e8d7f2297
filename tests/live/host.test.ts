import assert from "node:assert/strict";
import { release } from "node:os";
import { test } from "node:test";
import { readHost, readMountTable } from "../../src/live/index.ts";
import { mountOf } from "../../src/policy/index.ts";
import { onlyOn } from "../need.ts";

test("host: the running system tells its kernel, tools, settings and mounts", async (t) => {
  if (!onlyOn(t, process.platform === "linux", "Linux")) return;
  const { files, system } = await readHost({ path: "/nowhere" });
  assert.equal(system?.kernel, release());
  assert.deepEqual(
    system?.tools.map(({ name, path }) => [name, path]),
    [
      ["newuidmap", null],
      ["newgidmap", null],
    ],
  );
  assert.ok(files.passwd?.lines.some(({ entry }) => entry?.name === "root"));
  assert.ok(system?.mounts.some(({ at }) => at === "/"));
});

test("mounts: names are read with their octal escapes, and the last of equal places counts", () => {
  const table = readMountTable(
    "22 1 8:1 / / rw - ext4 /dev/a rw\n23 22 8:2 / /a\\040b rw,nosuid shared:1 - xfs /dev/b rw\n24 23 0:5 / /a\\040b ro - tmpfs t rw\n",
  );
  assert.deepEqual(
    table.map(({ at, type }) => [at, type]),
    [
      ["/", "ext4"],
      ["/a b", "xfs"],
      ["/a b", "tmpfs"],
    ],
  );
  assert.equal(mountOf(table, "/a b/c")?.type, "tmpfs");
  assert.equal(mountOf(table, "/a bc")?.type, "ext4");
});
