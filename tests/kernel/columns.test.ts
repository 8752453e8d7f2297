/** Ids live in the engine's memory: one by one and in bulk they give the same answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { idMap } from "../../src/core/index.ts";
import {
  createWorld,
  freeWorld,
  fromKidMunged,
  makeCred,
  ROLES,
  sameIds,
  shownCredIds,
} from "../../src/kernel/index.ts";
import { KuidColumn } from "../../src/kernel/kuid-column.ts";
import { maps } from "../core/arbitraries.ts";
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

  test(`a credential's ids are rows that a bulk question reads as they are read one by one, on ${engine.name}`, () => {
    fc.assert(
      fc.property(maps, fc.array(kuid, { minLength: 1, maxLength: 40 }), (map, kuids) => {
        const world = createWorld(engine);
        const reader = {
          ...world.initUserNs,
          name: "reader",
          maps: { ...world.initUserNs.maps, uid: idMap<"uid">(map.extents) },
        };
        const root = world.tasks.get("@root");
        assert.ok(root);
        const creds = kuids.map((one) => makeCred(world.credColumns, { ...root.cred, uid: sameIds<"uid">(one) }));
        const expected = [root.cred, ...creds].flatMap((cred) =>
          ROLES.map((role) => fromKidMunged(world, reader, "uid", cred.uid[role])),
        );
        assert.deepEqual([...shownCredIds(world, reader, "uid")], expected);
        freeWorld(world);
      }),
    );
  });
}
