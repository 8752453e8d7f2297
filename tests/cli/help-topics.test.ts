/** The words that are explained: on one screen, and every example in them is run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HELP_TOPICS } from "../../src/cli/help-topics.ts";
import { userns } from "./command.ts";

const SCREEN = { lines: 24, columns: 80 };

for (const { name, alias, text } of HELP_TOPICS) {
  test(`help ${name}: fits one screen, and is found by its other names`, async () => {
    const lines = text.trimEnd().split("\n");
    assert.ok(lines.length <= SCREEN.lines, `${lines.length} lines`);
    for (const line of lines) assert.ok([...line].length <= SCREEN.columns, line);
    for (const other of [name, ...alias, name.toUpperCase()])
      assert.deepEqual(await userns(["help", other]), { ...(await userns(["help", name])), exit: 0, stdout: text });
  });

  test(`help ${name}: its example prints what it says, and what it points to is there`, async () => {
    const examples = [...text.matchAll(/^\$ userns (.*)\n([\s\S]*?)\n(?:\n|$)/gm)];
    assert.ok(examples.length > 0);
    for (const [, line = "", output = ""] of examples) {
      const { stdout, stderr } = await userns(line.split(" "));
      assert.deepEqual([stdout.trimEnd(), stderr], [output, ""]);
    }
    const [, see = ""] = /^See: (.*)$/m.exec(text) ?? [];
    for (const pointed of see.split(", ").map((command) => command.replace("userns ", "").split(" ")))
      assert.equal((await userns(pointed)).exit, 0, pointed.join(" "));
  });
}

test("help: what is neither a command nor a word is told with all there are", async () => {
  const { exit, stderr } = await userns(["help", "kernel"]);
  assert.equal(exit, 2);
  assert.match(stderr, /one of: .*layer.*overflow-id/);
});
