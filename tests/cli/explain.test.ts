import assert from "node:assert/strict";
import { test } from "node:test";
import type { NestedFault } from "../../src/cli/given-maps.ts";
import { ROOTLESS, userns } from "./command.ts";

interface Row {
  readonly rule: string;
  readonly args: readonly string[];
  readonly exit: number;
  readonly lines: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    rule: "an owner is explained as user and as group, each with its own map",
    args: ["0:42", "--map", ROOTLESS, "--gid-map", "0:5000:100"],
    exit: 0,
    lines: [
      "uid u0 → k1000  (used inside → in the kernel)",
      "  u0 → k1000  uid_map, line 1: 0:1000:1",
      "",
      "gid u42 → k5042  (used inside → in the kernel)",
      "  u42 → k5042  gid_map, line 1: 0:5000:100",
    ],
  },
  {
    rule: "nested maps are gone through from the inside out",
    args: ["0", "--map", ROOTLESS, "--nested", "0:1:1000", "--nested", "0:5:5"],
    exit: 0,
    lines: [
      "uid u0 → k100005  (used inside → in the kernel)",
      "  u0 → u5       uid_map of nested 2, line 1: 0:5:5",
      "  u5 → u6       uid_map of nested 1, line 1: 0:1:1000",
      "  u6 → k100005  uid_map, line 2: 1:100000:65536",
    ],
  },
  {
    rule: "with --mount or --fs the question is what stat shows",
    args: ["1000", "--map", "0:10000:10000", "--mount", "0:10000:10000", "--fs", "0:20000:10000"],
    exit: 0,
    lines: [
      "uid u1000 → u1000  (kept on disk → as stat shows it)",
      "  u1000 → k21000  file system map, line 1: 0:20000:10000",
      "  k21000 → u1000  file system map, line 1: 0:20000:10000",
      "  u1000 → v11000  mount map, line 1: 0:10000:10000",
      "  v11000 → u1000  uid_map, line 1: 0:10000:10000",
    ],
  },
  {
    rule: "a kernel id goes up",
    args: ["1000", "--map", ROOTLESS, "--direction", "up"],
    exit: 0,
    lines: ["uid k1000 → u0  (in the kernel → as seen inside)", "  k1000 → u0  uid_map, line 1: 0:1000:1"],
  },
  {
    rule: "what no line holds is exit 1, with the nearest line",
    args: ["200000", "--map", ROOTLESS],
    exit: 1,
    lines: [
      "uid u200000 → not mapped, shown as 65534  (used inside → in the kernel)",
      "  u200000 → none  uid_map, no line holds u200000: line 2 (1:100000:65536) ends",
      "                  at u65536",
    ],
  },
  {
    rule: "the caller is in the initial namespace without --map",
    args: ["1125", "--mount", "1000:1125:1", "--direction", "create"],
    exit: 0,
    lines: [
      "uid u1125 → u1000  (the creator's → kept on disk)",
      "  u1125 → k1125  initial namespace, line 1: 0:0:4294967295",
      "  k1125 → u1000  mount map, line 1: 1000:1125:1",
      "  u1000 → k1000  initial namespace, line 1: 0:0:4294967295",
      "  k1000 → u1000  initial namespace, line 1: 0:0:4294967295",
    ],
  },
];

for (const { rule, args, exit, lines } of ROWS)
  test(`explain: ${rule}`, async () => {
    const outcome = await userns(["explain", ...args]);
    assert.deepEqual(outcome.stdout.split("\n"), [...lines, ""]);
    assert.deepEqual([outcome.exit, outcome.stderr], [exit, ""]);
  });

