/** What decides when a call on a file meets several refusals. The answers were given by a running Linux 6.18. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENGINES } from "../suites/kernel-engines.ts";
import { answersOf, type ShortStep } from "../suites/kernel-steps.ts";

const file = (path: string, mode: string, type = "file", more = {}) => ({ fs: "f", path, mode, type, ...more });

/** A file system, mounted plainly and read-only; a user who owns nothing. */
const SETUP = {
  filesystems: [{ name: "f", type: "tmpfs" }],
  files: [
    file("no", "0600"),
    file("yes", "0666", "file", { size: 5 }),
    file("d", "0777", "dir"),
    file("d/e", "0777", "dir"),
    file("closed", "0755", "dir"),
    file("closed/x", "0755", "dir"),
    file("sticky", "1777", "dir"),
    file("ff", "0666", "fifo"),
    file("ln", "0777", "symlink", { target: "nowhere" }),
    file("loop", "0777", "symlink", { target: "loop" }),
  ],
  mounts: [{ name: "r", fs: "f", flags: ["ro"] }],
  tasks: [{ name: "u", uid: 1234, gid: 1234 }],
};

const open = (path: string, acc: string, ...flags: string[]): ShortStep => ["u", "open", { path, acc, flags }];
const rename = (path: string, to: string, how = ""): ShortStep => ["u", "rename", { path, to, how }];
const call = (name: string, path: string, more = {}): ShortStep => ["u", name, { path, ...more }];
const root = ([, name, args]: ShortStep): ShortStep => ["@root", name, args];

const ROWS: readonly (readonly [rule: string, step: ShortStep, answer: string])[] = [
  ["permission to truncate is asked before the mount is", call("truncate", "r:no"), "EACCES"],
  ["a read-only mount is not truncated on", call("truncate", "r:yes"), "EROFS"],
  ["a read-only mount is not truncated on by root", root(call("truncate", "r:no")), "EROFS"],
  ["truncating a directory is EISDIR without permission too", call("truncate", "f:closed"), "EISDIR"],
  ["truncating a fifo is EINVAL", call("truncate", "f:ff"), "EINVAL"],
  ["opening for writing asks permission before the mount", open("r:no", "w"), "EACCES"],
  ["opening for writing asks the mount too", open("r:yes", "w"), "EROFS"],
  ["opening to truncate asks the mount first", open("r:no", "w", "trunc"), "EROFS"],
  ["truncating at open needs write permission of a reader", open("f:no", "r", "trunc"), "EACCES"],
  ["truncating at open by a reader asks the mount", open("r:yes", "r", "trunc"), "EROFS"],
  [
    "creating on a read-only mount is EROFS before the directory's permission",
    open("r:closed/n", "w", "creat"),
    "EROFS",
  ],
  ["O_EXCL finds the name taken before the mount is asked", open("r:yes", "w", "creat", "excl"), "EEXIST"],
  ["mkdir finds the name taken before the mount is asked", call("mkdir", "r:d"), "EEXIST"],
  ["mkdir on a read-only mount is EROFS", call("mkdir", "r:n"), "EROFS"],
  ["mkdir finds the name taken before permission is asked", call("mkdir", "f:closed/x"), "EEXIST"],
  ["a fifo that nobody reads is not opened for writing", open("f:ff", "w", "nonblock"), "ENXIO"],
  ["a fifo is opened for writing on a read-only mount", open("r:ff", "rw", "nonblock"), "ok"],
  ["O_CREAT of a directory is EISDIR", open("f:d", "r", "creat"), "EISDIR"],
  ["O_CREAT with O_EXCL of a directory is EEXIST", open("f:d", "r", "creat", "excl"), "EEXIST"],
  ["a directory is not opened for writing, permitted or not", open("f:closed", "w"), "EISDIR"],
  ["a directory is not truncated at open", open("f:closed", "r", "trunc"), "EISDIR"],
  ["O_CREAT with O_EXCL does not follow a link", open("f:ln", "w", "creat", "excl"), "EEXIST"],
  ["a link that leads back to itself is ELOOP", open("f:loop", "r"), "ELOOP"],
  ["O_TMPFILE is for writing", open("f:", "r", "tmpfile"), "EINVAL"],
  ["O_TMPFILE takes no O_CREAT", open("f:", "rw", "tmpfile", "creat"), "EINVAL"],
  ["O_TMPFILE is for directories", open("f:yes", "rw", "tmpfile"), "ENOTDIR"],
  ["O_TMPFILE on a read-only mount is EROFS", open("r:", "rw", "tmpfile"), "EROFS"],
  ["access for writing asks permission first", call("access", "r:no", { mode: "w" }), "EACCES"],
  ["access for writing asks the mount too", call("access", "r:yes", { mode: "w" }), "EROFS"],
  ["access for writing to a fifo does not ask the mount", call("access", "r:ff", { mode: "w" }), "ok"],
  ["leaving both times alone does not look for the file", call("utimens", "f:missing", { how: "both_omit" }), "ok"],
  ["chown on a read-only mount is EROFS", call("chown", "r:yes", { uid: 1, gid: 1 }), "EROFS"],
  ["chmod on a read-only mount is EROFS", call("chmod", "r:yes", { mode: "0600" }), "EROFS"],
  ["chmod follows a link", call("chmod", "f:ln", { mode: "0777" }), "ENOENT"],
  ["rename between mounts is EXDEV before the names are looked for", rename("f:missing", "r:missing"), "EXDEV"],
  ["rename on a read-only mount is EROFS", rename("r:yes", "r:no"), "EROFS"],
  ["a directory does not move below itself", rename("f:d", "f:d/e/z"), "EINVAL"],
  ["a directory is not replaced by what is in it", rename("f:d/e", "f:d"), "ENOTEMPTY"],
  ["a directory is not exchanged with what is in it", rename("f:d/e", "f:d", "exchange"), "EINVAL"],
  ["exchange needs both names", rename("f:d/e", "f:zz", "exchange"), "ENOENT"],
  ["noreplace finds the name taken before permission is asked", rename("f:yes", "f:no", "noreplace"), "EEXIST"],
  ["noreplace looks for the old name first", rename("f:missing", "f:no", "noreplace"), "ENOENT"],
  ["a directory does not replace a file", rename("f:d", "f:yes"), "ENOTDIR"],
  ["a file does not replace a directory", rename("f:yes", "f:d"), "EISDIR"],
  ["rename needs a writable directory", rename("f:closed/x", "f:d/x"), "EACCES"],
  ["a directory is not linked", call("link", "f:d", { to: "f:n" }), "EPERM"],
  ["link finds the name taken before the source is asked", call("link", "f:no", { to: "f:yes" }), "EEXIST"],
  ["link finds the name taken before the mount is asked", call("link", "f:no", { to: "r:yes" }), "EEXIST"],
  ["link to a read-only mount is EROFS before EXDEV", call("link", "f:no", { to: "r:n" }), "EROFS"],
  ["link needs a writable directory", call("link", "f:yes", { to: "f:closed/n" }), "EACCES"],
  [
    "user.* of a sticky directory is its owner's",
    call("setxattr", "f:sticky", { name: "user.a", value: "1" }),
    "EPERM",
  ],
  ["user.* is not set on a fifo", call("setxattr", "f:ff", { name: "user.a", value: "1" }), "EPERM"],
  ["user.* of a fifo is not there", call("getxattr", "f:ff", { name: "user.a" }), "ENODATA"],
  ["a prefix alone is no attribute", call("setxattr", "f:yes", { name: "user.", value: "1" }), "EINVAL"],
  ["an attribute has a name", call("setxattr", "f:yes", { name: "", value: "1" }), "ERANGE"],
  [
    "a name of 256 bytes is too long",
    call("setxattr", "r:yes", { name: `user.${"a".repeat(251)}`, value: "1" }),
    "ERANGE",
  ],
  [
    "security.* without a suffix asks permission first",
    call("setxattr", "f:yes", { name: "security.", value: "1" }),
    "EPERM",
  ],
  ["trusted.* without a suffix hides itself first", call("getxattr", "f:yes", { name: "trusted." }), "ENODATA"],
  ["a name of no class asks write permission first", call("setxattr", "f:no", { name: "abc", value: "1" }), "EACCES"],
  ["a name of no class is not kept", call("setxattr", "f:yes", { name: "abc", value: "1" }), "ENOTSUP"],
  ["a directory is not unlinked", call("unlink", "f:d"), "EISDIR"],
  ["a file is not removed as a directory", call("rmdir", "f:yes"), "ENOTDIR"],
  ["a directory that is not empty stays", call("rmdir", "f:d"), "ENOTEMPTY"],
  ["unlink asks the mount before the name", call("unlink", "r:missing"), "EROFS"],
  ["only directories are listed, permitted or not", call("readdir", "f:no"), "ENOTDIR"],
];

