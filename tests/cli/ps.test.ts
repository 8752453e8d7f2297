import assert from "node:assert/strict";
import { readlinkSync } from "node:fs";
import { test } from "node:test";
import pc from "picocolors";
import type { PsAnswer } from "../../src/cli/ps.ts";
import { psText } from "../../src/cli/ps-text.ts";
import { idmappedMount, sleeperIn } from "../live/idmapped-mount.ts";
import { need } from "../need.ts";
import { userns } from "./command.ts";

const isRoot = process.platform === "linux" && process.getuid?.() === 0;

test("ps: a namespace that was just made is told with its maps, task, owner and parent, and an idmapped mount with its map", async (t) => {
  if (!need(t, isRoot, "root on Linux")) return;
  const pid = await sleeperIn(t, "0 100000 65536\n", "0 200000 10\n");
  const at = idmappedMount(t, pid);
  const { exit, stdout, stderr } = await userns(["ps", "--json"]);
  assert.deepEqual([exit, stderr], [0, ""]);
  const machine: PsAnswer = JSON.parse(stdout);
  const inode = Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/user`))?.[0]);
  const uid = [{ first: 0, lowerFirst: 100_000, count: 65_536 }];
  const gid = [{ first: 0, lowerFirst: 200_000, count: 10 }];
  assert.deepEqual(
    machine.others.find((namespace) => namespace.inode === inode),
    {
      inode,
      uid,
      gid,
      parent: machine.own.inode,
      owner: 0,
      processes: [{ pid, name: "sleep" }],
      mounts: [],
    },
  );
  assert.deepEqual(
    machine.own.mounts.find((mount) => mount.at === at),
    { at, type: "tmpfs", map: { uid, gid } },
  );
});

test("ps: the tree shows each namespace below its parent, and says what is not seen", () => {
  const none = { owner: null, processes: [], mounts: [], uid: [], gid: [] };
  const text = psText(
    {
      own: { inode: 1, mounts: [] },
      others: [
        { ...none, inode: 2, parent: 1, owner: 1000, processes: [{ pid: 7, name: "a\u001bb" }] },
        { ...none, inode: 3, parent: 2, uid: [{ first: 0, lowerFirst: 5, count: 1 }] },
        { ...none, inode: 4, parent: 9, mounts: [{ at: "/srv", type: "ext4", map: null }] },
      ],
      unseen: ["maps of idmapped mounts: the package koffi is not installed"],
    },
    pc.createColors(false),
  );
  assert.equal(
    text,
    `1  yours; all ids are counted in it
  2  made by 1000
    tasks  7 a\\u001bb
    uid    none: every id is nobody
    gid    none: every id is nobody
    3
      tasks  
      uid    0:5:1
      gid    none: every id is nobody
  4 in 9, which no process is in
    tasks  
    uid    none: every id is nobody
    gid    none: every id is nobody
    mount  /srv (ext4), idmapped: its map is not seen

Not seen:
  maps of idmapped mounts: the package koffi is not installed
`,
  );
});
