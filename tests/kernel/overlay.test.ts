/** What an overlay does with its layers, beyond what the recorded vectors reach; and what it refuses by name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENGINES } from "../suites/kernel-engines.ts";
import { answersOf, type ShortStep } from "../suites/kernel-steps.ts";

const SETUP = {
  filesystems: [
    { name: "l", type: "tmpfs" },
    { name: "u", type: "tmpfs" },
  ],
  files: [
    { fs: "l", path: "low", type: "dir", mode: "0777" },
    { fs: "l", path: "low/a", mode: "0666", uid: 5, gid: 5 },
    { fs: "l", path: "low/both", mode: "0644" },
    { fs: "l", path: "low/dir", type: "dir", mode: "0777", uid: 5, gid: 5 },
    { fs: "l", path: "low/dir/in", mode: "0666", uid: 6, gid: 6 },
    { fs: "u", path: "up", type: "dir", mode: "0777" },
    { fs: "u", path: "up/both", mode: "0600", uid: 9, gid: 9 },
    { fs: "u", path: "wk", type: "dir", mode: "0755" },
  ],
  tasks: [{ name: "p", uid: 7, gid: 7 }],
};

const MOUNT: ShortStep = ["@root", "mount_overlay", { lower: "l:low", upper: "u:up", work: "u:wk", attach: "z" }];
const stat = (path: string): ShortStep => ["@root", "stat", { path }];

for (const engine of ENGINES) {
  const answers = (...steps: ShortStep[]) => answersOf(engine, SETUP, [MOUNT, ...steps]).slice(1);

  test(`an upper file hides a lower one (${engine.name})`, () => {
    assert.equal(answers(stat("z:both"))[0]?.values.uid, 9);
  });

  test(`a write copies a file up with its directories and owners, and leaves the lower one (${engine.name})`, () => {
    const got = answers(
      ["p", "write", { path: "z:dir/in" }],
      stat("u:up/dir/in"),
      stat("u:up/dir"),
      stat("l:low/dir/in"),
    );
    assert.deepEqual(
      got.map(({ values }) => values.uid),
      [undefined, 6, 5, 6],
    );
  });

  test(`reading copies nothing up (${engine.name})`, () => {
    assert.deepEqual(
      answers(["p", "open", { path: "z:a" }], stat("u:up/a")).map(({ answer }) => answer),
      ["ok", "ENOENT"],
    );
  });

  test(`removing a lower file leaves a whiteout in the upper directory; a new one takes its place (${engine.name})`, () => {
    const got = answers(
      ["p", "unlink", { path: "z:a" }],
      stat("z:a"),
      stat("u:up/a"),
      stat("l:low/a"),
      ["p", "open", { path: "z:a", acc: "w", flags: ["creat"], mode: "0600" }],
      stat("u:up/a"),
    );
    assert.deepEqual(
      got.map(({ answer, values }) => values.type ?? answer),
      ["ok", "ENOENT", "chr", "file", "ok", "file"],
    );
    assert.equal(got[5]?.values.uid, 7);
  });

  test(`a directory that holds something in a layer is not removed; emptied, it is (${engine.name})`, () => {
    assert.deepEqual(
      answers(
        ["p", "rmdir", { path: "z:dir" }],
        ["p", "unlink", { path: "z:dir/in" }],
        ["p", "rmdir", { path: "z:dir" }],
      ).map(({ answer }) => answer),
      ["ENOTEMPTY", "ok", "ok"],
    );
  });

  test(`chmod of what the task does not own is refused before anything is copied up (${engine.name})`, () => {
    assert.deepEqual(
      answers(["p", "chmod", { path: "z:a", mode: "0600" }], stat("u:up/a")).map(({ answer }) => answer),
      ["EPERM", "ENOENT"],
    );
  });

  test(`what is not modelled on an overlay is refused by name (${engine.name})`, () => {
    const refused: ShortStep[] = [
      ["@root", "rename", { path: "z:a", to: "z:n" }],
      ["@root", "link", { path: "z:a", to: "z:n" }],
      ["@root", "setxattr", { path: "z:a", name: "user.a", value: "1" }],
      ["@root", "open", { path: "z:", acc: "w", flags: ["tmpfile"] }],
    ];
    for (const step of refused)
      assert.throws(
        () => answers(step),
        (error: unknown) => {
          assert.ok(error instanceof Error);
          assert.match(error.message, /on overlay, which is not modelled/);
          return true;
        },
      );
  });
}
