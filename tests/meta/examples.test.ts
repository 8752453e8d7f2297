/** Every `@example` of a docstring is run: what stands after its last `//` is the value that it must have. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import ts from "typescript";

interface Example {
  readonly file: string;
  readonly expression: string;
  readonly value: string;
}

/** The text of every `@example` tag in a file. */
function exampleTexts(source: string): string[] {
  return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap(([comment]) => {
    const lines = comment.replace(/^\/\*\*|\*\/$/g, "").split("\n");
    const text = lines.map((line) => line.replace(/^\s*\*? ?/, "")).join("\n");
    return text
      .split(/^(?=\s*@)/m)
      .flatMap((tag) => /^\s*@example\s+([\s\S]*)$/.exec(tag)?.[1] ?? [])
      .flatMap((body) => body.split(/\n(?=\s*@)/));
  });
}

function examplesIn(file: string): Example[] {
  return exampleTexts(readFileSync(file, "utf8")).map((text) => {
    const at = text.lastIndexOf("//");
    assert.ok(at > 0, `${file}: an example says its value after "//": ${text}`);
    return { file, expression: text.slice(0, at).trim().replace(/;$/, ""), value: text.slice(at + 2).trim() };
  });
}

/** Every name that the layers export, the example's own file first. */
async function scopeOf(file: string): Promise<Record<string, unknown>> {
  const layers = readdirSync("src", { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "cli" && entry.name !== "playground")
    .map((entry) => join("src", entry.name, "index.ts"));
  const scope: Record<string, unknown> = {};
  for (const path of [...layers, file]) Object.assign(scope, await import(pathToFileURL(resolve(path)).href));
  return scope;
}

/** Evaluate TypeScript text in a scope of names; awaits a promise. */
async function evaluate(text: string, scope: Record<string, unknown>): Promise<unknown> {
  const js = ts.transpile(`(${text}\n)`, { target: ts.ScriptTarget.ES2022 }).replace(/;\s*$/, "");
  return await new Function(...Object.keys(scope), `return ${js};`)(...Object.values(scope));
}

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.startsWith("cli/") && !name.startsWith("playground/"))
  .map((name) => join("src", name));
const examples = files.flatMap(examplesIn);

test("the docstrings have examples", () => assert.ok(examples.length >= 12, `${examples.length}`));

for (const { file, expression, value } of examples)
  test(`${file}: ${expression.split("\n")[0]} is ${value.split("\n")[0]}`, async () => {
    const scope = await scopeOf(file);
    assert.deepEqual(await evaluate(expression, scope), await evaluate(value, scope));
  });
