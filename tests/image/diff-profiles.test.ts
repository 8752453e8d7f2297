/** One image on two kernels: what isolated namespaces and fsid mappings change of who may do what with its files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { folderFor, userns } from "../cli/command.ts";
import { aclValue } from "../shift/archive.ts";
import { changesOf } from "./diff-changes.ts";
import { ACCOUNTS, ACL, dir, file } from "./diff-entries.ts";

const WWW_MAY_READ = {
  attributes: {
    "system.posix_acl_access": aclValue(
      [ACL.userObj, 6, ACL.none],
      [ACL.user, 4, 33],
      [ACL.groupObj, 0, ACL.none],
      [ACL.mask, 4, ACL.none],
      [ACL.other, 0, ACL.none],
    ),
  },
};

const IMAGE = [
  [
    ...ACCOUNTS,
    file("secret", 0o600),
    file("own", 0o640, { uid: 33, gid: 33 }),
    file("shadow", 0o640, { gid: 42 }),
    file("far", 0o600, { uid: 70_000, gid: 70_000 }),
    file("open", 0o646, { uid: 70_000, gid: 70_000 }),
    dir("there", 0o700, { uid: 33 }),
    file("there/inside"),
    file("acl", 0o640, WWW_MAY_READ),
    file("program", 0o4755),
  ],
];
const MAP = "0:100000:65536";
const HOST_ROOT = "uid=0,gid=0,in=host";

interface Case {
  readonly title: string;
  readonly args: readonly string[];
  readonly as: readonly string[];
  /** Changes of the files above, by task. */
  readonly expected: readonly string[];
  readonly note?: RegExp;
}

const isolated = (words = "") => `linux-6.18+isolated${words}`;
const fsid = (words = "") => `linux-6.18+fsid${words}`;

const CASES: readonly Case[] = [
  {
    title: "+isolated: root of the host, with every capability, has no power over ids that are of the container alone",
    args: ["--map-a", MAP, "--profile-b", isolated()],
    as: [HOST_ROOT],
    // F02 of vectors/isolated: EACCES for what is not for others. The owner 70000 was sealed, and has an id now.
    expected: [
      "secret -read -write permissions",
      "own -read -write permissions",
      "shadow -read -write permissions",
      "open +write permissions",
      "there -read -write -execute permissions",
      "there/inside -read -write by /there",
      "acl -read -write permissions",
      "program -write permissions",
    ],
  },
  {
    title: "+isolated=repaired: an ancestor's root keeps its power, over all ids",
    args: ["--map-a", MAP, "--profile-b", isolated("=repaired")],
    as: [HOST_ROOT],
    expected: ["far +read +write permissions", "open +write permissions"],
  },
  {
    title: "+isolated: ids that a map does not hold are ids, over which root of the container has power",
    args: ["--map-a", MAP, "--profile-b", isolated()],
    as: ["root"],
    expected: ["far +read +write permissions", "open +write permissions"],
  },
  {
    title: "+isolated: the host's owner of the mapped ids owns none of what is not mapped",
    args: ["--map-a", MAP, "--profile-b", isolated()],
    as: ["uid=100033,gid=100033,in=host"],
    expected: [
      "own -read -write permissions",
      "open +write permissions",
      "there -read -write -execute permissions",
      "there/inside -read by /there",
      "acl -read permissions",
    ],
  },
  {
    title: "+isolated, with a map on both sides: ids that it holds are as they were",
    args: ["--map-a", MAP, "--map-b", MAP, "--profile-b", isolated()],
    as: ["www-data", "uid=100033,gid=100033,in=host"],
    expected: ["open +write permissions", "open +write permissions"],
  },
  {
    title: "+fsid without an fs map: the id map is copied, and nothing changes",
    args: ["--map-a", MAP, "--map-b", MAP, "--profile-b", fsid()],
    as: ["root", "www-data", "uid=100033,gid=100033,in=host", HOST_ROOT],
    expected: [],
  },
  {
    title: "+fsid: whoever on the host has the ids of processes owns no file, and whoever has those of files does",
    args: ["--map-a", MAP, "--map-b", MAP, "--fs-map-b", "0:300000:65536", "--profile-b", fsid()],
    as: ["root", "www-data", "uid=100033,gid=100033,in=host", "uid=300033,gid=300033,in=host"],
    expected: [
      "own -read -write permissions",
      "own +read +write permissions",
      "there -read -write -execute permissions",
      "there +read +write +execute permissions",
      "there/inside -read by /there",
      "there/inside +read by /there",
      "acl -read permissions",
      "acl +read permissions",
    ],
  },
  {
    title: "+fsid=v3: supplementary groups stay ids of processes, so that www-data is no longer in shadow",
    args: ["--map-a", MAP, "--map-b", MAP, "--fs-map-b", "0:300000:65536", "--profile-b", fsid("=v3")],
    as: ["www-data"],
    expected: ["shadow -read permissions"],
  },
  {
    title: "+setusers and +shiftfs change nothing, and the reason is said",
    args: ["--map-a", MAP, "--map-b", MAP, "--profile-b", "linux-6.18+setusers+shiftfs"],
    as: ["root", "www-data", HOST_ROOT],
    expected: [],
    note: /setusers\(\) says which ids .*\n.*shiftfs shifts what is mounted/,
  },
];

