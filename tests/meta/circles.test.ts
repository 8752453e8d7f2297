/** No file of src/ leads back to itself, and what a world holds stands below the rules about it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Arrow, arrows, circlesOf, isLocal, reachedFrom } from "./imports.ts";

const local = arrows.filter(isLocal);

test("no file imports itself by any way, types included", () => {
  assert.deepEqual(
    circlesOf(local).map((circle) => circle.join(" → ")),
    [],
  );
});

test("a circle is found, wherever it begins", () => {
  const arrow = (text: string): Arrow => {
    const [from = "", to = ""] = text.split(">");
    return { from, to };
  };
  assert.deepEqual(circlesOf(["a>b", "b>c", "a>c"].map(arrow)), []);
  assert.deepEqual(circlesOf(["a>b", "b>c", "c>b"].map(arrow)), [["b", "c", "b"]]);
  assert.deepEqual(circlesOf(["a>a"].map(arrow)), [["a", "a"]]);
});

/** The file in which rules get their names; what else calls it has rules. */
const RULES_ARE_MADE = "kernel/verdict.ts";

test("what a world holds is declared below the rules: no file that world.ts leads to has one", () => {
  const held = [...reachedFrom("kernel/world.ts", local)].filter((file) => file !== RULES_ARE_MADE);
  assert.ok(held.includes("kernel/task.ts") && held.includes("kernel/inode.ts"), "the imports were followed");
  assert.deepEqual(
    held.filter((file) => readFileSync(join("src", file), "utf8").includes("ruleTable(")),
    [],
  );
});
