/** What fakeroot wrote down says who owns a tree, and fakeroot shows a tree that was unpacked as its layer has it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { need } from "../need.ts";
import { folderEntry, writeLayer } from "./layers.ts";
import { folder, userns } from "./tree.ts";

const told = (program: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
};
const hasFakeroot = spawnSync("fakeroot", ["-v"]).error === undefined;

/** Lines of `tar -tv` in some order, without times and without what only the writer of an archive chooses. */
function listed(tar: string): readonly string[] {
  const lines = told("tar", "--numeric-owner", "-tvf", tar).trimEnd().split("\n");
  const timeless = lines.map((line) => line.replace(/ \d{4}-\d\d-\d\d \d\d:\d\d /, " ").replace(/\/$/, ""));
  return timeless.map((line) => line.replaceAll(" ./", " ").replace(/\s+/g, " ")).sort();
}

test("a tree is packed with the owners that fakeroot pretended, as fakeroot's own tar has them", async (t) => {
  if (!need(t, hasFakeroot, "fakeroot")) return;
  const at = folder(t);
  const [tree, save] = [join(at, "tree"), join(at, "save")];
  const script = `mkdir ${tree} && cd ${tree} && umask 022 && echo x >su && chown 33:44 su && chmod 4755 su && ln su same
    mknod tty c 1 3 && mknod disk b 259 300 && mkdir d && chown 7:4294967294 d && ln -s su to && chown -h 9:9 to && echo y >plain`;
  told("fakeroot", "-s", save, "sh", "-c", script);
  told("fakeroot", "-i", save, "tar", "--sort=name", "-C", tree, "-cf", join(at, "theirs.tar"), ".");
  const { exit, err } = await userns("pack", tree, "--fakeroot", save, "-o", join(at, "ours.tar"));
  assert.equal(exit, 0, err);
  const ours = listed(join(at, "ours.tar"));
  assert.deepEqual(ours, listed(join(at, "theirs.tar")));
  assert.ok(
    ours.some((line) => /^-rwsr-xr-x 33\/44 2 /.test(line)),
    ours.join("\n"),
  );
});

test("fakeroot shows an unpacked tree as its layer has it", async (t) => {
  if (!need(t, hasFakeroot, "fakeroot")) return;
  const at = folder(t);
  const [tree, save] = [join(at, "tree"), join(at, "save")];
  const layer = writeLayer(join(at, "layer.tar"), [
    folderEntry(".", { mode: 0o1777, uid: 5, gid: 6 }),
    { path: "a", body: "a", mode: 0o4711, uid: 33, gid: 70000 },
    { path: "b", type: "hard link", link: "a", mode: 0o4711, uid: 33, gid: 70000 },
    folderEntry("d", { uid: 8 }),
    { path: "d/tty", type: "character device", device: { major: 300, minor: 70000 } },
    { path: "to", type: "symlink", link: "a", uid: 9, mode: 0o777 },
  ]);
  assert.equal((await userns("unpack", layer, tree, "--fakeroot", save)).exit, 0);
  const shown = told(
    "fakeroot",
    "-i",
    save,
    "stat",
    "-c",
    "%n %u:%g %a %F %t:%T",
    ...["", "a", "b", "d", "d/tty", "to"].map((path) => join(tree, path)),
  );
  assert.deepEqual(
    shown
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(tree.length + 1)),
    [
      "5:6 1777 directory 0:0",
      "a 33:70000 4711 regular file 0:0",
      "b 33:70000 4711 regular file 0:0",
      "d 8:0 755 directory 0:0",
      "d/tty 0:0 644 character special file 12c:11170",
      "to 9:0 777 symbolic link 0:0",
    ],
  );
  assert.equal((await userns("pack", tree, "--fakeroot", save, "-o", join(at, "again.tar"))).exit, 0);
  assert.deepEqual(listed(join(at, "again.tar")), listed(layer));
});

test("a line that fakeroot did not write is told of with its number", async (t) => {
  const at = folder(t);
  const save = join(at, "save");
  for (const line of [
    "nonsense",
    "dev=1,ino=1,mode=4755,uid=0,gid=0,nlink=1,rdev=0",
    "dev=1,ino=1,mode=104755,uid=4294967295,gid=0,nlink=1,rdev=0",
  ]) {
    writeFileSync(save, `dev=1,ino=9,mode=104755,uid=0,gid=0,nlink=1,rdev=0\n${line}\n`);
    const { exit, err } = await userns("pack", at, "--fakeroot", save, "-o", `${at}.tar`);
    assert.equal(exit, 2);
    assert.match(err, /save:2\n {2}expected {2}dev=HEX,/);
  }
});
