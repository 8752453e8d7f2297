import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzz } from "./fuzz.ts";

/** README.md says this figure. */
const INPUTS = 1_000_000;

test("a million texts that are nearly maps: each is read, or refused by an error of ours", () => {
  const { read, refused } = fuzz(INPUTS, 7);
  assert.equal(read + refused, INPUTS);
});
