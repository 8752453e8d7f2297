/** `userns check` as a library: what the model says of a map, and the smallest change that it takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Extent } from "../../src/core/index.ts";
import {
  askMaps,
  type MapQuestion,
  mapAnswerLines,
  type Refusal,
  repairMaps,
  TEXT_WIDTH,
} from "../../src/explain/index.ts";
import { EDITS } from "../../src/explain/map-edits.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { HELPER, USER } from "../suites/map-questions.ts";

const [engine] = ENGINES;
assert.ok(engine);

const extents = (...lines: readonly (readonly [number, number, number])[]): readonly Extent[] =>
  lines.map(([first, lowerFirst, count]) => ({ first, lowerFirst, count }));

const ROOTLESS = extents([0, 1000, 1], [1, 100000, 65536]);
const NESTED: MapQuestion = { ...HELPER, parent: { uid: ROOTLESS, gid: ROOTLESS } };

const lines = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, n) => line(n));

interface Row {
  readonly says: string;
  readonly ask: MapQuestion;
  /** `errno rule line:column`, of the first write that is refused. */
  readonly refused: string;
  /** The texts of the best proposal, lines parted by ";". */
  readonly uid?: string;
  readonly gid?: string;
  readonly setgroups?: "deny";
  readonly caps?: readonly string[];
  readonly lost?: number;
}

const ROWS: readonly Row[] = [
  {
    says: "an id below that two lines share: the larger goes around it and closes up inside",
    ask: { ...HELPER, texts: { uid: "0 222586300 1\n1 524288 1073741824" } },
    refused: "EINVAL noOverlap 2",
    uid: "0 222586300 1;1 524288 222062012;222062013 222586301 851679811",
    lost: 1,
  },
  {
    says: "two lines that begin at one id inside: the larger goes behind the other",
    ask: { ...HELPER, texts: { uid: "0 1000 1\n0 100000 65536" } },
    refused: "EINVAL noOverlap 2",
    uid: "0 1000 1;1 100000 65536",
  },
  {
    says: "an id inside that lies in the middle of another line: the larger goes around it, and no id moves",
    ask: { ...HELPER, texts: { uid: "0 1000000 65536\n1000 1000 1" } },
    refused: "EINVAL noOverlap 2",
    uid: "0 1000000 1000;1001 1001001 64535;1000 1000 1",
    lost: 1,
  },
  {
    says: "a user may map the own gid only after setgroups was denied",
    ask: { ...USER, texts: { uid: "0 1000 1", gid: "0 1000 1" } },
    refused: "EPERM mapSetidCap -",
    uid: "0 1000 1",
    gid: "0 1000 1",
    setgroups: "deny",
  },
  {
    says: "another's id alone: the own one",
    ask: { ...USER, texts: { uid: "0 1001 1" } },
    refused: "EPERM mapSetidCap -",
    uid: "0 1000 1",
  },
  {
    says: "a range of ids needs CAP_SETUID, from the parent",
    ask: { ...USER, texts: { uid: "0 100000 65536" } },
    refused: "EPERM mapSetidCap -",
    uid: "0 100000 65536",
    caps: ["setuid"],
  },
  {
    says: "the parent's root needs CAP_SETFCAP",
    ask: { ...USER, writer: { uid: 0, gid: 0, caps: [] }, texts: { uid: "0 0 1" } },
    refused: "EPERM mapRootNeedsSetfcap 1",
    uid: "0 0 1",
    caps: ["setfcap"],
  },
  {
    says: "ids past what the parent holds are left out",
    ask: { ...NESTED, texts: { uid: "0 10 100000" } },
    refused: "EPERM mapParentCovers 1",
    uid: "0 10 65527",
    lost: 100000 - 65527,
  },
  {
    says: "ids of which the parent holds none: those that it has left",
    ask: { ...NESTED, texts: { uid: "0 100000 1000" } },
    refused: "EPERM mapParentCovers 1",
    uid: "0 1 1000",
  },
  {
    says: "a count of 0 is left out beside other lines",
    ask: { ...HELPER, texts: { uid: "0 1000 1\n1 100000 0" } },
    refused: "EINVAL countFits 2",
    uid: "0 1000 1",
  },
  {
    says: "a range may not reach 4294967295",
    ask: { ...HELPER, texts: { uid: "0 4294901760 65536" } },
    refused: "EINVAL countFits 1",
    uid: "0 4294901760 65535",
    lost: 1,
  },
  {
    says: "4294967295 is no id",
    ask: { ...HELPER, texts: { uid: "0 100000 1\n4294967295 5 1" } },
    refused: "EINVAL realIds 2",
    uid: "0 100000 1",
    lost: 1,
  },
  {
    says: "what is no decimal number is told with its column; hexadecimal is meant as such",
    ask: { ...HELPER, texts: { uid: "0 1000 1\n1 0x186a0 65536" } },
    refused: "EINVAL threeNumbers 2:3",
    uid: "0 1000 1;1 100000 65536",
  },
  {
    says: "an empty last line is left out",
    ask: { ...USER, texts: { uid: "0 1000 1\n\n" } },
    refused: "EINVAL threeNumbers 2:1",
    uid: "0 1000 1",
  },
  {
    says: "a fourth field is left out",
    ask: { ...USER, texts: { uid: "0 1000 1 x" } },
    refused: "EINVAL nothingAfterCount 1:10",
    uid: "0 1000 1",
  },
  {
    says: "lines past the 340th that continue each other become one",
    ask: { ...HELPER, texts: { uid: lines(341, (n) => `${n} ${1 + n} 1`).join("\n") } },
    refused: "EINVAL lineLimit 340",
    uid: "0 1 341",
  },
  {
    says: "lines past the 340th that do not: the first 340 are kept",
    ask: { ...HELPER, texts: { uid: lines(341, (n) => `${2 * n} ${9000 - 2 * n} 1`).join("\n") } },
    refused: "EINVAL lineLimit 340",
    uid: lines(340, (n) => `${2 * n} ${9000 - 2 * n} 1`).join(";"),
    lost: 1,
  },
  {
    says: "a page of blanks: the numbers alone",
    ask: { ...USER, texts: { uid: `0 1000 1${" ".repeat(4096)}` } },
    refused: "EINVAL mapOnePage -",
    uid: "0 1000 1",
  },
];

