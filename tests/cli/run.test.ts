/** `userns run`: the table, and what an unexpected answer shows; `userns schema`. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { RunAnswer } from "../../src/explain/index.ts";
import { SCENARIO_PROGRAMS } from "../../src/policy/index.ts";
import { scenarioSchema } from "../../src/scenario/index.ts";
import { userns } from "./command.ts";
import { fileWith, SCENARIO } from "./run-scenario.ts";

const CHMOD = [
  "1  root  chmod disk:passwd mode=0666  EPERM",
  "   The mode is changed by the owner or with CAP_FOWNER; dropping a set-id bit",
  "   for a change of owner counts as such a change. (the owner is not mapped in",
  "   box)",
  "   – chmod(2); vectors/linux-6.18/8_vfs_permission.json (tag chown-setid)",
];
const STAT = ["2  root  stat disk:passwd             uid 65534, gid 0, mode 0644, type file"];
const TOP = ["stdin: two calls", "#  who   call                         answer"];
const UID_WAY = [
  "   uid k0 → not mapped, shown as 65534",
  "     k0 → u65534  uid_map of box, no line holds k0: line 1 (0:1000:1) begins at",
  "                  k1000; the overflow id is shown",
];
/** The id that was looked for and told to nobody. */
const NO_WAY = [
  "   uid k0 → not mapped, shown as 65534",
  "     k0 → none  uid_map of box, no line holds k0: line 1 (0:1000:1) begins at k1000",
];
const GID_WAY = ["   gid k1000 → u0", "     k1000 → u0  gid_map of box, line 1: 0:1000:1"];

interface Row {
  readonly rule: string;
  readonly args?: readonly string[];
  readonly text: string;
  readonly exit: number;
  readonly lines: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    rule: "answers as expected are exit 0: a row a call, the rule that decided, and its source",
    text: SCENARIO,
    exit: 0,
    lines: [...TOP, ...CHMOD, ...STAT, "2 calls, 2 of 2 answers as expected"],
  },
  {
    rule: "an answer that is not expected is exit 1: what was expected, what came, and the way of its ids",
    text: SCENARIO.replace("uid: 65534, gid: 0", "uid: 0, gid: 0"),
    exit: 1,
    lines: [
      ...TOP,
      ...CHMOD,
      ...STAT,
      "   uid: expected 0, came 65534",
      ...UID_WAY,
      ...GID_WAY,
      "2 calls, 1 of 2 answers as expected; otherwise: 2",
    ],
  },
  {
    rule: "a refusal that is not expected shows what is missing and what is too many",
    text: SCENARIO.replace("errno: EPERM", "ok: true"),
    exit: 1,
    lines: [
      ...TOP,
      ...CHMOD,
      "   ok: expected true, came nothing",
      '   errno: expected nothing, came "EPERM"',
      ...NO_WAY,
      ...STAT,
      "2 calls, 1 of 2 answers as expected; otherwise: 1",
    ],
  },
  {
    rule: "where nothing is expected nothing differs",
    text: SCENARIO.replace(/,? *observed: \{.*\}(?= \})/, "").replace(/\n {4}observed:.*/, ""),
    exit: 0,
    lines: [...TOP, ...CHMOD, ...STAT, "2 calls, no answer expected"],
  },
  {
    rule: "--ids shows the way of ids that are as expected too, on either engine",
    args: ["--ids", "--engine", "typescript"],
    text: SCENARIO,
    exit: 0,
    lines: [...TOP, ...CHMOD, ...NO_WAY, ...STAT, ...UID_WAY, ...GID_WAY, "2 calls, 2 of 2 answers as expected"],
  },
];

for (const { rule, args = [], text, exit, lines } of ROWS)
  test(rule, async () => {
    const outcome = await userns(["run", "-", ...args], { stdin: text });
    assert.deepEqual([outcome.stdout, outcome.stderr, outcome.exit], [`${lines.join("\n")}\n`, "", exit]);
  });

