/** The user namespaces of the machine that runs the tests. */
import assert from "node:assert/strict";
import { readFileSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { readNamespaces } from "../../src/live/index.ts";
import { need } from "../need.ts";
import { startMapped } from "./mapped-process.ts";

const inodeOf = (pid: number | "self") => Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/user`))?.[0]);

test("namespaces: one that root made is found with its maps, its process and its parent", async (t) => {
  if (!need(t, process.getuid?.() === 0, "root")) return;
  const pid = await startMapped(t, "0 1700000000 10\n10 1700000100 5", "0 1700000200 7");
  const { own, others, hasParents } = readNamespaces();
  const found = others.find(({ processes }) => processes.some((process) => process.pid === pid));
  assert.equal(own, inodeOf("self"));
  assert.deepEqual(found, {
    inode: inodeOf(pid),
    uid: [
      { first: 0, lowerFirst: 1700000000, count: 10 },
      { first: 10, lowerFirst: 1700000100, count: 5 },
    ],
    gid: [{ first: 0, lowerFirst: 1700000200, count: 7 }],
    parent: hasParents ? own : null,
    processes: [{ pid, name: readFileSync(`/proc/${pid}/comm`, "utf8").trim() }],
  });
});