const SPLIT: MapQuestion = { ...NESTED, texts: { uid: "0 0 65537" } };

const place = ({ line, column }: Refusal) => `${line ?? "-"}${column === null ? "" : `:${column}`}`;
const refusalOf = (question: MapQuestion) =>
  askMaps(question, engine).flatMap(({ refusal }) => refusal ?? [])[0] ?? null;
const seenRules = new Set<string>();

for (const { says, ask, refused, uid, gid, setgroups, caps, lost = 0 } of ROWS)
  test(`${says}: ${refused}`, () => {
    const refusal = refusalOf(ask);
    assert.ok(refusal);
    seenRules.add(refusal.rule.name);
    assert.equal(`${refusal.errno} ${refusal.rule.name} ${place(refusal)}`, refused);
    const [best] = repairMaps(ask, engine).proposals;
    assert.ok(best);
    const texts = Object.fromEntries(Object.entries(best.question.texts).map(([k, t]) => [k, t.replaceAll("\n", ";")]));
    assert.deepEqual(texts, { ...(uid && { uid }), ...(gid && { gid }) });
    assert.equal(best.lostIds, lost);
    assert.equal(best.question.setgroups, setgroups ?? ask.setgroups);
    assert.deepEqual(best.question.writer.caps, [...ask.writer.caps, ...(caps ?? [])]);
  });

test("a line across two lines of the parent is split where they meet", () => {
  const [best] = repairMaps({ ...SPLIT, writer: { ...SPLIT.writer, caps: ["setuid", "setfcap"] } }, engine).proposals;
  assert.equal(best?.question.texts.uid, "0 0 1\n1 1 65536");
  assert.equal(best?.lostIds, 0);
});

test("every rule that has a remedy is met by a row", () => {
  assert.deepEqual([...seenRules].sort(), Object.keys(EDITS).sort());
});

