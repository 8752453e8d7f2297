import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  compareKuid64,
  isSameKuid64,
  isValidKuid64,
  NO_ID,
  packKuid64,
  showKuid64,
  unpackKuid64,
} from "../../src/core/index.ts";

const u32 = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
);
const kuids = fc.record({ id: u32, number: u32 }, { noNullPrototype: true });

test("unpack undoes pack", () => {
  fc.assert(fc.property(kuids, (kuid) => assert.deepEqual(unpackKuid64(packKuid64(kuid)), kuid)));
});

test("a packed kuid lies in memory as the id, then the number, little-endian", () => {
  const bytes = new BigUint64Array([packKuid64({ id: 0x01020304, number: 0x0a0b0c0d })]);
  assert.deepEqual([...new Uint8Array(bytes.buffer)], [4, 3, 2, 1, 0x0d, 0x0c, 0x0b, 0x0a]);
});

test("kuids order as their packed values: every isolated id is greater than every classical one", () => {
  fc.assert(
    fc.property(kuids, kuids, (a, b) => {
      const [x, y] = [packKuid64(a), packKuid64(b)];
      assert.equal(Math.sign(compareKuid64(a, b)), x < y ? -1 : x > y ? 1 : 0);
      assert.equal(isSameKuid64(a, b), x === y);
    }),
  );
});

test("a kuid is valid when its id half is not 4294967295, whatever its number", () => {
  assert.ok(isValidKuid64({ id: 0, number: 5 }));
  assert.ok(!isValidKuid64({ id: NO_ID, number: 0 }));
  assert.ok(!isValidKuid64({ id: NO_ID, number: 5 }));
});

test("an isolated id is shown with the number of its namespace", () => {
  assert.deepEqual(
    [
      { id: 5, number: 2 },
      { id: 5, number: 0 },
      { id: NO_ID, number: 0 },
    ].map((kuid) => showKuid64(kuid)),
    ["k5@ns2", "k5", "none"],
  );
});
