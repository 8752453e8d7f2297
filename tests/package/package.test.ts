/** The package that ships: packed, imported by Node, bundled, and loaded by a real Chromium. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import ts from "typescript";
import { need } from "../need.ts";
import { engineSuite } from "../suites/engine.ts";
import { chromiumPath, launchChromium, serve } from "./browser.ts";
import { type Packed, packAndUnpack } from "./packed.ts";

const WASM_BUDGET_BYTES = 16_384;

let packed: Packed;
before(() => {
  packed = packAndUnpack();
});
after(() => packed.remove());

function node(script: string): string {
  return execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: packed.folder,
    encoding: "utf8",
  });
}

/** The entries that have something under a condition, as `userns/core`. */
function entriesWith(condition: "types" | "default"): string[] {
  const manifest: { exports: Record<string, object | string> } = JSON.parse(
    readFileSync(join(packed.root, "package.json"), "utf8"),
  );
  const found = Object.entries(manifest.exports).filter(([, to]) => typeof to === "object" && condition in to);
  return found.map(([entry]) => entry.replace(/^\./, "userns"));
}

/** What a strict consumer's compiler says of a program that takes everything of these entries. */
function complaints(entries: readonly string[], host: "nodenext" | "bundler", types: readonly string[]): string[] {
  const file = join(packed.folder, "consumer.mts");
  writeFileSync(file, entries.map((entry, k) => `export * as e${k} from ${JSON.stringify(entry)};\n`).join(""));
  const program = ts.createProgram([file], {
    ...(host === "bundler"
      ? { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }
      : { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext }),
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    types: [...types],
    typeRoots: [resolve("node_modules/@types")],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
  });
  return ts.getPreEmitDiagnostics(program).map(({ code, messageText, file }) => {
    return `${file?.fileName ?? ""} TS${code} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

for (const host of ["nodenext", "bundler"] as const) {
  test(`a strict program without the types of a host compiles against the library (${host})`, () => {
    const entries = entriesWith("types").filter((entry) => entry !== "userns/cli-answers");
    assert.ok(entries.length > 5);
    assert.deepEqual(complaints(entries, host, []), []);
  });
  test(`a strict program with the types of Node compiles against every entry (${host})`, () => {
    assert.ok(entriesWith("types").includes("userns/cli-answers"));
    assert.deepEqual(complaints(entriesWith("types"), host, ["node"]), []);
  });
}

test("the Wasm core is at most 16 kB", () => {
  assert.ok(statSync(join(packed.root, "dist/core.wasm")).size <= WASM_BUDGET_BYTES);
});

test("every entry of the package's exports can be imported, and runs Wasm by default", () => {
  const entries = entriesWith("default");
  for (const entry of entries) node(`await import(${JSON.stringify(entry)})`);
  assert.equal(node(`import { initSync } from "userns/core"; console.log(initSync().name)`).trim(), "wasm");
  assert.equal(node(`import { init } from "userns/core"; console.log((await init()).name)`).trim(), "wasm");
  assert.equal(node(`import { initSync } from "userns/engine-ts"; console.log(initSync().name)`).trim(), "typescript");
});

test("userns/core is one file", () => {
  const source = readFileSync(join(packed.root, "dist/core/index.js"), "utf8");
  assert.deepEqual(ts.preProcessFile(source, true, true).importedFiles, []);
});

test("what one entry throws is an instance of another's UsernsError", () => {
  const script = `
    import { flattenRoute, UsernsError } from "userns/core";
    import * as whole from "userns";
    import { parseUidMap } from "userns/formats";
    import { initSync } from "userns/engine-ts";
    const caught = (run) => { try { run(); } catch (error) { return error; } };
    const column = () => initSync().alloc(-1);
    const text = () => parseUidMap("0 0");
    console.log(whole.UsernsError === UsernsError, ...[column, text].map((run) => caught(run) instanceof UsernsError));`;
  assert.equal(node(script).trim(), "true true true");
});

test("a stack names the functions of the sources", () => {
  const script = `
    import { parseUidMap } from "userns/formats";
    try { parseUidMap("0 0 0"); } catch (error) { console.log(error.stack); }`;
  assert.match(node(script), / at parseUidMap /);
});

test("the command runs from the package", () => {
  const [, ...fields] =
    execFileSync(process.execPath, [join(packed.root, "dist/cli/main.js"), "map", "1000", "--map", "0:100000:65536"], {
      encoding: "utf8",
    }).match(/(\d+)\D+(\d+)/) ?? [];
  assert.deepEqual(fields, ["1000", "101000"]);
});

test("the package replays a scenario, and the command does", () => {
  const script = `
    import { readFileSync } from "node:fs";
    import { parse } from "yaml";
    import { initSync } from "userns/core";
    import { loadScenario, replay } from "userns/scenario";
    const json = parse(readFileSync(process.argv[1], "utf8"));
    const answers = replay(loadScenario(json), initSync());
    console.log(answers.length, answers.every(({ differences }) => differences.length === 0));`;
  const file = resolve("tests/scenarios/linux/rootless-map.yaml");
  const args = ["--input-type=module", "-e", script, file];
  assert.equal(execFileSync(process.execPath, args, { cwd: packed.root, encoding: "utf8" }).trim(), "9 true");
  const ran = execFileSync(process.execPath, [join(packed.root, "dist/cli/main.js"), "run", file], {
    encoding: "utf8",
  });
  assert.match(ran, /9 of 9 answers as expected/);
});

test("the portable layers import no Node module and no package", () => {
  const portable = readdirSync(join(packed.root, "dist"), { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".js") && !/^(?:cli|live|store|playground)\//.test(name),
  );
  for (const name of portable) {
    const source = readFileSync(join(packed.root, "dist", name), "utf8");
    for (const { fileName } of ts.preProcessFile(source, true, true).importedFiles)
      assert.ok(fileName.startsWith(".") || fileName === "#core-wasm", `${name} imports ${fileName}`);
  }
});

test("importing the package has no effect: a bundler drops it whole when nothing is used", async () => {
  const { outputFiles } = await build({
    stdin: { contents: `import "userns/core";`, resolveDir: packed.folder },
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
    logLevel: "silent",
  });
  assert.equal(outputFiles[0]?.text.replace(/\/\/.*\n|\(\(\) => \{\n\}\)\(\);\n/g, "").trim(), "");
});

test("a bundler leaves the engine and the Wasm out of a program that maps ids one by one", async () => {
  const { outputFiles } = await build({
    stdin: { contents: `export { idMap, mapDown } from "userns/core";`, resolveDir: packed.folder },
    bundle: true,
    format: "esm",
    minify: true,
    write: false,
  });
  const bundled = outputFiles[0]?.text ?? "";
  assert.match(bundled, /mapDown/);
  assert.doesNotMatch(bundled, /AGFzbQ|WebAssembly/);
});

engineSuite("packed", async () => import(pathToFileURL(join(packed.root, "dist/core/index.js")).href));

const PAGE_SCRIPT = `
  import { flattenRoute, idMap, init, UsernsError } from "userns/core";
  const engine = await init();
  const map = idMap([{ first: 0, lowerFirst: 100000, count: 65536 }]);
  const translator = engine.load(flattenRoute([{ direction: "down", map, name: "uid_map" }]));
  const ids = Uint32Array.from({ length: 100_000 }, (_, i) => i);
  const unmapped = translator.ids(ids);
  globalThis.answer = { name: engine.name, fallback: engine.fallback ?? null, unmapped, ids: [ids[0], ids[65535], ids[65536]] };
`;

for (const { title, policy, name } of [
  {
    title: "Chromium runs the bundled package on Wasm",
    policy: "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    name: "wasm",
  },
  {
    title: "where a page's policy forbids Wasm the twin serves, and says why",
    policy: "default-src 'self'; script-src 'self'",
    name: "typescript",
  },
])
  test(title, async (t) => {
    const executable = chromiumPath();
    if (
      !need(t, executable !== undefined, "a Chromium (set CHROMIUM, or install Debian's chromium)") ||
      executable === undefined
    )
      return;
    const { outputFiles } = await build({
      stdin: { contents: PAGE_SCRIPT, resolveDir: packed.folder },
      bundle: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      write: false,
    });
    const site = await serve(
      {
        "/": {
          type: "text/html",
          body: `<!doctype html><title>userns</title><script type="module" src="/page.js"></script>`,
        },
        "/page.js": { type: "text/javascript", body: outputFiles[0]?.text ?? "" },
      },
      policy,
    );
    const browser = await launchChromium(executable);
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(site.url);
      await page.waitForFunction("globalThis.answer !== undefined", undefined, { timeout: 20_000 });
      const answer = await page.evaluate<{ name: string; fallback: string | null; unmapped: number; ids: number[] }>(
        "globalThis.answer",
      );
      assert.deepEqual(errors, []);
      assert.equal(answer.name, name);
      assert.equal(answer.fallback === null, name === "wasm", `${answer.fallback}`);
      assert.equal(answer.unmapped, 100_000 - 65_536);
      assert.deepEqual(answer.ids, [100_000, 165_535, 4_294_967_295]);
    } finally {
      await browser.close();
      site.close();
    }
  });