test("who needs a capability is told what needs none, second", () => {
  const { proposals } = repairMaps({ ...USER, texts: { uid: "0 100000 65536" } }, engine);
  assert.deepEqual(
    proposals.map(({ question, lostIds }) => [question.texts.uid, question.writer.caps, lostIds]),
    [
      ["0 100000 65536", ["setuid"], 0],
      ["0 1000 1", [], 65535],
    ],
  );
});

test("no proposal, and why, where the search is not allowed to go far enough", () => {
  const repair = repairMaps({ ...HELPER, texts: { uid: "0 1000 1\n0 2000 1" } }, engine, 0);
  assert.deepEqual(repair.proposals, []);
  assert.match(repair.why ?? "", /none of 0 changed maps is taken/);
});

test("a writer whose ids the parent does not hold cannot be asked about", () => {
  const ask = { ...NESTED, writer: { ...NESTED.writer, uid: 70000 }, texts: { uid: "0 1 1" } };
  assert.throws(() => askMaps(ask, engine), { code: "ERR_ID_RANGE", where: "writer's uid", got: "70000" });
});

const number = fc.oneof(
  fc.constantFrom(0, 1, 999, 1000, 1001, 65535, 65536, 65537, 100000, 4294967294, 4294967295, 4294967296),
  fc.nat(70000),
);
const goodLine = fc.tuple(number, number, number).map((numbers) => numbers.join(" "));
const badLine = fc.constantFrom("", " ", "0 1000", "x", "0 0x10 1", "-1 0 1", "0:1000:1", "5 5 5 5", "\0", "1 2 3 #");
const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("0 1000 1", "0 1000 1\n1 100000 65536", "0 0 1") },
  {
    weight: 9,
    arbitrary: fc
      .array(fc.oneof({ weight: 6, arbitrary: goodLine }, { weight: 1, arbitrary: badLine }), { maxLength: 6 })
      .map((all) => all.join("\n")),
  },
);
const capability = fc.constantFrom("setuid" as const, "setgid" as const, "setfcap" as const, "sys_admin" as const);
const question: fc.Arbitrary<MapQuestion> = fc.record({
  parent: fc.constantFrom(
    null,
    { uid: ROOTLESS, gid: ROOTLESS },
    { uid: extents([0, 0, 5], [1000, 7, 9]), gid: extents([1000, 1000, 1]) },
  ),
  writer: fc.record({ uid: fc.constant(1000), gid: fc.constant(1000), caps: fc.uniqueArray(capability) }),
  from: fc.constantFrom("inside" as const, "parent" as const),
  setgroups: fc.constantFrom(null, "deny" as const, "allow" as const),
  texts: fc.oneof(fc.record({ uid: text }), fc.record({ gid: text }), fc.record({ uid: text, gid: text })),
});

test("what is proposed the model takes; to what it takes nothing is proposed; the engines agree", (t) => {
  const seed = Date.now() >>> 0;
  t.diagnostic(`seed ${seed}`);
  let repaired = 0;
  fc.assert(
    fc.property(question, (ask) => {
      const writes = askMaps(ask, engine);
      for (const other of ENGINES) assert.deepEqual(askMaps(ask, other), writes);
      const isTaken = writes.every(({ refusal }) => refusal === null);
      const repair = repairMaps(ask, engine);
      if (isTaken) assert.deepEqual(repair, { proposals: [], why: null });
      else assert.equal(repair.proposals.length === 0, repair.why !== null);
      for (const proposal of repair.proposals) {
        assert.equal(refusalOf(proposal.question), null);
        assert.ok(proposal.changes.length > 0);
        repaired++;
      }
      assert.equal(mapAnswerLines(ask, writes, repair)[0] === "yes, Linux takes this", isTaken);
    }),
    { seed, numRuns: 250 },
  );
  assert.ok(repaired > 50, `${repaired} repaired`);
});

test("rules and who was asked keep to the width of a terminal", () => {
  for (const { ask } of ROWS)
    for (const line of mapAnswerLines(ask, askMaps(ask, engine), { proposals: [], why: null }).slice(1))
      if (!line.includes("_map ")) assert.ok(line.length <= TEXT_WIDTH, line);
});
