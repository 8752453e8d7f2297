import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import type { CheckAnswer } from "../../src/cli/check.ts";
import { folderFor, ROOTLESS, userns } from "./command.ts";

interface Row {
  readonly rule: string;
  readonly args: readonly string[];
  readonly exit: number;
  readonly lines: readonly string[];
}

const AS_USER = [
  "  as    uid 1000, gid 1000, no capability, writing from inside the new",
  "        namespace, made in the initial namespace",
];

const NEEDS_SETUID = [
  "EPERM uid_map: the writer has no CAP_SETUID over init, and the map has 2 lines",
  "  rule  A map of anything but the owner's own id alone needs CAP_SETUID",
  "        (CAP_SETGID) over the parent, of opener and writer. (mapSetidCap)",
  "  from  user_namespaces(7), rule 5; vectors/linux-6.18/1_map_write.json (tag",
  "        opener)",
];

const ROWS: readonly Row[] = [
  {
    rule: "the own id alone is taken, and the map in force is shown",
    args: ["--uid-map", "0 1000 1"],
    exit: 0,
    lines: ["yes, Linux takes this", "  uid_map 0:1000:1", ...AS_USER],
  },
  {
    rule: "a count past 32 bits is cut, and what is in force shows it",
    args: ["--uid-map", "0 1000 4294967297"],
    exit: 0,
    lines: ["yes, Linux takes this", "  uid_map 0:1000:1", ...AS_USER],
  },
  {
    rule: "a map that is written is not written again",
    args: ["--uid-map", "0 1000 1", "--written", "uid"],
    exit: 1,
    lines: [
      "EPERM uid_map: uid_map of new is written",
      "  rule  A map can be written once. (mapWrittenOnce)",
      "  from  user_namespaces(7); vectors/linux-6.18/1_map_write.json (tag twice)",
      "  as    uid 1000, gid 1000, no capability, writing from inside the new",
      "        namespace, made in the initial namespace; uid_map is written already",
      "  fix   no change to the maps or their writer helps against it: A map can be",
      "        written once.",
    ],
  },
  {
    rule: "a map of groups that is written leaves setgroups as it is, and the map of users free",
    args: ["--uid-map", "0 1000 1", "--setgroups", "deny", "--written", "gid"],
    exit: 1,
    lines: [
      "EPERM setgroups: gid_map of new is written",
      '  rule  "deny" must be written before gid_map. (denyBeforeGidMap)',
      "  from  user_namespaces(7); vectors/linux-6.18/1_map_write.json (tag",
      "        setgroups-order)",
      "  uid_map 0:1000:1",
      "  as    uid 1000, gid 1000, no capability, writing from inside the new",
      "        namespace, made in the initial namespace; setgroups: deny; gid_map is",
      "        written already",
      '  fix   no change to the maps or their writer helps against it: "deny" must be',
      "        written before gid_map.",
    ],
  },
  {
    rule: "each refused file is told, with line and column",
    args: ["--uid-map", "0 1000 1 x", "--gid-map", "0 1000"],
    exit: 1,
    lines: [
      'EINVAL uid_map line 1, column 10: "x" follows',
      "  rule  Nothing but white space may follow the third number. (nothingAfterCount)",
      "  from  vectors/linux-6.18/1_map_write.json (tag text)",
      "EINVAL gid_map line 1, column 3: no first id below",
      "  rule  A line is three decimal numbers with white space between them; no sign,",
      "        no hex. (threeNumbers)",
      "  from  user_namespaces(7); vectors/linux-6.18/1_map_write.json (tag text)",
      ...AS_USER,
      "  fix   uid_map line 1: 0 1000 1",
      "        gid_map line 1: 0 1000 1",
      "        --setgroups deny: write deny to setgroups before gid_map",
    ],
  },
  {
    rule: "who writes a range without a capability is told of newuidmap, and of the own id",
    args: ["--uid-map", ROOTLESS],
    exit: 1,
    lines: [
      ...NEEDS_SETUID,
      ...AS_USER,
      "  fix   with CAP_SETUID over the parent",
      "        --from parent: written from the parent",
      "        as newuidmap does:",
      "          newuidmap PID 0 1000 1 1 100000 65536",
      "        which asks for these lines in /etc/subuid:",
      "          1000:100000:65536",
      "  or    uid_map line 2: leave it out",
      "        (65536 ids are then not mapped)",
    ],
  },
  {
    rule: "whoever has capabilities writes from the parent",
    args: ["--uid-map", ROOTLESS, "--as", "uid=1000,caps=CAP_SETUID"],
    exit: 0,
    lines: [
      "yes, Linux takes this",
      "  uid_map 0:1000:1, 1:100000:65536",
      "  as    uid 1000, gid 1000, CAP_SETUID, writing from its parent, made in the",
      "        initial namespace",
    ],
  },
  {
    rule: "capabilities of the parent count for nothing inside",
    args: ["--uid-map", ROOTLESS, "--as", "caps=setuid", "--from", "inside"],
    exit: 1,
    lines: [
      ...NEEDS_SETUID,
      "  as    uid 1000, gid 1000, CAP_SETUID, writing from inside the new namespace,",
      "        made in the initial namespace",
      "  fix   --from parent: written from the parent",
    ],
  },
];

