/** A tmpfs of a setup, as a process mounts it with options. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENGINES } from "../suites/kernel-engines.ts";
import { answersOf } from "../suites/kernel-steps.ts";

const MAP = [[0, 100000, 100]];
const BOX = { name: "box", parent: "init", owner: [1000, 1000], uid_map: MAP, gid_map: MAP };

const ROWS: readonly (readonly [rule: string, given: object, top: readonly [number, number, string]])[] = [
  ["the top is its mounter's", { mounter: [100005, 100006] }, [100005, 100006, "0777"]],
  ["without a mounter it is that of root in there", { options: {} }, [100000, 100000, "0777"]],
  ["options count in the namespace", { options: { uid: "7", gid: "8", mode: "0700" } }, [100007, 100008, "0700"]],
  ["what is said of the root decides", { mounter: [100005, 100006], root: { uid: 1, mode: "0751" } }, [1, 0, "0751"]],
];

for (const engine of ENGINES)
  for (const [rule, given, [uid, gid, mode]] of ROWS)
    test(`a tmpfs of a setup: ${rule} (${engine.name})`, () => {
      const setup = { namespaces: [BOX], filesystems: [{ name: "f", type: "tmpfs", user_ns: "box", ...given }] };
      const [shown] = answersOf(engine, setup, [["@root", "stat", { path: "f:" }]]);
      assert.deepEqual(shown?.values, { ok: true, uid, gid, mode, type: "dir" });
    });
