/** On kernels with proposals Linux's vectors answer alike, but for what is listed: a few of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENGINES } from "../suites/kernel-engines.ts";
import { askUnused, PROFILES } from "./unused-proposals.ts";

const [engine] = ENGINES;

for (const profile of PROFILES)
  test(`one of sixty vectors of Linux 6.18, and all that are listed, on ${profile.name}`, () => {
    assert.ok(engine);
    assert.ok(askUnused(profile, engine, (index) => index % 60 === 7) > 90);
  });
