import assert from "node:assert/strict";
import { test } from "node:test";
import { userns } from "./command.ts";

const LINES = "0:1000:1,1:100000:65536";

test("convert writes each target under its name", async () => {
  const { stdout, exit } = await userns(["convert", "0:100000:65536", "--to", "lxc,fuidshift"]);
  assert.equal(exit, 0);
  assert.equal(
    stdout,
    "# lxc\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\n# fuidshift\nb:0:100000:65536\n",
  );
});

test("convert refuses what a target cannot hold: the limit, what was given, what would fit", async () => {
  const { stdout, exit } = await userns(["convert", LINES, "--to", "cri"]);
  assert.equal(exit, 1);
  assert.match(
    stdout,
    /one line of uid \(containerd's CRI plugin\)[\s\S]*2 lines[\s\S]*1:100000:65536 holds 65536 of the 65537/,
  );
});

test("convert says where a manual and what was measured disagree", async () => {
  const { stderr } = await userns(["convert", LINES, "--to", "mount"]);
  assert.match(stderr, /mount\(8\) says the reverse/);
});

test("convert takes a form by name, and tells of one that there is not", async () => {
  assert.equal(
    (await userns(["convert", "+1000:0:1", "--from", "podman", "--to", "triples"])).stdout,
    "0:1:1000,1000:0:1,1001:1001:4294966294\n",
  );
  const { stderr, exit } = await userns(["convert", LINES, "--to", "nonsense"]);
  assert.equal(exit, 2);
  assert.match(stderr, /one of: [\s\S]*lxc/);
  assert.equal((await userns(["convert", LINES, "--to", "docker"])).exit, 2);
});