for (const { rule, args, exit, lines } of ROWS)
  test(`check: ${rule}`, async () => {
    const outcome = await userns(["check", ...args]);
    assert.deepEqual(outcome.stdout.split("\n"), [...lines, ""]);
    assert.deepEqual([outcome.exit, outcome.stderr], [exit, ""]);
  });

/** One map, written in forms of tools; each line is what is then written to uid_map and gid_map. */
const FORMS: readonly (readonly [form: string, text: string, uid: string, gid: string])[] = [
  ["triples", "0:5:9,9:20:1", "0 5 9\n9 20 1", "0 5 9\n9 20 1"],
  ["a named uid_map, to the letter", "uid_map:0  5 9;x", "0  5 9\nx", "0  5 9\nx"],
  ["lxc", "lxc.idmap = u 0 5 9\nlxc.idmap = g 0 7 9", "0 5 9", "0 7 9"],
  ["a named podman", "podman:0:5:9", "0 5 9", "0 5 9"],
  [
    "oci",
    '{"uidMappings":[{"containerID":0,"hostID":5,"size":9}],"gidMappings":[{"containerID":0,"hostID":7,"size":1}]}',
    "0 5 9",
    "0 7 1",
  ],
  ["raw.idmap", "both 5-7 0-2", "0 5 3", "0 5 3"],
];

for (const [form, text, uid, gid] of FORMS)
  test(`check: --uid-map and --gid-map take ${form}, from an argument and from a file`, async (t) => {
    const file = join(folderFor(t), "map");
    writeFileSync(file, text);
    // In a file a name before a colon may be an owner's.
    for (const given of /named/.test(form) ? [text] : [text, file]) {
      const { stdout } = await userns(["check", "--uid-map", given, "--gid-map", given, "--json"]);
      const { question }: CheckAnswer = JSON.parse(stdout);
      assert.deepEqual(question.texts, { uid, gid });
    }
  });

test("check: a form that says nothing of the kind that is written is bad input", async () => {
  const { exit, stderr } = await userns(["check", "--uid-map", "lxc.idmap = g 0 7 9"]);
  assert.equal(exit, 2);
  assert.match(stderr, /--uid-map\n {2}expected {2}a line of uid too/);
});

test("check: a map of 4096 bytes in a file is written to the letter", async (t) => {
  const path = join(folderFor(t), "map");
  writeFileSync(path, "0 1000 1".padEnd(4096));
  const { exit, stdout } = await userns(["check", "--uid-map", path]);
  assert.deepEqual([exit, stdout.split("\n")[0]], [1, "EINVAL uid_map: 4096 bytes"]);
});

test("check: root has every capability unless said, and a parent's map is the parent's", async () => {
  const args = ["check", "--uid-map", "0 0 2", "--as", "uid=0", "--parent-map", "0:5:2"];
  assert.equal((await userns(args)).exit, 0);
  assert.equal((await userns([...args, "--as", "uid=0,caps=none"])).exit, 1);
});

test("check: --json has the documented shape", async () => {
  const { exit, stdout } = await userns(["check", "--uid-map", "0 100 1;0 5 1", "--as", "caps=setuid", "--json"]);
  assert.equal(exit, 1);
  const question = {
    parent: null,
    writer: { uid: 1000, gid: 1000, caps: ["setuid"] },
    from: "parent",
    setgroups: null,
    texts: { uid: "0 100 1\n0 5 1" },
  };
  const answer: unknown = JSON.parse(stdout);
  assert.deepEqual(answer, {
    ok: false,
    question,
    writes: [
      {
        file: "uid_map",
        refusal: {
          file: "uid_map",
          call: "write",
          errno: "EINVAL",
          rule: {
            name: "noOverlap",
            sentence: "No two lines share an id on either side.",
            source: "user_namespaces(7); vectors/linux-6.18/1_map_write.json (tags text, overlap-far)",
          },
          because: "0:5:1 shares inside id 0 with line 1, 0:100:1",
          line: 2,
          column: null,
        },
        inForce: [],
      },
    ],
    proposals: [
      {
        changes: [{ what: "line", kind: "uid", line: 2, to: ["1 5 1"] }],
        question: { ...question, texts: { uid: "0 100 1\n1 5 1" } },
        lostIds: 0,
        tools: [],
      },
    ],
    why: null,
    fs: null,
  });
});

const WRONG: readonly (readonly [args: readonly string[], where: string])[] = [
  [[], "--uid-map"],
  [["--uid-map", "0:1000"], "--uid-map"],
  [["--uid-map", "nowhere"], "--uid-map"],
  [["--uid-map", "0 0 1", "--as", "user=5"], "--as"],
  [["--uid-map", "0 0 1", "--as", "uid=5,uid=6"], "--as"],
  [["--uid-map", "0 0 1", "--as", "uid=x"], "--as uid"],
  [["--uid-map", "0 0 1", "--as", "caps=CAP_ROOT"], "--as caps"],
  [["--uid-map", "0 0 1", "--parent-gid-map", "0:0:1"], "--parent-map"],
  [["--uid-map", "0 0 1", "--parent-map", "0:0:1"], "writer's uid"],
  [["--uid-map", "0 0 1", "--parent-map", "0:0:0"], "--parent-map:1:1"],
];

