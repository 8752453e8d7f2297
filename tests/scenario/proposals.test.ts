/** The tables of the proposals: every row that is asked of the model answers as the table says, and no changed row does. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Engine, initSync } from "../../src/core/index.ts";
import { USER_SPACE } from "../../src/policy/index.ts";
import { importProposals, isProposalTables, type Source } from "../../src/scenario/index.ts";
import { parseSource } from "../../src/source/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const FOLDER = "tests/vectors/proposals";
const ROWS = { A: 74, B: 63, C: 91, H: 26 } as const;

interface Row {
  readonly id: string;
  readonly scenario: string;
  readonly expected: string;
  readonly basis: string;
}

const tables: { readonly [part: string]: readonly Row[] } = JSON.parse(readFileSync(`${FOLDER}/tables.json`, "utf8"));

const translations = new Map<string, Source>(
  Object.keys(tables).flatMap((part) => {
    const path = join(FOLDER, `${part}.yaml`);
    return existsSync(path) ? [[part, parseSource(readFileSync(path, "utf8"), path)]] : [];
  }),
);

const engine = initSync();

function outcomesOf(json: unknown, files = translations, on: Engine = engine) {
  return importProposals(json, "tables", files, USER_SPACE).flatMap((row) => row.run(on));
}

/** One part alone, asked as a text says. */
function asked(row: Partial<Row>, yaml: string) {
  const table = { H: [{ id: "H01", scenario: "s", expected: "0", basis: "none", ...row }] };
  return outcomesOf(table, new Map([["H", parseSource(yaml, "H.yaml")]]));
}

test("every row of every part is here", () => {
  assert.ok(isProposalTables(tables));
  assert.deepEqual(Object.fromEntries(Object.entries(tables).map(([part, rows]) => [part, rows.length])), ROWS);
});

for (const on of ENGINES)
  test(`no row that is asked answers otherwise than the table says, on ${on.name}`, () => {
    const outcomes = outcomesOf(tables, translations, on);
    const failed = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome] : []));
    assert.deepEqual(
      failed.map(({ vector, lines }) => [vector.id, ...lines]),
      [],
    );
    for (const part of ["A", "B", "C", "H"] as const) {
      const passed = outcomes.filter(({ kind, vector }) => kind === "passed" && vector.tag === part);
      assert.equal(passed.length, ROWS[part], `every row of part ${part} is asked`);
    }
  });

/** A text with one thing changed: each number counted up or cut, each word taken out or made another. */
function changesOf(text: string): string[] {
  const pieces = [...text.matchAll(/\d+|[A-Za-z]+/g)];
  return pieces.flatMap((piece) => {
    const [found] = piece;
    const others = /\d/.test(found) ? [String(BigInt(found) + 1n), found.slice(0, -1)] : ["", `${found}x`];
    return others.map((other) => text.slice(0, piece.index) + other + text.slice(piece.index + found.length));
  });
}

test("a row whose expectation is changed anywhere fails", () => {
  const passing = new Set(outcomesOf(tables).flatMap(({ kind, vector }) => (kind === "passed" ? [vector.id] : [])));
  let changed = 0;
  for (const [part, rows] of Object.entries(tables)) {
    const file = translations.get(part);
    for (const row of rows.filter(({ id }) => passing.has(id)))
      for (const expected of changesOf(row.expected)) {
        const others = rows.map((other) => (other === row ? { ...row, expected } : other));
        const run = importProposals({ [part]: others }, "tables", new Map(file && [[part, file]]), USER_SPACE);
        const kinds = run
          .find(({ id }) => id === row.id)
          ?.run(engine)
          .map(({ kind }) => kind);
        assert.deepEqual(kinds, ["failed"], `${row.id}: ${expected} was taken for ${row.expected}`);
        changed++;
      }
  }
  assert.ok(changed > 200, `${changed}`);
});

test("a row without a translation is skipped, with its words", () => {
  const [outcome] = outcomesOf(tables, new Map());
  assert.deepEqual(outcome, {
    vector: { id: "A01", tag: "A" },
    kind: "skipped",
    reason: "not yet modelled: make_kuid(N1,0)",
  });
});

