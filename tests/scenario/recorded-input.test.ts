/** Files of recorded answers that are none: an error says where, what was expected, and what is there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UsernsError } from "../../src/core/index.ts";
import { importRecorded } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const STEP = { agent: "a", do: "getpid", observed: "*" };
const script = (fields: object) => ({ vectors: [{ id: "X", policy: "tip", title: "", steps: [STEP], ...fields }] });
const NODE = { parent: "h", owner: 5, uid_map: [], gid_map: [], isolated: true };
const CALLS = { make_kuid: [["a", 1, null, [1, "a"]]] };
const calls = (of: object, node: object = {}) => ({ scenarios: { T: { a: { ...NODE, ...node } } }, calls: { T: of } });

const NONE: readonly (readonly [what: string, json: unknown, told: string])[] = [
  [
    "an unknown policy",
    script({ policy: "tipp" }),
    'f.vectors[0].policy: expected one of: tip, comparison, … (got "tipp")',
  ],
  [
    "an unknown switch",
    script({ policy: "proposal", switches: "ancestor privilege + chown chek" }),
    'f.vectors[0].switches: expected one of: owner munging, … (got "chown chek")',
  ],
  [
    "an agent of two letters",
    script({ steps: [{ ...STEP, agent: "ab" }] }),
    'f.vectors[0].steps[0].agent: expected one small letter (got "ab")',
  ],
  [
    "a step without an answer",
    script({ steps: [{ agent: "a", do: "getpid" }] }),
    "f.vectors[0].steps[0].observed: expected text (got nothing)",
  ],
  ["a field that scripts have not", script({ color: 1 }), 'f.vectors[0].color: expected one of id, … (got "color")'],
  ["no list of scripts", { vectors: "x" }, 'f.vectors: expected a list (got "x")'],
  ["an object of another form", {}, "f: expected a list of vectors, … (got {})"],
  [
    "an unknown function",
    calls({ make_kuidd: [["a", 1, null, 1]] }),
    'f.calls.T.make_kuidd[0]: expected a function that is modelled: make_kuid, … (got "make_kuidd")',
  ],
  [
    "a namespace that the tree has not",
    calls({ make_kuid: [["z", 1, null, 1]] }),
    'f.calls.T.make_kuid[0][0]: expected a namespace (got "z")',
  ],
  [
    "an id below 0",
    calls({ make_kuid: [["a", -5, null, 1]] }),
    "f.calls.T.make_kuid[0][1]: expected an id, 0 … 4294967295 (got -5)",
  ],
  [
    "a map that overlaps",
    calls(CALLS, {
      uid_map: [
        [0, 0, 10],
        [5, 50, 10],
      ],
    }),
    "f.scenarios.T.a.uid_map: expected ranges that do not overlap (got map:2: 5:50:10, which shares inside id 5 with line 1, 0:0:10)",
  ],
  [
    "a flag that is a word",
    calls(CALLS, { isolated: "yes" }),
    'f.scenarios.T.a.isolated: expected true or false (got "yes")',
  ],
  ["a parent that is not there", calls(CALLS, { parent: "x" }), 'f.scenarios.T.a.parent: expected one of h (got "x")'],
];

const [engine] = ENGINES;

for (const [what, json, told] of NONE)
  test(`a file with ${what} is refused: ${told}`, () => {
    assert.ok(engine);
    const [before = "", after = ""] = told.split("…");
    assert.throws(
      () => importRecorded(json, "f").flatMap(({ run }) => run(engine)),
      (error) => error instanceof UsernsError && error.message.startsWith(before) && error.message.endsWith(after),
    );
  });
