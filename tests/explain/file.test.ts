/** Questions about a file: the answer, the ways of its ids and the fixes come from one run of the model. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type IdMap, initSync } from "../../src/core/index.ts";
import {
  askFile,
  type Explanation,
  type FileAnswer,
  type FileAsk,
  type FileQuestion,
  repairFile,
} from "../../src/explain/index.ts";
import { parseMap } from "../../src/formats/index.ts";
import { type KernelRoute, Translators } from "../../src/kernel/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { anyQuestion, maps, QUESTION } from "./questions.ts";

const engine = initSync();

/** What an answer says, without how it came about. */
const saidBy = ({ ok, refusal, shown, kept, became }: FileAnswer) => ({ ok, refusal, shown, kept, became });

/** What was asked on the way, and what the rules met. */
const checksOf = ({ checks }: FileAnswer) => checks.map(({ asked, ok, because }) => [asked, ok, because]);

/** The extents that the ways of an answer went through. */
const linesOf = ({ ways }: FileAnswer) => ways.flatMap(({ steps }) => steps.map(({ extent }) => extent));

/** Run with another map in the place of the mount's, wherever a route goes through it. */
function withOtherMount<T>(other: IdMap, run: () => T): T {
  const place = Translators.prototype.place;
  Translators.prototype.place = function (kind, route, from) {
    const changed: KernelRoute = route.map((hop) =>
      hop.name.includes("idmap mount-map") ? { ...hop, map: other } : hop,
    );
    return place.call(this, kind, changed, from);
  };
  try {
    return run();
  } finally {
    Translators.prototype.place = place;
  }
}

const ASKED: readonly (readonly [FileAsk, Partial<FileQuestion["file"]>])[] = [
  ["stat", {}],
  ["create", {}],
  ["read", {}],
  ["exec", { mode: 0o6755 }],
];

for (const [ask, file] of ASKED)
  test(`${ask}: another hop in the route changes both the answer and its explanation`, () => {
    const question = { ...QUESTION, ask, file: { ...QUESTION.file, ...file } };
    const plain = askFile(question, engine);
    const other = withOtherMount(parseMap("0:300000:65536"), () => askFile(question, engine));
    assert.ok(plain.ok);
    assert.notDeepEqual(saidBy(other), saidBy(plain));
    assert.ok(!linesOf(plain).includes("0:300000:65536") && linesOf(plain).includes("0:100000:65536"));
    assert.ok(linesOf(other).includes("0:300000:65536"));
    assert.notDeepEqual(checksOf(other), checksOf(plain));
  });

for (const [ask, file] of ASKED)
  test(`${ask}: another map of the mount changes both the answer and its explanation`, () => {
    const question = { ...QUESTION, ask, file: { ...QUESTION.file, ...file } };
    const plain = askFile(question, engine);
    const other = askFile({ ...question, mount: maps("0:300000:65536") }, engine);
    assert.notDeepEqual(saidBy(other), saidBy(plain));
    assert.ok(linesOf(other).includes("0:300000:65536"));
  });

const seed = Date.now() & 0x7fffffff;
test(`every fix, asked as a question of its own, is answered yes (seed ${seed})`, () => {
  let fixed = 0;
  fc.assert(
    fc.property(anyQuestion, (question) => {
      const before = askFile(question, engine);
      const fixes = repairFile(question, engine);
      if (before.ok) assert.deepEqual(fixes, []);
      for (const fix of fixes) {
        fixed++;
        assert.deepEqual(askFile(fix.question, engine), fix.answer);
        assert.ok(fix.answer.ok && fix.changes.length > 0);
        assert.notDeepEqual(fix.question, question);
        assert.equal(fix.question.ask, question.ask);
        assert.deepEqual([fix.question.to, fix.question.toMode], [question.to, question.toMode]);
      }
    }),
    { seed, numRuns: 100, endOnFailure: true },
  );
  assert.ok(fixed > 20, `${fixed}`);
});

test(`what stat shows is where the way of each id ends, and both engines agree (seed ${seed})`, () => {
  const endsAt = (ways: readonly Explanation[], kind: "uid" | "gid") =>
    ways
      .filter((way) => way.kind === kind && way.to.startsWith("u") && !way.from.startsWith("v"))
      .map(({ shown }) => shown);
  fc.assert(
    fc.property(anyQuestion, (given) => {
      const question: FileQuestion = { ...given, ask: "stat", directory: { uid: 0, gid: 0, mode: 0o777 } };
      const [answer, twin] = ENGINES.map((each) => askFile(question, each));
      assert.deepEqual(answer, twin);
      // A directory or file system top that the task may not search hides the file: then there is nothing shown.
      if (!answer?.shown) return;
      assert.ok(endsAt(answer.ways, "uid").includes(answer.shown.uid));
      assert.ok(endsAt(answer.ways, "gid").includes(answer.shown.gid));
    }),
    { seed, numRuns: 100, endOnFailure: true },
  );
});

test("a task whose ids its namespaces do not hold is an error that names the kind", () => {
  const question = { ...QUESTION, task: { ...QUESTION.task, gid: 70000 } };
  assert.throws(() => askFile(question, engine), { code: "ERR_ID_RANGE", where: "the task's gid", got: "70000" });
});

test("capabilities of a program on a nosuid mount come to nothing, and the rule says so", () => {
  const caps = { names: ["net_raw" as const], rootId: null };
  const question: FileQuestion = {
    ...QUESTION,
    ask: "exec",
    namespaces: [],
    mount: null,
    isNosuid: true,
    file: { uid: 0, gid: 0, mode: 0o755, type: "file", caps },
  };
  const answer = askFile(question, engine);
  assert.deepEqual([answer.ok, answer.lacks, answer.rule?.name], [false, ["CAP_NET_RAW"], "setidUntrusted"]);
  assert.deepEqual(
    repairFile(question, engine).map(({ changes }) => changes.map(({ what }) => what)),
    [["mount-flags"], ["as-owner"]],
  );
});

test("two changes at once are tried where one does not do", () => {
  const question: FileQuestion = { ...QUESTION, ask: "exec", mount: maps("0:7:1"), isNosuid: true };
  const task = { ...question.task, uid: 5, gid: 5 };
  const setuid = { ...question, task, file: { ...question.file, mode: 0o4755 } };
  assert.ok(!askFile(setuid, engine).ok);
  const fixes = repairFile(setuid, engine);
  assert.ok(fixes.length > 0 && fixes.every(({ changes }) => changes.length === 2));
  assert.ok(fixes.every(({ changes }) => changes.some(({ what }) => what === "mount-flags")));
});
