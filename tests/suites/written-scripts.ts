/** Scripts of isolated namespaces for rules that the recorded ones leave out. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Script } from "../../src/scenario/index.ts";

export const WRITTEN_SCRIPTS = "tests/scenario/scripts.txt";

/** `# POLICY: TITLE`, and below it `AGENT COMMAND => ANSWER`, line by line; an empty line ends a script. */
export function writtenScripts(): readonly Script[] {
  return readFileSync(WRITTEN_SCRIPTS, "utf8")
    .split("\n\n")
    .map((block) => {
      const [title = "", ...lines] = block.replace(/\n+$/, "").split("\n");
      const [, policy = "", rule = ""] = /^# (\S+): (.*)$/.exec(title) ?? [];
      const steps = lines.map((line, index) => {
        const [, agent = "", command = "", observed = ""] = /^(\w) (.*?) => ?(.*)$/.exec(line) ?? [];
        assert.notEqual(agent, "", `${WRITTEN_SCRIPTS}: ${line}`);
        return { agent, do: command, observed, where: `${rule}[${index}]` };
      });
      return { id: rule, policy, switches: [], title: rule, steps };
    });
}
