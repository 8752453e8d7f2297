import assert from "node:assert/strict";
import { readFileSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { kernelCalls, mountIdmapsOf, readMountTable, relationsOf } from "../../src/live/index.ts";
import { need } from "../need.ts";
import { idmappedMount, sleeperIn } from "./idmapped-mount.ts";

const isRoot = process.platform === "linux" && process.getuid?.() === 0;

test("the owner and the parent of a namespace, and the maps of an idmapped mount, are the kernel's own", async (t) => {
  const calls = await kernelCalls();
  if (!need(t, isRoot && calls !== null, "root on Linux, and koffi") || !calls) return;
  const pid = await sleeperIn(t, "0 100000 65536\n70000 300000 1\n", "0 200000 10\n");
  const own = Number(/\d+/.exec(readlinkSync("/proc/self/ns/user"))?.[0]);
  assert.deepEqual(relationsOf(calls, pid), { owner: 0, parent: own });
  const at = idmappedMount(t, pid);
  const line = readMountTable(readFileSync("/proc/self/mountinfo", "utf8")).find((mount) => mount.at === at);
  assert.ok(line?.options.includes("idmapped"));
  assert.deepEqual(mountIdmapsOf(calls, process.pid)?.get(line?.id ?? 0), {
    uid: [
      { first: 0, lowerFirst: 100_000, count: 65_536 },
      { first: 70_000, lowerFirst: 300_000, count: 1 },
    ],
    gid: [{ first: 0, lowerFirst: 200_000, count: 10 }],
  });
});

test("a process that is not there has no relations and no mounts", async (t) => {
  const calls = await kernelCalls();
  if (!need(t, calls !== null, "koffi on Linux") || !calls) return;
  assert.equal(relationsOf(calls, 2 ** 22 + 1), null);
  assert.equal(mountIdmapsOf(calls, 2 ** 22 + 1), null);
});
