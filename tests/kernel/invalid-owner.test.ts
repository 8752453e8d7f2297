/**
 * What root may do to a file with an owner or group that has no value on the mount. The answers were given by a running
 * Linux 6.18, one after another.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENGINES } from "../suites/kernel-engines.ts";
import { answersOf, type ShortStep } from "../suites/kernel-steps.ts";

const MAP = [[0, 0, 10]];
const file = (path: string, uid: number, gid: number, mode: string, type = "file") => ({
  fs: "f",
  path,
  uid,
  gid,
  mode,
  type,
});
const SETUP = {
  namespaces: [{ name: "M", parent: "init", owner: [0, 0], uid_map: MAP, gid_map: MAP }],
  filesystems: [{ name: "f", type: "tmpfs" }],
  files: [
    file("a", 500, 500, "0666"),
    file("b", 500, 500, "0600"),
    file("g", 0, 500, "0600"),
    file("u", 500, 0, "0600"),
    file("d", 500, 500, "0777", "dir"),
  ],
  mounts: [{ name: "m", fs: "f", idmap: "M" }],
};

const on = (call: string, path: string, more = {}): ShortStep => ["@root", call, { path: `m:${path}`, ...more }];

const ROWS: readonly (readonly [rule: string, step: ShortStep, answer: string])[] = [
  ["it is not linked", on("link", "a", { to: "m:l" }), "EOVERFLOW"],
  ["it is not renamed", on("rename", "a", { to: "m:l" }), "EOVERFLOW"],
  ["it is not removed", on("unlink", "a"), "EOVERFLOW"],
  ["a directory is not removed", on("rmdir", "d"), "EOVERFLOW"],
  ["nothing is made in a directory", on("mkdir", "d/x"), "EACCES"],
  ["nothing is opened into being in a directory", on("open", "d/n", { acc: "w", flags: ["creat"] }), "EACCES"],
  ["no nameless file is made in a directory", on("open", "d", { acc: "rw", flags: ["tmpfile"] }), "EACCES"],
  ["it is read as its mode lets others", on("open", "a"), "ok"],
  ["capabilities do not read it", on("open", "b"), "EACCES"],
  ["it is not written, whatever its mode", on("open", "a", { acc: "w" }), "EACCES"],
  ["its owner reads it when the group is not valid", on("open", "g"), "ok"],
  ["its owner does not write it when the group is not valid", on("open", "g", { acc: "w" }), "EACCES"],
  ["capabilities do not read it when the owner alone is not valid", on("open", "u"), "EACCES"],
  ["it is not truncated", on("truncate", "a"), "EACCES"],
  ["it gets no user.*", on("setxattr", "a", { name: "user.a", value: "1" }), "EPERM"],
  ["it gets no trusted.*", on("setxattr", "a", { name: "trusted.a", value: "1" }), "EPERM"],
  ["it gets no security.*", on("setxattr", "a", { name: "security.a", value: "1" }), "EPERM"],
  ["it loses no attribute, held or not", on("removexattr", "a", { name: "user.a" }), "EPERM"],
  ["its mode stays", on("chmod", "a", { mode: "0666" }), "EOVERFLOW"],
  ["its mode stays for its owner when the group is not valid", on("chmod", "g", { mode: "0666" }), "EOVERFLOW"],
  ["its times stay", on("utimens", "a", { how: "set" }), "EOVERFLOW"],
  ["touching it asks for write permission first", on("utimens", "a", { how: "now" }), "EACCES"],
  ["touching it as its owner finds the group", on("utimens", "g", { how: "now" }), "EOVERFLOW"],
  ["nobody is its owner for O_NOATIME", on("open", "a", { flags: ["noatime"] }), "EPERM"],
  ["an owner alone does not repair it", on("chown", "a", { uid: 1 }), "EOVERFLOW"],
  ["a group repairs it when only the group is not valid", on("chown", "g", { gid: 1 }), "ok"],
  ["changing neither does not repair it", on("chown", "u", {}), "EOVERFLOW"],
  ["a group does not repair the owner", on("chown", "u", { gid: 1 }), "EOVERFLOW"],
  ["both at once repair it", on("chown", "a", { uid: 1, gid: 2 }), "ok"],
  ["no owner is given that the mount cannot hold", on("chown", "a", { uid: 50, gid: 2 }), "EOVERFLOW"],
];

for (const engine of ENGINES) {
  const answers = answersOf(
    engine,
    SETUP,
    ROWS.map(([, step]) => step),
  );
  for (const [index, [rule, , expected]] of ROWS.entries())
    test(`of a file with an invalid owner or group: ${rule} (${engine.name})`, () => {
      assert.equal(answers[index]?.answer, expected);
    });
}
