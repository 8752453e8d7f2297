import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzz } from "./fuzz.ts";

test("texts that are nearly maps are read, or refused by an error of ours", () => {
  const { read, refused } = fuzz(5_000, 20241124);
  assert.ok(read > 0 && refused > read, `${read} read, ${refused} refused`);
});
