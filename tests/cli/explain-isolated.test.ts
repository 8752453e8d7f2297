import assert from "node:assert/strict";
import { test } from "node:test";
import { userns } from "./command.ts";

interface Row {
  readonly rule: string;
  readonly args: readonly string[];
  readonly exit: number;
  /** The answers alone, without their steps. */
  readonly heads: readonly string[];
}

const INTO = "(used inside → in the kernel)";
const seenIn = (namespace: string) => `(in the kernel → as seen in ${namespace})`;
const statIn = (namespace: string) => `(kept on disk → as stat shows it in ${namespace})`;
const ONTO = "(the creator's → kept on disk)";
const NEST = ["--map", "0:100000:10", "--nested", "0:3:2", "--isolated", "2", "--isolated", "3"];

const ROWS: readonly Row[] = [
  {
    rule: "an id that the map does not hold carries the namespace's number, and comes back",
    args: ["5", "--map", "0:1000:1", "--isolated", "2"],
    exit: 0,
    heads: [`uid u5 → k5@ns2  ${INTO}`, `uid k5@ns2 → u5  ${seenIn("ns2")}`],
  },
  {
    rule: "an id that the map holds is classical, isolated or not",
    args: ["0", "--map", "0:1000:1", "--isolated", "2"],
    exit: 0,
    heads: [`uid u0 → k1000  ${INTO}`, `uid k1000 → u0  ${seenIn("ns2")}`],
  },
  {
    rule: "without a map every id is isolated",
    args: ["0", "--isolated", "4294967295"],
    exit: 0,
    heads: [`uid u0 → k0@ns4294967295  ${INTO}`, `uid k0@ns4294967295 → u0  ${seenIn("ns4294967295")}`],
  },
  {
    rule: "outside, the creator is shown: of users the user, of groups the group",
    args: ["5:6", "--isolated", "1", "--creator", "1000:100"],
    exit: 0,
    heads: [
      `uid u5 → k5@ns1  ${INTO}`,
      `uid k5@ns1 → u5  ${seenIn("ns1")}`,
      `uid k5@ns1 → not mapped, shown as 1000  ${seenIn("init")}`,
      "",
      `gid u6 → k6@ns1  ${INTO}`,
      `gid k6@ns1 → u6  ${seenIn("ns1")}`,
      `gid k6@ns1 → not mapped, shown as 100  ${seenIn("init")}`,
    ],
  },
  {
    rule: "nested: the creator in the parent, and outside the parent's creator",
    args: ["7", ...NEST, "--creator", "1000", "--creator", "30"],
    exit: 0,
    heads: [
      `uid u7 → k7@ns3  ${INTO}`,
      `uid k7@ns3 → u7  ${seenIn("ns3")}`,
      `uid k7@ns3 → not mapped, shown as 30  ${seenIn("ns2")}`,
      `uid k7@ns3 → not mapped, shown as 1000  ${seenIn("init")}`,
    ],
  },
  {
    rule: "nested: a line of the inner map goes through the outer one to a classical id",
    args: ["1", ...NEST],
    exit: 0,
    heads: [`uid u1 → k100004  ${INTO}`, `uid k100004 → u1  ${seenIn("ns3")}`],
  },
  {
    rule: "a namespace that is not isolated holds one that is, whatever numbers there are",
    args: [
      "7",
      "--map",
      "0:100000:10",
      "--nested",
      "0:3:2",
      "--isolated",
      "0",
      "--isolated",
      "1",
      "--creator",
      "1000",
      "--creator",
      "0",
    ],
    exit: 0,
    heads: [
      `uid u7 → k7@ns1  ${INTO}`,
      `uid k7@ns1 → u7  ${seenIn("ns1")}`,
      `uid k7@ns1 → not mapped, shown as 0  ${seenIn("level 1")}`,
      `uid k7@ns1 → not mapped, shown as 100000  ${seenIn("init")}`,
    ],
  },
  {
    rule: "a kernel id of another namespace is nobody",
    args: ["5@ns2", "--isolated", "3", "--direction", "up"],
    exit: 1,
    heads: [`uid k5@ns2 → not mapped, shown as 65534  ${seenIn("ns3")}`],
  },
  {
    rule: "a kernel id as it is printed is followed to whoever looks at it",
    args: ["k5@ns2", "k1000", "--map", "0:1000:1", "--isolated", "2", "--creator", "1000"],
    exit: 0,
    heads: [
      `uid k5@ns2 → u5  ${seenIn("ns2")}`,
      `uid k5@ns2 → not mapped, shown as 1000  ${seenIn("init")}`,
      "",
      `uid k1000 → u0  ${seenIn("ns2")}`,
      `uid k1000 → u1000  ${seenIn("init")}`,
    ],
  },
  {
    rule: "through a mount idmapped with the namespace an id on disk is its own, and outside its creator's",
    args: ["5:6", "--isolated", "2", "--mount", "ns2", "--creator", "1000:100"],
    exit: 0,
    heads: [
      `uid u5 → u5  ${statIn("ns2")}`,
      `uid u5 → not mapped, shown as 1000  ${statIn("init")}`,
      "",
      `gid u6 → u6  ${statIn("ns2")}`,
      `gid u6 → not mapped, shown as 100  ${statIn("init")}`,
    ],
  },
  {
    rule: "what is created there keeps the id on disk, root's too",
    args: ["5", "0", "--isolated", "2", "--mount", "ns2", "--direction", "create"],
    exit: 0,
    heads: [`uid u5 → u5  ${ONTO}`, "", `uid u0 → u0  ${ONTO}`],
  },
  {
    rule: "a classical line of the idmap wins",
    args: ["3", "50", "--map", "0:100000:10", "--isolated", "2", "--mount", "ns2", "--creator", "7"],
    exit: 0,
    heads: [
      `uid u3 → u3  ${statIn("ns2")}`,
      `uid u3 → u100003  ${statIn("init")}`,
      "",
      `uid u50 → u50  ${statIn("ns2")}`,
      `uid u50 → not mapped, shown as 7  ${statIn("init")}`,
    ],
  },
  {
    rule: "on a plain mount of the host's file system an isolated id has no place",
    args: ["5", "--isolated", "2", "--direction", "create"],
    exit: 1,
    heads: [`uid u5 → not mapped, shown as 65534  ${ONTO}`],
  },
  {
    rule: "on a file system of its own it has",
    args: ["5", "--isolated", "2", "--fs", "ns2", "--direction", "create"],
    exit: 0,
    heads: [`uid u5 → u5  ${ONTO}`],
  },
  {
    rule: "the idmap of the namespace around it does not hold the ids of a nested one",
    args: ["5", ...NEST, "--mount", "ns2", "--direction", "create"],
    exit: 1,
    heads: [`uid u5 → not mapped, shown as 65534  ${ONTO}`],
  },
  {
    rule: "a mount idmapped with a namespace that is not isolated shows what its map holds",
    args: ["5", "--isolated", "2", "--mount", "0:100:10", "--creator", "7"],
    exit: 1,
    heads: [`uid u5 → not mapped, shown as 65534  ${statIn("ns2")}`, `uid u5 → u105  ${statIn("init")}`],
  },
  {
    rule: "a switch that the profile turns on is named, and decides",
    args: [
      "6",
      "--kind",
      "gid",
      "--isolated",
      "2",
      "--mount",
      "ns2",
      "--profile",
      "linux-6.18+isolated=uid-only-idmap",
    ],
    exit: 1,
    heads: [
      "uid-only-idmap: An idmapped mount keeps isolated user ids only, and no group",
      "",
      `gid u6 → not mapped, shown as 65534  ${statIn("ns2")}`,
    ],
  },
  {
    rule: "where creators are not shown, all strangers are nobody",
    args: ["5", "--isolated", "2", "--creator", "1000", "--profile", "linux-6.18+isolated=overflow-munging"],
    exit: 0,
    heads: [
      "overflow-munging: An id of another isolated namespace is shown as the overflow",
      "",
      `uid u5 → k5@ns2  ${INTO}`,
      `uid k5@ns2 → u5  ${seenIn("ns2")}`,
      `uid k5@ns2 → not mapped, shown as 65534  ${seenIn("init")}`,
    ],
  },
  {
    rule: "what is inside an isolated namespace needs no map either, and each level has its own number",
    args: ["7", "--isolated", "2", "--isolated", "3", "--creator", "1000", "--creator", "30"],
    exit: 0,
    heads: [
      `uid u7 → k7@ns3  ${INTO}`,
      `uid k7@ns3 → u7  ${seenIn("ns3")}`,
      `uid k7@ns3 → not mapped, shown as 30  ${seenIn("ns2")}`,
      `uid k7@ns3 → not mapped, shown as 1000  ${seenIn("init")}`,
    ],
  },
  {
    rule: "two kernel ids can have one number inside",
    args: ["0@2", "1000", "--map", "0:1000:1", "--isolated", "2", "--direction", "up"],
    exit: 0,
    heads: [`uid k0@ns2 → u0  ${seenIn("ns2")}`, "", `uid k1000 → u0  ${seenIn("ns2")}`],
  },
];

