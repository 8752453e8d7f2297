/** What the compiler says of a word in another's place. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { mutate, nameOf } from "./mutate.ts";
import { refusedByCompiler } from "./refused.ts";

test("a word that the types do not let stand there is refused by the compiler, and another is not", () => {
  const text = readFileSync(join(import.meta.dirname, "../../src/kernel/disk.ts"), "utf8");
  const { mutants } = mutate("disk.ts", text, 0);
  const refused = [...refusedByCompiler(mutants)].map(([mutant]) => nameOf(mutant));
  assert.deepEqual(refused, ['disk.ts visit: "uid" → gid', 'disk.ts visit: "gid" → uid']);
});
