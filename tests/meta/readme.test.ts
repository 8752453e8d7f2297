/** The README's examples are run: each `console` block's output must be the command's, each `ts` block's values its own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { sqliteDriver } from "../../src/store/sqlite-driver.ts";
import { gzipped, layoutOf, plain, tarOf } from "../image/build-image.ts";
import { dir, file } from "../image/diff-entries.ts";
import { need } from "../need.ts";
import { keepsXattrs, XATTRS } from "../pack/xattrs.ts";
import { archive } from "../shift/archive.ts";

const readme = readFileSync("README.md", "utf8");

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].flatMap(
    (match) => match[1] ?? [],
  );
}

interface Command {
  readonly line: string;
  readonly output: string;
}

/** A block is commands, each after `$ `, and what each prints. */
function commandsOf(block: string): Command[] {
  return block
    .split(/^\$ /m)
    .filter((text) => text.trim() !== "")
    .map((text) => {
      const [line = "", ...output] = text.split("\n");
      return { line, output: output.join("\n").trimEnd() };
    });
}

const hasSqlite = (): Promise<boolean> =>
  sqliteDriver().then(
    () => true,
    () => false,
  );

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "userns-readme-"));
  cpSync("tests/layers/debian-mixed-owners.tar.gz", join(folder, "layer.tar.gz"));
  const packed = readFileSync(join(folder, "layer.tar.gz"));
  const base = { ...gzipped(gunzipSync(packed)), packed };
  writeFileSync(join(folder, "app.oci.tar"), tarOf(layoutOf(base)));
  const next = archive(dir("srv/tftp", 0o700, { uid: 65534, gid: 65534 }), file("etc/shadow", 0o644, { gid: 42 }));
  writeFileSync(join(folder, "next.oci.tar"), tarOf(layoutOf(base, plain(next))));
  for (const [index, scenario] of blocks("yaml").entries())
    writeFileSync(join(folder, index === 0 ? "box.yaml" : `box${index + 1}.yaml`), scenario);
  const bin = `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} ${JSON.stringify(resolve("dist/cli/main.js"))} "$@"\n`;
  writeFileSync(join(folder, "userns"), bin, { mode: 0o755 });
});
after(() => rmSync(folder, { recursive: true, force: true }));

const consoles = blocks("console");
test("the README shows commands", () => assert.ok(consoles.length >= 4, `${consoles.length}`));

for (const [index, block] of consoles.entries())
  test(`README, console block ${index + 1}: ${block.split("\n")[0]}`, async (t) => {
    const hasStore = !block.includes("userns alloc") || (await hasSqlite());
    if (!need(t, hasStore, "SQLite: Node 22.13 or newer, or better-sqlite3")) return;
    if (!need(t, !block.includes("--xattr") || keepsXattrs(folder), XATTRS)) return;
    for (const { line, output } of commandsOf(block)) {
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, NO_COLOR: "1" };
      const { stdout, stderr } = spawnSync("sh", ["-c", line], { cwd: folder, encoding: "utf8", env });
      assert.equal(`${stdout}${stderr}`.trimEnd(), output, line);
    }
  });

const scripts = blocks("ts");
test("the README shows code", () => assert.ok(scripts.length >= 1));

for (const [index, script] of scripts.entries())
  test(`README, code block ${index + 1}`, () => {
    // "expression; // → value" becomes an assertion; what else stands in the block is run as it is.
    const checked = script.replace(
      /^(.+?);\s*\/\/ → (.+)$/gm,
      (_, expression, value) => `check(${expression}, ${value});`,
    );
    assert.notEqual(checked, script, "a block says what its lines give");
    const file = resolve(`tests/meta/.readme-${process.pid}-${index}.ts`);
    writeFileSync(file, `import { deepEqual as check } from "node:assert/strict";\n${checked}`);
    try {
      const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", file], { encoding: "utf8" });
      assert.equal(status, 0, stderr);
    } finally {
      rmSync(file);
    }
  });