test("a row of prose is neither passed nor skipped", () => {
  const [outcome] = asked({}, "rows: {H01: {prose: it says what somebody thought}}");
  assert.deepEqual(outcome, {
    vector: { id: "H01", tag: "H" },
    kind: "prose",
    reason: "it says what somebody thought",
  });
});

const CREDS =
  "setup: {tasks: [{name: t, uid: [1, 2, 3, 4]}]}, steps: [{task: t, call: creds}, {task: t, call: setuid, uid: 9}]";

test("values stand in a tuple, between slashes or among the words that `reads` gives", () => {
  for (const [expected, rest] of [
    ["(1, 4)", "answers: ['0.uid[0]', '0.uid[3]']"],
    ["1 / 4", "answers: ['0.uid[0]', '0.uid[3]']"],
    ["[1, 2, 3, 4]", "answers: [0.uid]"],
    ["OK; euid 2", "reads: '{}; euid {}', answers: ['0', '0.uid[1]']"],
    [
      "unlike, differ",
      "reads: '{}, {}', answers: [{from: 0.uid, words: {unlike: [1, 2, 3, 4]}}, {compare: ['0.uid[0]', '0.uid[1]']}]",
    ],
  ] as const)
    assert.deepEqual(
      asked({ expected }, `rows: {H01: {${CREDS}, ${rest}}}`).map(({ kind }) => kind),
      ["passed"],
      expected,
    );
});

test("a function of the kernel is asked by a task, as a step", () => {
  const setup = `{namespaces: [{name: N, parent: init, owner: [0, 0], uid_map: [[0, 100000, 9]], gid_map: [[0, 200000, 9]]}],
    tasks: [{name: t, ns: N, uid: 100000, gid: 200000}]}`;
  const steps = `[{task: t, call: make_kuid, id: 5}, {task: t, call: from_kgid_munged, kid: 5},
    {task: t, call: make_kgid, id: 9}, {task: "@root", call: from_kuid, kid: 7}]`;
  const answers = "['0.kid[0]', 1.id, '2.kid[0]', 3.id]";
  const row = `rows: {H01: {setup: ${setup}, steps: ${steps}, answers: ${answers}}}`;
  assert.deepEqual(
    asked({ expected: "(100005, 65534, INVALID(-1), 7)" }, row).flatMap((outcome) =>
      outcome.kind === "failed" ? outcome.lines : [],
    ),
    [],
  );
});

test("worlds that differ in their profile answer by name", () => {
  const profiles = "profiles: {plain: linux-6.18, isolated: linux-6.18+isolated}";
  const rest = `${CREDS}, answers: ['plain.0.uid[1]', 'isolated.0.uid[1]']`;
  assert.equal(asked({ expected: "2 / 2" }, `rows: {H01: {${profiles}, ${rest}}}`)[0]?.kind, "passed");
});

test("a translation that says what is expected, or is of no row, is bad input with its place", () => {
  const refused = (yaml: string, message: RegExp) => {
    try {
      const [outcome] = asked({}, yaml);
      assert.ok(outcome?.kind === "failed", yaml);
      assert.match(outcome.lines.join("\n"), message);
    } catch (error) {
      assert.match(String(error), message);
    }
  };
  refused("rows:\n  H02: {prose: x}\n", /H\.yaml:2:3: \$\.rows\.H02: expected a row of part H/);
  refused(`rows: {H01: {${CREDS}, answers: []}}`, /\$\.rows\.H01\.answers: expected an answer to compare/);
  refused(
    `rows: {H01: {${CREDS}, reads: '0{}', answers: ['0']}}`,
    /\$\.rows\.H01\.reads: expected {} in the place of every number/,
  );
  refused(
    "rows: {H01: {steps: [{task: t, call: creds, observed: {ok: true}}], answers: ['0']}}",
    /\$\.rows\.H01\.steps\[0\]\.observed: expected nothing/,
  );
  refused(`rows: {H01: {${CREDS}, answers: [2.uid]}}`, /expected one of 2 steps, from 0/);
  refused(
    "rows: {H01: {steps: [{task: t, call: nothing}], answers: ['0']}}",
    /\$\.rows\.H01\.steps\[0\]\.call: expected a call/,
  );
});