for (const { rule, args, exit, heads } of ROWS)
  test(`explain --isolated: ${rule}`, async () => {
    const outcome = await userns(["explain", ...args]);
    const told = outcome.stdout.split("\n").filter((line) => !line.startsWith(" "));
    assert.deepEqual(told, [...heads, ""]);
    assert.deepEqual([outcome.exit, outcome.stderr], [exit, ""]);
  });

test("explain --isolated: each step names the map, and why the id stays or who is shown", async () => {
  const { stdout } = await userns(["explain", "5", "--map", "0:1000:1", "--isolated", "2", "--creator", "1000"]);
  assert.deepEqual(stdout.split("\n"), [
    `uid u5 → k5@ns2  ${INTO}`,
    "  u5 → k5@ns2  uid_map of ns2, no line holds u5: line 1 (0:1000:1) ends at u0,",
    "               and the namespace is isolated: the id stays, under its number",
    `uid k5@ns2 → u5  ${seenIn("ns2")}`,
    "  k5@ns2 → u5  uid_map of ns2, an id of this isolated namespace stands for",
    "               itself",
    `uid k5@ns2 → not mapped, shown as 1000  ${seenIn("init")}`,
    "  k5@ns2 → u1000  uid_map of init, an id of another isolated namespace: its",
    "                  creator is shown",
    "",
  ]);
});

