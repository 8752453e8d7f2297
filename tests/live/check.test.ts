/** What `userns check` says of a map, and of the changes that it proposes, asked of the running kernel. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { askMaps, type MapQuestion, mapScenario, repairMaps } from "../../src/explain/index.ts";
import { replay } from "../../src/scenario/index.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { HELPER, USER } from "../suites/map-questions.ts";
import { withAgents } from "./machine.ts";
import { runLive } from "./run.ts";

const lines = [
  { first: 0, lowerFirst: 1000, count: 1 },
  { first: 1, lowerFirst: 100000, count: 65536 },
];
const parent = { uid: lines, gid: lines };

/** Maps to write as they stand. */
const TEXTS = [
  "0 1000 1",
  "0 1001 1",
  "0 0 1",
  "0 1000 1\n",
  "0 1000 1\n\n",
  "",
  "0 1000 1 x",
  "0 0x3e8 1",
  "-1 1000 1",
  "0 1000 0",
  "0 1000 4294967297",
  "0 4294901760 65536",
  "4294967295 1000 1",
  "0 1000 1\n1 100000 65536",
  "0 1000 1\n0 100000 65536",
  "0 222586300 1\n1 524288 1073741824",
  "0 100 100\n1000 150 1",
  `0 1000 1${" ".repeat(4088)}`,
  Array.from({ length: 341 }, (_, n) => `${n} ${n + 1} 1`).join("\n"),
];

/** Each text of users, of groups, and of groups after setgroups was denied, by these writers. */
const QUESTIONS: readonly MapQuestion[] = [
  USER,
  { ...USER, from: "parent" as const },
  HELPER,
  { ...HELPER, from: "inside" as const },
  { ...USER, writer: { uid: 0, gid: 0, caps: [] } },
  { ...USER, writer: { uid: 0, gid: 0, caps: ["setfcap" as const] } },
  { ...USER, parent },
  { ...HELPER, parent },
  { ...USER, written: ["uid" as const] },
  { ...HELPER, parent, written: ["uid" as const, "gid" as const] },
].flatMap((ask) =>
  TEXTS.flatMap((text) => [
    { ...ask, texts: { uid: text, gid: text } },
    { ...ask, texts: { gid: text }, setgroups: "deny" as const },
  ]),
);

/** The question as a scenario that observes what the model answers. */
function expecting(question: MapQuestion, engine: (typeof ENGINES)[number]): Scenario {
  const scenario = mapScenario(question);
  const answers = replay(scenario, engine);
  return { ...scenario, lacks: LACKS, steps: answers.map(({ step, result }) => ({ ...step, observed: result })) };
}

/** The recorded machine's root has not this; no question asks for it. */
const LACKS = ["sys_resource"] as const;

test("the running kernel takes a map where check says yes, and refuses with its errno where it says no", (t) =>
  withAgents(t, async ([agent]) => {
    const [engine] = ENGINES;
    assert.ok(agent && engine);
    const proposed = QUESTIONS.flatMap((question) => repairMaps(question, engine).proposals).map((p) => p.question);
    const asked = [
      ...new Map([...QUESTIONS, ...proposed].map((question) => [JSON.stringify(question), question])).values(),
    ];
    let taken = 0;
    for (const question of asked) {
      const outcome = await runLive(agent, engine, expecting(question, engine));
      assert.equal(outcome.kind, "same", `${JSON.stringify(question).slice(0, 400)}: ${JSON.stringify(outcome)}`);
      if (askMaps(question, engine).every(({ refusal }) => refusal === null)) taken++;
    }
    t.diagnostic(`${asked.length} asked live, ${taken} of them taken, ${proposed.length} proposed`);
    assert.ok(taken >= 20 && taken < asked.length);
    const [question] = QUESTIONS;
    assert.ok(question);
    const scenario = expecting(question, engine);
    const steps = scenario.steps.map((step) => ({ ...step, observed: { errno: "EPERM" } }));
    assert.equal((await runLive(agent, engine, { ...scenario, steps })).kind, "different", "a changed answer is seen");
  }));
