/** What shifting by 0:100000:65536 (or far) makes of every form an owner can have, and that it can be shifted back. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { archive } from "./archive.ts";
import { ATTRIBUTES } from "./rows/attributes.ts";
import { EXTENSIONS } from "./rows/extensions.ts";
import { FIELDS } from "./rows/fields.ts";
import { FRAMES } from "./rows/frames.ts";
import { assertBytes, shift } from "./shifting.ts";

for (const [name, rows] of Object.entries({ FIELDS, EXTENSIONS, ATTRIBUTES, FRAMES }))
  describe(name.toLowerCase(), () => {
    for (const { rule, before, after, options = {}, isOneWay } of rows)
      test(rule, async () => {
        const [input, output] = name === "FRAMES" ? [before, after] : [archive(before), archive(after)];
        const there = await shift(input, options);
        assertBytes(there.bytes, output, "shifted:");
        assertBytes((await shift(input, { ...options, isBare: true })).bytes, output, "without an engine:");
        assertBytes((await shift(input, { ...options, sizes: [1] })).bytes, output, "byte by byte:");
        if (isOneWay) return;
        const back = await shift(output, { ...options, reverse: true });
        assertBytes(back.bytes, input, "back:");
        assert.equal(there.report.recordsAdded + there.report.fieldsWidened, 0);
      });
  });
