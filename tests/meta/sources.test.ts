/** What no source may hold: marks of unfinished work, ways past the checker, the host of a registry. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  // "Function not implemented" is what the C library says of ENOSYS.
  ["unfinished work", /\b(?:TODO|FIXME|XXX)\b|(?<!unction )not implemented|simplified for now/],
  ["a way past the checker", /@ts-(?:ignore(?!: decorator)|expect-error|nocheck)|biome-ignore|\bas any\b/],
  ["a test that is left out", /\b(?:test|it|describe)\.(?:only|todo)\(/],
];

const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { encoding: "utf8" }).split("\n");
const sources = tracked.filter(
  (path) => /^(?:src|assembly|bench|tests)\/.*\.(?:ts|tsx|mjs)$/.test(path) && !path.endsWith("sources.test.ts"),
);

for (const [what, pattern] of FORBIDDEN)
  test(`no source holds ${what}`, () => {
    assert.ok(sources.length > 10);
    assert.deepEqual(
      sources.filter((path) => pattern.test(readFileSync(path, "utf8"))),
      [],
    );
  });

test("the lock file names no registry", () => {
  assert.doesNotMatch(readFileSync("package-lock.json", "utf8"), /"resolved"/);
});
