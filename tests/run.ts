/**
 * Run the tests: every `*.test.ts` below tests/, save the slow ones, or the files and folders named.
 *
 *   tsx tests/run.ts [--slow] [PATH…]
 *
 * A run in which no test ran fails, unless all are of another machine, and so does a test that is skipped for what
 * this machine lacks where USERNS_NO_SKIP=1 (see need.ts).
 *
 * The files of a folder share a process: loading the sources takes longer than most files' tests.
 */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { pathToFileURL } from "node:url";
import { isOfAnotherMachine } from "./need.ts";

const isSlow = (path: string): boolean => path.endsWith(".slow.test.ts");

function testFiles(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join(path, name))
    .sort();
}

const args = process.argv.slice(2);
const wantsSlow = args.includes("--slow");
const named = args.filter((arg) => arg !== "--slow");
const files = (named.length > 0 ? named : ["tests"]).flatMap(testFiles).filter((file) => isSlow(file) === wantsSlow);

/** A module for each folder, that loads its test files. */
function modulesOf(files: readonly string[], into: string): string[] {
  return [...new Set(files.map(dirname))].map((folder) => {
    const its = files.filter((file) => dirname(file) === folder);
    const module = join(into, `${folder.replaceAll("/", "-")}.test.mjs`);
    const imports = its.map((file) => `await import(${JSON.stringify(pathToFileURL(resolve(file)))});`);
    writeFileSync(module, imports.join("\n"));
    return module;
  });
}

const modules = mkdtempSync(join(tmpdir(), "userns-tests-"));
process.once("exit", () => rmSync(modules, { recursive: true, force: true }));

const counts = { passed: 0, failed: 0, skipped: 0, lacking: 0 };
const skips: string[] = [];

const stream = run({ files: modulesOf(files, modules), concurrency: 2 });
stream.on("test:pass", ({ name, skip, details }) => {
  if (details.type === "suite") return;
  if (skip === undefined) counts.passed++;
  else {
    counts.skipped++;
    if (!isOfAnotherMachine(skip)) counts.lacking++;
    skips.push(`${name}: ${skip}`);
  }
});
stream.on("test:fail", () => {
  counts.failed++;
});
process.once("beforeExit", () => {
  for (const skip of skips) console.log(`skipped: ${skip}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  const mustNotSkip = process.env.USERNS_NO_SKIP === "1" && counts.lacking > 0;
  const isNothingRun = counts.passed === 0 && counts.skipped === counts.lacking;
  if (counts.failed > 0 || isNothingRun || mustNotSkip) process.exitCode = 1;
});
stream.compose(new spec()).pipe(process.stdout);
