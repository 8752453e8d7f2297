/** How source is broken: what becomes of a piece, and that nothing is broken while no switch is on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";
import { mutate, nameOf } from "./mutate.ts";

const breaksIn = (text: string) => mutate("f.ts", text, 0).mutants.map((mutant) => nameOf(mutant).replace("f.ts ", ""));

const ROWS: readonly (readonly [rule: string, source: string, breaks: readonly string[]])[] = [
  [
    "a refusal is dropped, is always made, and has another errno",
    'function f(a) { if (a) return deny("EPERM", RULES.x, a ? "b" : "c"); }',
    ["f: a → never", "f: a → always", 'f: "EPERM" → EIO'],
  ],
  [
    "each part of a condition is left out",
    "const f = (a, b) => (a && b) || !a;",
    ["f: (a && b) → never", "f: a → always", "f: b → always", "f: !a → never"],
  ],
  ["an end is taken or left", "function f(a) { g(a < 1); }", ["f: g(a < 1) → left out", "f: a < 1 → <="]],
  ["a change is left out", "function f(a) { a.mode = 1; }", ["f: a.mode = 1 → left out"]],
  ["another id is read, and none is written", "function f(c) { return c.uid.fs; }", ["f: c.uid.fs → .effective"]],
  ["another capability set is read", "function f(cred) { return cred.permitted; }", ["f: cred.permitted → .effective"]],
  ["another capability is asked", 'const f = (c, n) => isNsCapable(c, n, "kill");', ['f: "kill" → audit_read']],
  ["another direction is taken", 'const f = (m) => hop("up", m);', ['f: "up" → down']],
  ["one of two sets of bits counts", "const f = (a) => a | 2;", ["f: a | 2 → only a", "f: a | 2 → only 2"]],
  [
    "an errors' text and tables are left alone",
    "const T = { a: 1 | 2 }; function f(a) { if (a) throw new E(a | 1); }",
    [],
  ],
  ["what is alike is numbered", "function f(a) { g(a); g(a); }", ["f: g(a) → left out", "f: g(a) → left out (2)"]],
];

for (const [rule, source, breaks] of ROWS) test(rule, () => assert.deepEqual(breaksIn(source), breaks));

test("a piece that is broken answers otherwise, and as before while its switch is off", () => {
  const source = "function f(a, b) { if (a > b && b !== 3) return a; return b; }";
  const { text, mutants } = mutate("f.ts", source, 7);
  const answers = (broken: number) => {
    const made = ts.transpile(`${text}\n[f(1, 2), f(2, 1), f(2, 2), f(5, 3)]`);
    Object.assign(globalThis, { isBroken: (id: number) => id === broken });
    const got: unknown = new Function(`return eval(${JSON.stringify(made)})`)();
    return JSON.stringify(got);
  };
  assert.equal(answers(-1), "[2,2,2,3]");
  assert.deepEqual(
    mutants.map(({ id }) => id),
    [7, 8, 9, 10, 11],
  );
  assert.equal(mutants.filter(({ id }) => answers(id) !== answers(-1)).length, 4, "all but > for >=, which is alike");
});