for (const { title, args, as, expected, note } of CASES)
  test(`two kernels: ${title}`, async (t) => {
    const asked = as.flatMap((one) => ["--as", one]);
    const { exit, changes, answer } = await changesOf(folderFor(t), IMAGE, IMAGE, [...args, ...asked], note);
    const named = changes.filter((line) => !/: (\/|etc[^ ]*) /.test(line));
    assert.deepEqual(
      named.map((line) => line.replace(/^.*?: /, "")),
      expected,
    );
    assert.equal(exit, changes.length + answer.programs.count > 0 ? 1 : 0);
  });

test("two kernels: a program of the isolated root makes nobody of the host; root of the host is asked for unasked", async (t) => {
  const { answer } = await changesOf(folderFor(t), IMAGE, IMAGE, ["--map-a", MAP, "--profile-b", isolated()]);
  const a = { id: 0, hostId: 100_000, isIsolated: false };
  const b = { id: 0, hostId: null, isIsolated: true };
  assert.deepEqual(answer.programs.programs, [{ path: "program", privilege: "setuid", a, b }]);
  assert.deepEqual([answer.a.profile, answer.b.profile], ["linux-6.18", isolated()]);
  assert.ok(answer.tasks.some(({ name }) => name === "root of the host"));
});

test("two kernels: an account that the fs map alone does not hold cannot be", async (t) => {
  const args = ["--map-a", MAP, "--map-b", MAP, "--fs-map-b", "0:300000:20", "--profile-b", fsid(), "--as", "www-data"];
  const { answer } = await changesOf(folderFor(t), IMAGE, IMAGE, args);
  assert.deepEqual(answer.impossible, [{ task: "www-data", side: "b", kind: "uid", id: 33, table: "fs" }]);
});

const REFUSED: readonly (readonly [title: string, args: readonly string[], message: RegExp])[] = [
  ["a kernel that is none", ["--profile-a", "linux-7"], /--profile-a\n.*expected {2}a kernel that is modelled/],
  ["an fs map on a kernel without", ["--map-a", MAP, "--fs-map-a", MAP], /--profile-a linux-6\.18\+fsid/],
  ["an fs map without a map", ["--fs-map-b", MAP, "--profile-b", fsid()], /the map that --fs-map-b goes with/],
  ["an fs map of groups alone", ["--gid-fs-map-b", MAP, "--profile-b", fsid()], /that --gid-fs-map-b goes with/],
];
for (const [title, args, message] of REFUSED)
  test(`two kernels: ${title} is refused`, async () => {
    const { exit, stderr } = await userns(["image", "diff", "none.tar", "none.tar", ...args]);
    assert.equal(exit, 2);
    assert.match(stderr, message);
  });
