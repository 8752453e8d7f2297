import assert from "node:assert/strict";
import type { TestContext } from "node:test";

/**
 * A test that needs something of the machine (a compiler, a browser, root) asks for it here. Without it the test is
 * skipped with a printed reason; where USERNS_NO_SKIP=1, as in CI, it fails.
 *
 * @returns whether the test may go on
 */
export function need(t: TestContext, isThere: boolean, what: string): boolean {
  if (isThere) return true;
  assert.notEqual(process.env.USERNS_NO_SKIP, "1", `this machine must have ${what}`);
  t.skip(`needs ${what}`);
  return false;
}
