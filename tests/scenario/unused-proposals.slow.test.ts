/** On kernels with proposals Linux's vectors answer alike, but for what is listed: all of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENGINES } from "../suites/kernel-engines.ts";
import { askUnused, PROFILES } from "./unused-proposals.ts";

const [engine] = ENGINES;

for (const profile of PROFILES)
  test(`all vectors of Linux 6.18 on ${profile.name}`, () => {
    assert.ok(engine);
    assert.ok(askUnused(profile, engine, () => true) > 6000);
  });
