/**
 * Run the tests: every `*.test.ts` below tests/, save the slow ones, or the files and folders named.
 *
 *   tsx tests/run.ts [--slow] [PATH…]
 *
 * A run in which no test ran fails, unless all are of another machine, and so does a test that is skipped for what
 * this machine lacks where USERNS_NO_SKIP=1 (see need.ts).
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
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

const counts = { passed: 0, failed: 0, skipped: 0, lacking: 0 };
const skips: string[] = [];

const stream = run({ files, concurrency: 2 });
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