for (const [args, where] of WRONG)
  test(`check ${args.join(" ")}: exit 2, at ${where}`, async () => {
    const { exit, stdout, stderr } = await userns(["check", ...args]);
    assert.deepEqual([exit, stdout, stderr.split("\n")[0]], [2, "", `error: ${where}`]);
  });

test("a file whose name begins with a digit is read", async (t) => {
  const path = "341.map";
  const folder = folderFor(t);
  writeFileSync(join(folder, path), "0 1000 1\n");
  const { status, stdout } = spawnSync(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), resolve("src/cli/main.ts"), "check", "--uid-map", path],
    { cwd: folder, encoding: "utf8" },
  );
  assert.equal(status, 0, stdout);
  const missing = await userns(["check", "--uid-map", "342.map"]);
  assert.equal(missing.exit, 2);
  assert.match(missing.stderr, /^ {2}got {7}"342\.map", and there is no such file$/m);
});

const FS_MAPS = ["--as", "uid=0", "--fsuid-map", "0 300000 9"];

test("check --fsuid-map: on a kernel with fsid mappings, and the mount that does the same is preferred", async () => {
  const { exit, stdout } = await userns(["check", ...FS_MAPS, "--uid-map", "0 100000 9", "--gid-map", "0 100000 9"]);
  assert.deepEqual(
    [exit, stdout.split("\n")],
    [
      0,
      [
        "yes, Linux with fsid mappings takes this",
        "  fsuid_map 0:300000:9",
        "  uid_map 0:100000:9",
        "  gid_map 0:100000:9",
        "  as    uid 0, gid 0, 41 capabilities, writing from its parent, made in the",
        "        initial namespace",
        "better   mount the files with the id map 300000:100000:9, and of groups",
        "         100000:100000:9: that holds for one mount alone, and Linux has it",
        "",
      ],
    ],
  );
  assert.match((await userns(["check", ...FS_MAPS, "--uid-map", "0 100000 9"])).stdout, /id map 300000:100000:9: /);
});

test("check --fsuid-map: a map that reaches an account of the host is found, down through the parent's", async (t) => {
  const passwd = join(folderFor(t), "passwd");
  writeFileSync(passwd, "web:x:300033:300033:::\n");
  const parent = ["--parent-map", "0:300000:99", "--uid-map", "0 0 9", "--passwd", passwd];
  const args = ["--as", "uid=0", "--fsuid-map", "0 30 9", ...parent];
  const { exit, stdout } = await userns(["check", ...args]);
  assert.equal(exit, 1);
  assert.match(stdout, /^yes, Linux with fsid mappings takes this\n/);
  assert.match(stdout, /\nfinding {2}fsuid_map 0:300030:9 gives uid 3 inside the files of web on every mount\n/);
  assert.match(stdout, /\n {9}host user: getuid → uid 4000000000, euid 300033, /);
  const { fs }: CheckAnswer = JSON.parse((await userns(["check", ...args, "--json"])).stdout);
  assert.deepEqual(
    fs?.findings.map(({ code, inside }) => [code, inside]),
    [["fs-map-reaches-account", 3]],
  );
});

test("check --uid-map: an id map alone brings along the fs map of its numbers, and is no finding where none is asked about", async () => {
  const args = ["check", "--as", "uid=0", "--uid-map", "0 0 9", "--json"];
  const without: CheckAnswer = JSON.parse((await userns(args)).stdout);
  assert.equal(without.fs, null);
  const beside: CheckAnswer = JSON.parse((await userns([...args, "--fsgid-map", "0 5 1"])).stdout);
  assert.deepEqual(
    beside.fs?.findings.map(({ account }) => account),
    [{ kind: "uid", name: "root", id: 0 }],
  );
});

const FS_REFUSED: readonly (readonly [rule: string, args: readonly string[], exit: number, said: RegExp])[] = [
  ["an fs map is held to the rules of an id map", ["--fsuid-map", "0 1 2"], 1, /^EPERM fsuid_map: .*CAP_SETUID/],
  ["its text too", ["--fsuid-map", "0 1 0", "--as", "uid=0"], 1, /^EINVAL fsuid_map line 1: /],
  ["and is not changed by a proposal", ["--fsuid-map", "0 1 0"], 1, /fix {3}a change is sought to id maps only: /],
  ["accounts go with an fs map", ["--uid-map", "0 1 1", "--passwd", "x"], 2, /^error: --fsuid-map\n/],
];

for (const [rule, args, exit, said] of FS_REFUSED)
  test(`check ${args.join(" ")}: ${rule}`, async () => {
    const outcome = await userns(["check", ...args]);
    assert.equal(outcome.exit, exit);
    assert.match(outcome.stdout + outcome.stderr, said);
  });
