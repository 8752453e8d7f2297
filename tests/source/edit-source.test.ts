/** A text that is edited keeps all that was not meant. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addNumbers, setNumber } from "../../src/source/index.ts";

const NUMBERS: readonly (readonly [title: string, text: string, path: readonly (string | number)[], after: string])[] =
  [
    ["in a flow list", "a: [[0, x, 1]] # c\n", ["a", 0, 2], "a: [[0, x, 77]] # c\n"],
    ["in a block list", "a:\n  - - 0\n    - 5 # c\n", ["a", 0, 1], "a:\n  - - 0\n    - 77 # c\n"],
    ["in JSON", '{"a": [[0, 1, 2]]}', ["a", 0, 1], '{"a": [[0, 77, 2]]}'],
    ["nowhere: the text stays", "a: 1\n", ["b"], "a: 1\n"],
  ];
for (const [title, text, path, after] of NUMBERS)
  test(`a number is changed where it stands, ${title}`, () => assert.equal(setNumber(text, path, 77), after));

const LISTS: readonly (readonly [title: string, text: string, path: readonly (string | number)[], after: string])[] = [
  ["a flow list", "a: [[0, 1, 2]] # c\nb: 1\n", ["a"], "a: [[0, 1, 2], [7, 8, 9]] # c\nb: 1\n"],
  ["an empty list", "a: []\n", ["a"], "a: [[7, 8, 9]]\n"],
  ["a block list", "a:\n  - [0, 1, 2] # c\nb: 1\n", ["a"], "a:\n  - [0, 1, 2] # c\n  - [7, 8, 9]\nb: 1\n"],
  ["an object in one line without it", "n:\n  - { name: x }\n", ["n", 0, "a"], "n:\n  - { name: x, a: [[7, 8, 9]] }\n"],
  [
    "an object without it",
    "n:\n  - name: x\n    b: 1\nc: 2\n",
    ["n", 0, "a"],
    "n:\n  - name: x\n    b: 1\n    a: [[7, 8, 9]]\nc: 2\n",
  ],
  ["nothing: the text stays", "a: 1\n", ["a"], "a: 1\n"],
];
for (const [title, text, path, after] of LISTS)
  test(`a list of numbers is added to ${title}`, () => assert.equal(addNumbers(text, path, [7, 8, 9]), after));