for (const engine of ENGINES)
  for (const [rule, step, expected] of ROWS)
    test(`${rule} (${engine.name})`, () => {
      assert.equal(answersOf(engine, SETUP, [step])[0]?.answer, expected);
    });

for (const engine of ENGINES) {
  test(`what leads out of a mount is refused, not guessed (${engine.name})`, () => {
    const absolute = { ...SETUP, files: [file("out", "0777", "symlink", { target: "/etc/passwd" })] };
    assert.throws(() => answersOf(engine, absolute, [open("f:out", "r")]), { code: "ERR_SCENARIO" });
    assert.throws(() => answersOf(engine, SETUP, [open("f:../x", "r")]), { code: "ERR_SCENARIO" });
  });

  test(`.. leads back into the directory above (${engine.name})`, () => {
    assert.equal(answersOf(engine, SETUP, [open("f:d/e/../../yes", "r")])[0]?.answer, "ok");
  });

  test(`a device that may be opened, and a fifo that would wait, are refused, not guessed (${engine.name})`, () => {
    const steps: ShortStep[] = [
      ["@root", "mknod", { path: "f:console", type: "chr", dev: 0x501, mode: "0666" }],
      ["@root", "open", { path: "f:console" }],
    ];
    assert.throws(() => answersOf(engine, SETUP, steps), { code: "ERR_SCENARIO" });
    assert.throws(() => answersOf(engine, SETUP, [open("f:ff", "r")]), { code: "ERR_SCENARIO" });
  });

  test(`the null device opens for whoever may (${engine.name})`, () => {
    const steps: ShortStep[] = [
      ["@root", "mknod", { path: "f:null", type: "chr", dev: 0x103, mode: "0600" }],
      ["@root", "open", { path: "f:null", acc: "rw" }],
    ];
    assert.equal(answersOf(engine, SETUP, steps)[1]?.answer, "ok");
  });
}
