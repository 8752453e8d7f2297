/** Ids live in the engine's memory: one by one and in bulk they give the same answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { KuidColumn } from "../../src/kernel/kuid-column.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const kuid = fc.record(
  { id: fc.integer({ min: 0, max: 0xffff_ffff }), number: fc.constantFrom(0, 1, 4026532000) },
  { noNullPrototype: true },
);

for (const engine of ENGINES) {
  test(`a column keeps what it was given, however much it grows, on ${engine.name}`, () => {
    fc.assert(
      fc.property(fc.array(kuid, { minLength: 100, maxLength: 300 }), (kuids) => {
        const column = new KuidColumn(engine, 4);
        assert.deepEqual(
          kuids.map((one) => column.push(one)),
          kuids.map((_, row) => row),
        );
        column.set(7, { id: 1, number: 2 });
        assert.deepEqual(column.at(7), { id: 1, number: 2 });
        column.set(7, kuids[7] ?? { id: 0, number: 0 });
        assert.deepEqual(
          kuids.map((_, row) => column.at(row)),
          kuids,
        );
        assert.throws(() => column.at(kuids.length));
        column.free();
      }),
      { numRuns: 30 },
    );
  });
}