test("several files are a table each, and one unexpected answer in any is exit 1", async (t) => {
  const { path } = fileWith(t, "a.yaml", SCENARIO);
  const { exit, stdout } = await userns(["run", path, "-"], { stdin: SCENARIO.replace("gid: 0,", "gid: 1,") });
  assert.equal(exit, 1);
  assert.match(
    stdout,
    /2 of 2 answers as expected\n\nstdin: two calls\n[\s\S]*1 of 2 answers as expected; otherwise: 2\n$/,
  );
});

test("as JSON: every call with answer, rule, differences and the way of its ids, the same on both engines", async () => {
  const text = SCENARIO.replace("uid: 65534, gid: 0", "uid: 0, gid: 0");
  const answers: RunAnswer[] = [];
  for (const engine of ["wasm", "typescript"]) {
    const { exit, stdout } = await userns(["run", "-", "--engine", engine, "--json"], { stdin: text });
    assert.equal(exit, 1);
    answers.push(JSON.parse(stdout));
  }
  const [wasm, typescript] = answers;
  assert.deepEqual([wasm?.engine, typescript?.engine], ["wasm", "typescript"]);
  assert.deepEqual(wasm?.scenarios, typescript?.scenarios);
  const [scenario] = wasm?.scenarios ?? [];
  assert.deepEqual(
    [wasm?.ok, scenario?.file, scenario?.title, scenario?.profile, scenario?.expected, scenario?.different],
    [false, "stdin", "two calls", "linux-6.18", 2, 1],
  );
  const [chmod, stat] = scenario?.calls ?? [];
  assert.deepEqual(chmod?.answer, { errno: "EPERM" });
  assert.equal(chmod?.because, "the owner is not mapped in box");
  assert.match(chmod?.rule?.source ?? "", /^chmod\(2\)/);
  assert.deepEqual(stat?.differences, [{ key: "uid", expected: 0, got: 65534 }]);
  assert.deepEqual(
    [stat?.number, stat?.where, stat?.task, stat?.args],
    [2, "$.steps[1]", "root", { path: "disk:passwd" }],
  );
  assert.deepEqual(
    stat?.ids.map(({ kind, shown, isMapped }) => [kind, shown, isMapped]),
    [
      ["uid", 65534, false],
      ["gid", 0, true],
    ],
  );
});

test("userns schema prints the schema that the library gives", async () => {
  for (const args of [["schema"], ["schema", "--json"]]) {
    const { exit, stdout, stderr } = await userns(args);
    assert.deepEqual(
      [exit, stderr, JSON.parse(stdout)],
      [0, "", JSON.parse(JSON.stringify(scenarioSchema(SCENARIO_PROGRAMS)))],
    );
  }
});

test("the examples of the repository run from the command line", async () => {
  const path = "tests/scenarios/linux/rootless-map.yaml";
  const { exit, stdout } = await userns(["run", path]);
  assert.equal(exit, 0);
  assert.ok(stdout.startsWith(`${path}: ${/title: (.*)/.exec(readFileSync(path, "utf8"))?.[1]}\n`));
});

test("what could move the cursor is written out: names, titles and errors", async () => {
  const moving = "\\e]0;x\\a\\u009b2J";
  const text = SCENARIO.replace("title: two calls", `title: "${moving}"`)
    .replaceAll("name: box", `name: "${moving}"`)
    .replaceAll("ns: box", `ns: "${moving}"`)
    .replaceAll("name: root", `name: "r${moving}"`)
    .replaceAll("task: root", `task: "r${moving}"`);
  for (const args of [
    ["run", "-"],
    ["run", "-", "--ids"],
  ]) {
    const { exit, stdout } = await userns(args, { stdin: text });
    assert.equal(exit, 0);
    assert.doesNotMatch(stdout, /[^\P{Cc}\n]/u);
    assert.match(stdout, /^stdin: \\u001b\]0;x\\u0007\\u009b2J$/m);
  }
  const { stderr } = await userns(["run", "-"], { stdin: text.replace("call: chmod", `call: "${moving}"`) });
  assert.doesNotMatch(stderr, /[^\P{Cc}\n]/u);
});
