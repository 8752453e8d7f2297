import assert from "node:assert/strict";
import type { TestContext } from "node:test";

/** Why a test is skipped that no such machine can run, whatever is installed on it. */
const OF_ANOTHER_MACHINE = "of another machine: ";

/** Is it a skip that is no lack: {@link onlyOn}? */
export function isOfAnotherMachine(reason: string | boolean): boolean {
  return typeof reason === "string" && reason.startsWith(OF_ANOTHER_MACHINE);
}

/**
 * A test that compares with one kind of machine runs there alone. Elsewhere it is skipped with a printed reason, and
 * that is no failure, even with USERNS_NO_SKIP=1: nothing could be installed to run it.
 *
 * @returns whether the test may go on
 */
export function onlyOn(t: TestContext, isIt: boolean, what: string): boolean {
  if (!isIt) t.skip(`${OF_ANOTHER_MACHINE}${what}`);
  return isIt;
}

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
