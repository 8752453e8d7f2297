/** Questions about a file: the answer, the ways of its ids and the fixes come from one run of the model. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type IdMap, initSync } from "../../src/core/index.ts";
import {
  askFile,
  type Explanation,
  FILE_ASKS,
  type FileAnswer,
  type FileAsk,
  type FileQuestion,
  type OwnerMaps,
  repairFile,
} from "../../src/explain/index.ts";
import { parseMap } from "../../src/formats/index.ts";
import { type KernelRoute, Translators } from "../../src/kernel/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const engine = initSync();

const maps = (uid: string, gid = uid): OwnerMaps => ({ uid: parseMap(uid), gid: parseMap(gid) });

const QUESTION: FileQuestion = {
  ask: "stat",
  namespaces: [maps("0:100000:65536")],
  mount: maps("0:100000:65536"),
  filesystem: null,
  isNosuid: false,
  task: { uid: 1000, gid: 1000, groups: [], caps: [], noNewPrivs: false },
  directory: { uid: 0, gid: 0, mode: 0o777 },
  file: { uid: 1000, gid: 1000, mode: 0o640, type: "file", caps: null },
  to: { uid: null, gid: null },
  toMode: 0o600,
};

/** What an answer says, without how it came about. */
const saidBy = ({ ok, refusal, shown, kept, became }: FileAnswer) => ({ ok, refusal, shown, kept, became });

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
  });

for (const [ask, file] of ASKED)
  test(`${ask}: another map of the mount changes both the answer and its explanation`, () => {
    const question = { ...QUESTION, ask, file: { ...QUESTION.file, ...file } };
    const plain = askFile(question, engine);
    const other = askFile({ ...question, mount: maps("0:300000:65536") }, engine);
    assert.notDeepEqual(saidBy(other), saidBy(plain));
    assert.ok(linesOf(other).includes("0:300000:65536"));
  });

const anyId = fc.constantFrom(0, 1, 5, 9, 10, 1000, 100000, 100005, 4294967294);
const anyOneMap = fc.constantFrom(
  "0:100000:10",
  "0:1000:1,1:100000:9",
  "0:0:4294967295",
  "5:5:1,1000:9:1",
  "0:1:65536",
);
const anyMaps = fc.tuple(anyOneMap, anyOneMap).map(([uid, gid]) => maps(uid, gid));
const anyMode = fc.constantFrom(0, 0o640, 0o644, 0o755, 0o777, 0o1777, 0o4755, 0o2755, 0o6711, 0o2070);
const owned = { uid: anyId, gid: anyId, mode: anyMode };
const anyCaps = fc.constantFrom("none", "chown", "fowner", "dac_override");

/** Questions whose task is mapped. */
const anyQuestion: fc.Arbitrary<FileQuestion> = fc
  .record({
    ask: fc.constantFrom(...FILE_ASKS),
    namespaces: fc.oneof(
      fc.constant([]),
      anyMaps.map((map) => [map]),
    ),
    mount: fc.oneof(fc.constant(null), anyMaps),
    filesystem: fc.oneof(fc.constant(null), anyMaps),
    isNosuid: fc.boolean(),
    directory: fc.record(owned),
    file: fc.record({ ...owned, type: fc.constantFrom("file" as const, "dir" as const), caps: fc.constant(null) }),
    to: fc.record({ uid: fc.oneof(fc.constant(null), anyId), gid: fc.oneof(fc.constant(null), anyId) }),
    toMode: anyMode,
    cap: anyCaps,
    noNewPrivs: fc.boolean(),
    last: fc.boolean(),
  })
  .map(({ cap, noNewPrivs, last, ...rest }) => {
    const idIn = (map: IdMap | undefined) => (last ? map?.extents.at(-1) : map?.extents[0])?.first ?? 1000;
    const [caller] = rest.namespaces;
    const caps = cap === "none" ? [] : [cap];
    return { ...rest, task: { uid: idIn(caller?.uid), gid: idIn(caller?.gid), groups: [], caps, noNewPrivs } };
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
