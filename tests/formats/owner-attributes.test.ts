/** The values in which other tools keep the owner of a file that is somebody else's on the disk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UsernsError } from "../../src/core/index.ts";
import { readOverrideStat, readRootlessOwner, writeOverrideStat, writeRootlessOwner } from "../../src/formats/index.ts";

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const NOBODY = "ffffffff0f";

test("a rootless owner is two protobuf fields: 0 is left out, and 4294967295 is no other owner", () => {
  const rows: readonly (readonly [hex: string, uid: number | null, gid: number | null])[] = [
    ["", 0, 0],
    ["0821", 33, 0],
    ["102a", 0, 42],
    ["08e8071064", 1000, 100],
    [`08f0a20410${NOBODY}`, 70000, null],
    [`08${NOBODY}10${NOBODY}`, null, null],
    ["08feffffff0f10ffff03", 4294967294, 65535],
  ];
  for (const [hex, uid, gid] of rows) {
    assert.deepEqual(readRootlessOwner(bytes(hex)), { uid, gid }, hex);
    assert.equal(Buffer.from(writeRootlessOwner({ uid, gid })).toString("hex"), hex);
  }
});

test("a rootless owner is read as protobuf is: the last of a field, its low 32 bits, and no field of a later version", () => {
  const rows: readonly (readonly [hex: string, uid: number | null, gid: number | null])[] = [
    ["08210822", 34, 0],
    ["102a0821", 33, 42],
    ["08000821", 33, 0],
    ["08ffffffffffffffffff01", null, 0],
    ["08a180808010", 33, 0],
    ["1801220361626329010203040506070835000000000821", 33, 0],
    ["0a0108", 0, 0],
    ["f8ffffff0f010821", 33, 0],
  ];
  for (const [hex, uid, gid] of rows) assert.deepEqual(readRootlessOwner(bytes(hex)), { uid, gid }, hex);
});

test("bytes that are no such message are told of", () => {
  for (const hex of [
    "08",
    "0880",
    "0001",
    "0b",
    "0e00",
    "22ff01",
    "2901",
    "08ffffffffffffffffffff01",
    "22ffffffffffffffffff01",
  ])
    assert.throws(
      () => readRootlessOwner(bytes(hex), "tree: f"),
      (error) => error instanceof UsernsError && error.code === "ERR_MAP_TEXT" && error.where === "tree: f",
      hex,
    );
});

test("an override of owner and mode is written as it is read", () => {
  for (const value of [
    "1000:1001:0644:file",
    "0:0:1777:dir",
    "0:5:0620:char-5-1",
    "4294967294:0:0000:block-4095-1048575",
    "1:2:4755",
  ])
    assert.equal(writeOverrideStat(readOverrideStat(value)), value);
});
