/** Bad input of `userns run`: where it is in the file, what was expected, what was found, what to do. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { userns } from "./command.ts";
import { fileWith, HEAD, SCENARIO, STEPS } from "./run-scenario.ts";

interface BadRow {
  readonly rule: string;
  readonly file?: string;
  readonly text: string | Uint8Array;
  readonly stderr: readonly string[];
}

/** A scenario in which alice can log in, and who else is told. */
const logins = (grants: string, others = "") =>
  `version: 1\nprofile: linux-6.18+setusers\nsetup:\n  piles:\n    users: [{ name: alice, uid: 1000, gid: 1000 }${others}]\n  ${grants}\nsteps: []\n`;

const BAD: readonly BadRow[] = [
  {
    rule: "an undefined name is told with line and column of its key",
    text: SCENARIO.replace("task: root\n", "task: rot\n"),
    stderr: ["error: a.yaml:12:5: $.steps[1].task", "  expected  a task: @root, root", '  got       "rot"'],
  },
  {
    rule: "a map that Linux would refuse in a setup is told with its place and the rule",
    text: SCENARIO.replace(
      "  filesystems:",
      "    - { name: in, parent: box, owner: [0, 0], uid_map: [[0, 0, 2]] }\n  filesystems:",
    ),
    stderr: [
      "error: a.yaml:6:47: $.setup.namespaces[1].uid_map",
      "  expected  a map that Linux takes: Every line must lie within one line of the parent's map.",
      '  got       "no line of uid_map of box holds all of 0:0:2"',
    ],
  },
  {
    rule: "a mode that YAML reads as a number is told with what to do",
    text: SCENARIO.replace('mode: "0644" }]', "mode: 0644 }]"),
    stderr: [
      "error: a.yaml:7:56: $.setup.files[0].mode",
      '  expected  a mode in octal up to 7777, like "0644"',
      "  got       644",
      "  to do     put it in quotes",
    ],
  },
  {
    rule: "what is not modelled is told by name",
    text: SCENARIO.replace("type: tmpfs", "type: nfs"),
    stderr: [
      "error: a.yaml:6:31: $.setup.filesystems[0].type",
      "  expected  one of tmpfs, ext4, xfs, btrfs, overlay, shiftfs, cgroup2",
      '  got       "nfs"',
      "  to do     network file systems and FUSE are not modelled: their servers decide with ids of their own",
    ],
  },
  {
    rule: "a key that is missing is told with the place of what should hold it",
    text: "version: 1\nsteps:\n  - call: creds\n",
    stderr: ["error: a.yaml:3:5: $.steps[0].task", "  expected  text", "  got       nothing"],
  },
  {
    rule: "a pile that is granted to nobody who can log in is told",
    text: logins("  grants: [{ user: ghost }]"),
    stderr: ["error: a.yaml:6:16: $.setup.piles.grants[0].user", "  expected  one of alice", '  got       "ghost"'],
  },
  {
    rule: "a second grant to the same user is told",
    text: logins("  grants: [{ user: alice }, { user: alice, name: more }]"),
    stderr: [
      "error: a.yaml:6:33: $.setup.piles.grants[1].user",
      "  expected  a user to whom nothing was granted before",
      '  got       "alice"',
    ],
  },
  {
    rule: "two users of one name are told",
    text: logins("", ", { name: alice, uid: 1001, gid: 1001 }"),
    stderr: [
      "error: a.yaml:5:54: $.setup.piles.users[1].name",
      "  expected  a name that no other user has",
      '  got       "alice"',
    ],
  },
  {
    rule: "JSON has lines and columns too",
    file: "a.json",
    text: '{\n\t"version": 1,\n\t"steps": [\n\t\t{ "task": "@root", "call": "reboot" }]\n}\n'.replace(
      "reboot",
      "keyctl",
    ),
    stderr: [
      "error: a.json:4:22: $.steps[0].call",
      "  expected  a call that is modelled",
      '  got       "keyctl"',
      "  to do     keys are asked for by the calls add_key and key_…, of the types user and keyring: who may use them, not what they hold; none is requested of user space, revoked, or ever expires",
    ],
  },
  {
    rule: "text that is neither YAML nor JSON is told with line and column",
    text: "version: 1\nsteps: [\n",
    stderr: ["error: a.yaml:2:8", "  expected  JSON or YAML", "  got       a [ that is not closed"],
  },
  {
    rule: "a key is written once",
    text: "version: 1\nversion: 1\n",
    stderr: ["error: a.yaml:2:1", "  expected  JSON or YAML", "  got       Map keys must be unique"],
  },
  {
    rule: "a tag that YAML does not have is refused, not dropped",
    text: "version: !int 1\n",
    stderr: ["error: a.yaml:1:10", "  expected  JSON or YAML", "  got       Unresolved tag: !int"],
  },
  {
    rule: "a file holds one scenario",
    text: "version: 1\n---\nversion: 1\n",
    stderr: ["error: a.yaml:2:1", "  expected  JSON or YAML", "  got       a second document, behind ---"],
  },
  {
    rule: "an alias of nothing is refused",
    text: "version: 1\ntitle: *v\n",
    stderr: [
      "error: a.yaml:2:8",
      "  expected  an alias of an anchor before it",
      "  got       *v, and there is no &v before it",
    ],
  },
  {
    rule: "an alias inside of what it stands for is refused",
    text: "version: 1\nsetup: &s { namespaces: *s }\n",
    stderr: [
      "error: a.yaml:2:25",
      "  expected  JSON or YAML without end in itself",
      "  got       an alias inside of what it stands for",
    ],
  },
  {
    rule: "a key that is a number is refused: beside the same one in quotes it would be lost",
    text: 'version: 1\nnames: { "5": 2, 5: 1 }\n',
    stderr: ["error: a.yaml:2:18", "  expected  a key that is text", "  got       5", "  to do     put it in quotes"],
  },
  {
    rule: "a key that is a list is refused",
    text: "version: 1\nnames:\n  [a]: 9\n",
    stderr: [
      "error: a.yaml:3:3",
      "  expected  a key that is text",
      "  got       a list or an object",
      "  to do     put it in quotes",
    ],
  },
  {
    rule: "lists deep in one another are refused where they become too deep",
    text: `version: 1\nsteps: ${"[".repeat(200)}${"]".repeat(200)}\n`,
    stderr: ["error: a.yaml:2:108", "  expected  at most 100 lists or objects in one another", "  got       one more"],
  },
  {
    rule: "a scenario of a later version is told what reads it",
    text: "version: 2\nsteps: []\n",
    stderr: [
      "error: a.yaml:1:1: $.version",
      "  expected  1",
      "  got       2",
      "  to do     take a newer userns: this one reads version 1",
    ],
  },
  {
    rule: "a mount of a file is refused",
    text: SCENARIO.replace("  tasks:", "  mounts: [{ name: m, fs: disk, sub: passwd }]\n  tasks:"),
    stderr: ["error: a.yaml:8:33: $.setup.mounts[0].sub", "  expected  a directory of disk", '  got       "passwd"'],
  },
  {
    rule: "an empty file is no scenario",
    text: "\n",
    stderr: ["error: a.yaml", "  expected  JSON or YAML", "  got       an empty text"],
  },
  {
    rule: "bytes that are no UTF-8 are refused",
    text: Uint8Array.of(0xff, 0xfe),
    stderr: ["error: a.yaml", "  expected  text in UTF-8", "  got       other bytes"],
  },
  {
    rule: "recorded vectors are told what replays them",
    file: "a.json",
    text: '[{ "id": "x", "family": "f", "tag": "t", "setup": {}, "op": [], "observed": [] }]',
    stderr: [
      "error: a.json:1:1: $",
      "  expected  a scenario",
      '  got       "recorded vectors"',
      "  to do     replay them with: npm run vectors -- FILE",
    ],
  },
];

