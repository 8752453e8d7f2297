/** How source is broken: what becomes of a piece, and that nothing is broken while no switch is on. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { knownSurvivors } from "./known-survivors.ts";
import { FILES_LEFT_ALONE, NAMES_LEFT_ALONE } from "./left-alone.ts";
import { mutate, nameOf } from "./mutate.ts";
import * as switches from "./switch.ts";

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
    ["f: a → always", "f: b → always", "f: (a && b) → never", "f: !a → never"],
  ],
  ["an end is taken or left", "function f(a) { g(a < 1); }", ["f: g(a < 1) → left out", "f: a < 1 → <="]],
  ["a change is left out", "function f(a) { a.mode = 1; }", ["f: a.mode = 1 → left out"]],
  ["another id is read, and none is written", "function f(c) { return c.uid.fs; }", ["f: c.uid.fs → .effective"]],
  ["another capability set is read", "function f(cred) { return cred.permitted; }", ["f: cred.permitted → .effective"]],
  ["another capability is asked", 'const f = (c, n) => isNsCapable(c, n, "kill");', ['f: "kill" → audit_read']],
  ["another direction is taken", 'const f = (m) => hop("up", m);', ['f: "up" → down']],
  ["one of two sets of bits counts", "const f = (a) => a | 2;", ["f: a | 2 → only a", "f: a | 2 → only 2"]],
  ["what stands before ?? is not there", "const f = (a) => a ?? 2;", ["f: a → nothing"]],
  [
    "a value of a table is another",
    'const T = { top: "EBUSY", shift: 3, isOpen: true, why: "x" };',
    ['T: top: "EBUSY" → EIO', "T: shift: 3 → one more", "T: isOpen: true → never"],
  ],
  ["an error's text is left alone", "function f(a) { if (a) throw new E(a | 1); }", []],
  ["what is alike is numbered", "function f(a) { g(a); g(a); }", ["f: g(a) → left out", "f: g(a) → left out (2)"]],
];

for (const [rule, source, breaks] of ROWS) test(rule, () => assert.deepEqual(breaksIn(source), breaks));

/** The names under which switch.ts is called. */
const { runBroken, runWhole, ...called } = switches;

/** Run mutated source. @returns what its last expression gives, each time it is asked */
function programOf(source: string): () => string {
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  const make = new Function(
    ...Object.keys(called),
    `return () => JSON.stringify(eval(${JSON.stringify(outputText)}));`,
  );
  return make(...Object.values(called));
}

test("each break changes an answer, save the one that comes to the same", () => {
  const source = `
    const ERRNOS = { busy: "EBUSY" };
    function f(a, b, cred) {
      const most = a > b && b !== 3 ? a : b;
      return [ERRNOS.busy, (most ?? 8) | 1, cred.permitted & 6];
    }`;
  const { text, mutants } = mutate("f.ts", source, 7);
  const calls = ["1, 2", "2, 1", "2, 2", "5, 3", "null, null"].map(
    (args) => `f(${args}, { permitted: 5, effective: 2 })`,
  );
  const [whole, broken] = [source, text].map((code) => programOf(`${code}\n[${calls.join()}]`));
  assert.ok(whole && broken);
  const { came, differing } = runWhole(broken);
  assert.equal(came, whole());
  const killed = mutants.filter(({ id }) => runBroken(id, broken) !== came);
  const survivors = mutants.filter((mutant) => !killed.includes(mutant)).map(nameOf);
  assert.deepEqual(survivors, ["f.ts f: a > b → >="]);
  assert.deepEqual(
    killed.filter(({ id }) => !differing.has(id)),
    [],
    "what makes no difference on the way kills nothing",
  );
});

test("a loop that a break makes endless is ended", () => {
  const { text, mutants } = mutate("f.ts", "function f() { let n = 3; while (n > 0) n = n - 1; return n; }", 0);
  const counting = mutants.find(({ what }) => what === "left out");
  assert.ok(counting);
  const run = programOf(`${text}; f()`);
  assert.equal(runWhole(run).came, "0");
  assert.throws(() => runBroken(counting.id, run), /it does not end/);
});

test("what is left alone is there, and so is every function that has a known survivor", () => {
  const folder = join(import.meta.dirname, "../../src/kernel");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const texts = new Map(files.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  for (const file of FILES_LEFT_ALONE.keys()) assert.ok(texts.has(file), file);
  const all = [...texts.values()].join("\n");
  for (const name of NAMES_LEFT_ALONE.keys()) assert.match(all, new RegExp(`(function |\\n  )${name}(: |\\()`), name);
  const names = new Set([...texts].flatMap(([file, text]) => mutate(file, text, 0).mutants.map(nameOf)));
  for (const name of knownSurvivors().keys()) assert.ok(names.has(name), `no mutant is called ${name}`);
});