test("explain --isolated: --json has the way in and every way back", async () => {
  const { stdout } = await userns(["explain", "5", "--isolated", "2", "--creator", "1000", "--json"]);
  const [answer] = JSON.parse(stdout).ids;
  assert.equal(answer.down.to, "k5@ns2");
  const seen = answer.seen.map((one: { namespace: string; explanation: { shown: number } }) => [
    one.namespace,
    one.explanation.shown,
  ]);
  assert.deepEqual(seen, [
    ["ns2", 5],
    ["init", 1000],
  ]);
});

test("explain --isolated: where the sources would stop the kernel is said, but for the repair", async () => {
  const args = ["explain", "5@9", "--isolated", "2", "--direction", "up"];
  const stops = "  the kernel stops here: uid k5@ns9: its namespace is gone";
  assert.ok((await userns(args)).stdout.includes(stops));
  const repaired = await userns([...args, "--profile", "linux-6.18+isolated=unknown-overflows"]);
  assert.ok(!repaired.stdout.includes("stops here"));
});

test("explain --isolated: --json names the profile and each of its deviations", async () => {
  const args = ["explain", "5", "--isolated", "2", "--profile", "linux-6.18+isolated=repaired", "--json"];
  const { profile, deviations } = JSON.parse((await userns(args)).stdout);
  assert.equal(profile, "linux-6.18+isolated=repaired");
  assert.equal(deviations.length, 5);
});

const WRONG: readonly (readonly [args: readonly string[], where: string])[] = [
  [["5", "--isolated", "two"], "--isolated"],
  [["5", "--isolated", "4294967296"], "--isolated"],
  [["5", "--isolated", "1", "--isolated", "0"], "--isolated"],
  [["5", "--map", "0:5:5", "--nested", "0:0:1", "--isolated", "1"], "--isolated"],
  [["5", "--map", "0:5:5", "--nested", "0:0:1", "--isolated", "1", "--isolated", "0"], "--isolated"],
  [["5", "--map", "0:5:5", "--nested", "0:0:1", "--isolated", "1", "--isolated", "1"], "--isolated"],
  [["5", "--map", "0:5:5", "--nested", "0:9:1", "--isolated", "1", "--isolated", "2"], "--nested"],
  [["5", "--isolated", "1", "--creator", "1", "--creator", "1"], "--creator"],
  [["5", "--isolated", "1", "--isolated", "2", "--creator", "1"], "--creator"],
  [["5", "--isolated", "1", "--creator", "alice"], "--creator"],
  [["5", "--isolated", "1", "--mount", "ns2"], "--mount"],
  [["5", "--map", "0:1:1", "--isolated", "0", "--mount", "ns0"], "--mount"],
  [["5", "--isolated", "1", "--fs", "ns2"], "--fs"],
  [["5", "--isolated", "1", "--mount", "ns1", "--gid-mount", "0:1:1"], "--gid-mount"],
  [["5", "--isolated", "1", "--mount", "ns1", "--fs", "ns1"], "--mount"],
  [["5", "--isolated", "1", "--mount", "ns1", "--direction", "up"], "--direction"],
  [["5", "--isolated", "1", "--mount", "ns1", "--profile", "linux-6.18+isolated=empty-idmap-refused"], "--mount"],
  [["5", "--isolated", "1", "--profile", "linux-6.18"], "--profile"],
  [["5", "--isolated", "1", "--profile", "linux-6.18+isolated=chown"], "--profile"],
  [["5", "--map", "0:1:1", "--profile", "linux-6.18+isolated"], "--isolated"],
  [["5@1", "--isolated", "1", "--direction", "stat"], "IDS"],
  [["5", "--map", "0:1:1", "--creator", "1"], "--isolated"],
  [["5@nsx", "--isolated", "1", "--direction", "up"], "IDS"],
  [["5@4294967296", "--isolated", "1", "--direction", "up"], "IDS"],
  [["5@2", "5", "--isolated", "1"], "IDS"],
  [["k5@2", "--isolated", "1", "--direction", "down"], "IDS"],
];

for (const [args, where] of WRONG)
  test(`explain ${args.join(" ")}: exit 2, at ${where}`, async () => {
    const { exit, stdout, stderr } = await userns(["explain", ...args]);
    assert.deepEqual([exit, stdout, stderr.split("\n")[0]], [2, "", `error: ${where}`]);
  });