test("explain: --json has the documented shape", async () => {
  const { exit, stdout } = await userns(["explain", "70000:1", "--map", ROOTLESS, "--json"]);
  assert.equal(exit, 1);
  assert.deepEqual(JSON.parse(stdout), {
    direction: "down",
    title: "used inside → in the kernel",
    explanations: [
      {
        kind: "uid",
        from: "u70000",
        to: "none",
        isMapped: false,
        id: null,
        shown: 65534,
        steps: [
          {
            map: "uid_map",
            direction: "down",
            from: "u70000",
            to: "none",
            reason: "unmapped",
            line: null,
            extent: null,
            why: "no line holds u70000: line 2 (1:100000:65536) ends at u65536",
          },
        ],
      },
      {
        kind: "gid",
        from: "u1",
        to: "k100000",
        isMapped: true,
        id: 100000,
        shown: 100000,
        steps: [
          {
            map: "gid_map",
            direction: "down",
            from: "u1",
            to: "k100000",
            reason: "line",
            line: 2,
            extent: "1:100000:65536",
            why: "line 2: 1:100000:65536",
          },
        ],
      },
    ],
    refusedMaps: [],
  });
});

test("a nested map that leads out of the map before it: which line, and what Linux would say of it", async () => {
  const args = ["explain", "3", "--map", "0:1000:3", "--nested", "0:0:1,3:5:2"];
  const { exit, stdout } = await userns(args);
  assert.equal(exit, 1);
  assert.deepEqual(stdout.trimEnd().split("\n"), [
    "uid u3 → not mapped, shown as 65534  (used inside → in the kernel)",
    "  u3 → u5    uid_map of nested 1, line 2: 3:5:2",
    "  u5 → none  uid_map, no line holds u5: line 1 (0:1000:3) ends at u2",
    "",
    "--nested 1, which Linux does not take: EPERM line 2: no line of --map holds all",
    "of 3:5:2",
    "  rule  Every line must lie within one line of the parent's map.",
    "  from  user_namespaces(7), rule 4; vectors/linux-6.18/1_map_write.json (tag",
    "        nested)",
  ]);
  const { refusedMaps } = JSON.parse((await userns([...args, "--json"])).stdout);
  assert.deepEqual(
    refusedMaps.map(({ kind, option, nested, refusal }: NestedFault) => [
      ...[kind, option, nested],
      ...[refusal.errno, refusal.rule.name, refusal.line],
    ]),
    [["uid", "--nested", 1, "EPERM", "mapParentCovers", 2]],
  );
});

test("a map of groups that was not asked about is not spoken of", async () => {
  const args = ["explain", "0", "--map", "0:0:9", "--nested", "0:0:1", "--gid-nested", "0:9:1"];
  assert.equal(JSON.parse((await userns([...args, "--json"])).stdout).refusedMaps.length, 0);
  const asGroup = await userns([...args, "--json", "--kind", "gid"]);
  assert.equal(JSON.parse(asGroup.stdout).refusedMaps[0].option, "--gid-nested");
});

const WRONG: readonly (readonly [args: readonly string[], where: string])[] = [
  [["5"], "--map"],
  [["5", "--mount", "0:1:1", "--direction", "down", "--map", "0:1:1"], "--direction"],
  [["5", "--mount", "0:1:1", "--nested", "0:1:1"], "--map"],
  [["5:x", "--map", "0:1:1"], "IDS"],
  [["five", "--map", "0:1:1"], "IDS"],
  [["reed"], "IDS"],
  [["5", "--map", "0:1:1", "--mount", "0:1:1,0:1:1"], "--mount:1:7"],
  [["5", "--map", "0:1:1", "--nested", "0:1:1", "--nested", "0:1:0"], "--nested:1:1"],
];

for (const [args, where] of WRONG)
  test(`explain ${args.join(" ")}: exit 2, at ${where}`, async () => {
    const { exit, stdout, stderr } = await userns(["explain", ...args]);
    assert.deepEqual([exit, stdout, stderr.split("\n")[0]], [2, "", `error: ${where}`]);
  });

test("explain: a direction that there is not is exit 2 and names those that there are", async () => {
  const { exit, stderr } = await userns(["explain", "5", "--map", "0:1:1", "--direction", "sideways"]);
  assert.equal(exit, 2);
  assert.match(stderr, /Allowed choices are down, up, stat, create/);
});