for (const { rule, file = "a.yaml", text, stderr } of BAD)
  test(`${rule}: exit 2`, async (t) => {
    const { folder, path } = fileWith(t, file, text);
    const outcome = await userns(["run", path]);
    assert.deepEqual([outcome.stderr.replaceAll(`${folder}/`, ""), outcome.stdout], [`${stderr.join("\n")}\n`, ""]);
    assert.equal(outcome.exit, 2);
  });

test("a place behind an alias is where its anchor stands", async () => {
  const text = `${HEAD.replace("tasks:\n    - {", "tasks:\n    - &root {")}steps: [*root]\n`;
  assert.match((await userns(["run", "-"], { stdin: text })).stderr, /^error: stdin:10:9: \$\.steps\[0\]\.task/);
});

test("nothing is said of the first file when the last is bad", async (t) => {
  const { path } = fileWith(t, "a.yaml", SCENARIO);
  const missing = await userns(["run", path, join(path, "b.yaml")]);
  assert.deepEqual([missing.exit, missing.stdout], [2, ""]);
  assert.match(missing.stderr, /expected {2}a file that can be read/);
  const bad = await userns(["run", path, "-"], { stdin: "version: 2" });
  assert.deepEqual([bad.exit, bad.stdout], [2, ""]);
});

test("an error as JSON names the place", async () => {
  const { exit, stderr } = await userns(["run", "-", "--json"], {
    stdin: `${HEAD}${STEPS.replace("stat\n", "reboot\n")}`,
  });
  assert.equal(exit, 2);
  const { error } = JSON.parse(stderr);
  assert.deepEqual([error.code, error.where, error.got], ["ERR_SCENARIO", "stdin:13:5: $.steps[1].call", '"reboot"']);
});

test("an engine that there is not is wrong use", async () => {
  assert.equal((await userns(["run", "-", "--engine", "gpu"], { stdin: SCENARIO })).exit, 2);
});

test("a YAML anchor bomb is refused", async () => {
  const row = (name: string, of: string) => `${name}: &${name} [${Array.from({ length: 10 }, () => of).join()}]\n`;
  const text = `${row("a", "1")}${row("b", "*a")}${row("c", "*b")}${row("d", "*c")}${row("e", "*d")}${row("f", "*e")}`;
  const { exit, stderr } = await userns(["run", "-"], { stdin: text });
  assert.equal(exit, 2);
  assert.match(stderr, /^error: stdin:5:29\n {2}expected {2}aliases that stand for at most 100000 values in all$/m);
});

test("JSON so deep that it cannot be read is refused", async () => {
  const { exit, stderr } = await userns(["run", "-"], { stdin: "[".repeat(100_000) });
  assert.equal(exit, 2);
  // How deep the parser comes is the host's.
  assert.match(
    stderr,
    /^error: stdin:1:\d+\n {2}expected {2}JSON or YAML\n {2}got {7}lists or objects too deep in one another\n$/,
  );
});

test("a file without end is refused where no text is as long", async () => {
  const got = ["  expected  a text of at most 67108864 bytes", "  got       more", ""];
  for (const args of [
    ["run", "/dev/zero"],
    ["check", "--uid-map", "/dev/zero"],
  ]) {
    const { exit, stderr, stdout } = await userns(args);
    assert.deepEqual([exit, stdout, stderr], [2, "", ["error: /dev/zero", ...got].join("\n")]);
  }
});
