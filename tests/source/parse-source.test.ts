/** Text that is neither JSON nor YAML is told where the fault is, not where the parser noticed it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSource } from "../../src/source/index.ts";

const FAULTS: readonly (readonly [title: string, text: string, where: string, got: string])[] = [
  ["an object that is not closed, at its {", "a:\n  - { b: 1\n  - { b: 2 }\n", "t:2:5", "a { that is not closed"],
  ["a list that is not closed, at its [", "a: [1, 2\n# c\n\nb: 1\n", "t:1:4", "a [ that is not closed"],
  ["the inner one of two that are not closed", '{\n "a": [1,\n "b": 2\n}\n', "t:2:7", "a [ that is not closed"],
  ["a text that is not closed, at its quote", 'a: "b\nc: 1\nd: 2\n', "t:1:4", 'a " that is not closed'],
  ["what follows a list that is closed, where it is", "a: [1,\n  2] 3\n", "t:2:6", "Unexpected scalar at node end"],
];
for (const [title, text, where, got] of FAULTS)
  test(`the place of a fault in YAML: ${title}`, () => assert.throws(() => parseSource(text, "t"), { where, got }));
