import { test } from "node:test";
import { large, shiftWithAKill } from "./queued-shift.ts";

test("five hundred layers, two workers, one killed in the middle: every layer is there once, and right", (t) =>
  shiftWithAKill(t, 5, 100, large(2_000_000)));
