/** What holds for every archive, sound or not. fast-check prints the seed of a failure; USERNS_SEED runs another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { initSync as initTwin } from "../../src/core/engine-ts.ts";
import { initSync } from "../../src/core/index.ts";
import { scanTar } from "../../src/shift/index.ts";
import { aclValue, archive, base256, capabilityValue, concat, entry, GNU, id7, pax, USTAR, V7 } from "./archive.ts";
import { assertBytes, type Options, pieces, shift, tryShift } from "./shifting.ts";

const SEED = Number(process.env.USERNS_SEED ?? 20241124);
const UNMAPPED: readonly Options[] = [
  {},
  { unmapped: { mode: "keep" } },
  { unmapped: { mode: "squash", uid: 7, gid: 8 } },
];

const mapped = fc.oneof(fc.constantFrom(0, 1, 65_535, 1000), fc.nat(65_535));
const anyId = fc.oneof({ weight: 4, arbitrary: mapped }, { weight: 1, arbitrary: fc.nat(2_097_151) });
const octal = (id: number, digits: number) => id.toString(8).padStart(digits, "0");

/** An owner field that can hold every id of both sides, so that no form changes. */
const roomy = (id: fc.Arbitrary<number>): fc.Arbitrary<string> =>
  fc.tuple(id, fc.nat(5)).map(([value, form]) => {
    const forms = [
      id7(value),
      `${octal(value, 6)} \0`,
      `${octal(value, 6)}\0\0`,
      octal(value, 8),
      value.toString(8).padStart(7, " ").concat("\0"),
      base256(value),
    ];
    // Six digits hold ids below 262,144.
    return (value > 262_143 ? id7(value) : forms[form]) ?? id7(value);
  });

const checksums = fc.constantFrom(
  undefined,
  (sum: number) => `${octal(sum, 7)}\0`,
  (sum: number) => `${sum.toString(8).padStart(7, " ")}\0`,
);

const bodies = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3 }), fc.nat(1600));

function entries(id: fc.Arbitrary<number>): fc.Arbitrary<Uint8Array> {
  const plain = fc
    .record({
      uid: roomy(id),
      gid: roomy(id),
      magic: fc.constantFrom(USTAR, GNU, V7),
      checksum: checksums,
      size: bodies,
      fill: fc.nat(255),
      name: fc.constantFrom("a", "caf\xe9", "usr/bin/at"),
      isSigned: fc.boolean(),
    })
    .map(({ size, fill, checksum, ...fields }) =>
      entry({ ...fields, ...(checksum ? { checksum } : {}) }, new Uint8Array(size).fill(fill)),
    );
  const described = fc
    .record({ uid: id, gid: id, first: id, second: id, rest: plain, pad: fc.nat(600), which: fc.nat(7) })
    .map(({ uid, gid, first, second, rest, pad, which }) => {
      const records = {
        ...(which & 1 ? { uid: String(uid) } : {}),
        comment: "x".repeat(pad),
        ...(which & 2 ? { gid: String(gid) } : {}),
        ...(which & 4
          ? {
              "SCHILY.xattr.system.posix_acl_access": aclValue([2, 7, first], [8, 5, second]),
              "SCHILY.acl.default": `user:lisa:rwx:${first},group:${second}:r-x`,
            }
          : {}),
        ...(pad % 2 ? { "SCHILY.xattr.security.capability": capabilityValue(3, second) } : {}),
      };
      const long =
        pad % 3 === 0
          ? entry({ name: "././@LongLink", type: "L", magic: GNU }, `${"d".repeat(pad)}\0`)
          : new Uint8Array(0);
      return concat(long, pax(records), rest);
    });
  return fc.oneof({ weight: 2, arbitrary: plain }, { weight: 1, arbitrary: described });
}

const archives = (id: fc.Arbitrary<number>, end = fc.constant(archive())) =>
  fc.tuple(fc.array(entries(id), { minLength: 1, maxLength: 8 }), end).map(([list, tail]) => concat(...list, tail));

const sizes = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 500, max: 520 }), fc.integer({ min: 1, max: 4000 })),
  { minLength: 1, maxLength: 5 },
);

test("shifting and shifting back gives the same bytes", async () => {
  await fc.assert(
    fc.asyncProperty(archives(mapped), sizes, async (input, cut) => {
      const there = await shift(input, { sizes: cut });
      const back = await shift(there.bytes, { sizes: cut, reverse: true });
      assertBytes(back.bytes, input);
      assert.equal(there.report.headersShifted, there.report.entries);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test("the output does not depend on how the input is cut into pieces, nor on the engine", async () => {
  await fc.assert(
    fc.asyncProperty(
      archives(anyId),
      sizes,
      fc.constantFrom(...UNMAPPED),
      fc.boolean(),
      async (input, cut, rule, drops) => {
        const options: Options = { ...rule, names: drops ? "drop" : "keep" };
        const whole = await tryShift(input, { ...options, isBare: true });
        for (const [what, more] of Object.entries({
          cut: { isBare: true, sizes: cut },
          wasm: { engine: initSync() },
          "wasm, cut": { engine: initSync(), sizes: cut },
          twin: { engine: initTwin() },
        })) {
          const other = await tryShift(input, { ...options, ...more });
          assertBytes(other.bytes, whole.bytes, what);
          assert.deepEqual(other.report, whole.report, what);
          assert.equal(other.error?.message, whole.error?.message, what);
        }
      },
    ),
    { seed: SEED, numRuns: 200 },
  );
});

test("what a shift refuses is what a scan finds unmapped, and the map proposed for it is enough", async () => {
  await fc.assert(
    fc.asyncProperty(archives(anyId), async (input) => {
      const { report, error } = await tryShift(input);
      const { ids, entries: count } = await scanTar(pieces(input));
      assert.equal(report.entries, count);
      const outside = ids.filter(({ id }) => id >= 65_536);
      assert.deepEqual(report.unmapped, outside);
      assert.equal(error === null, outside.length === 0);
    }),
    { seed: SEED, numRuns: 100 },
  );
});

/** Bytes that mean something in a header, and others. */
const byte = fc.oneof(
  fc.nat(255),
  fc.constantFrom(0, 0x20, 0x30, 0x37, 0x38, 0x80, 0xff, ...Array.from("xgLKSV=\n", (c) => c.charCodeAt(0))),
);
const damage = fc.array(fc.tuple(fc.nat(), byte), { maxLength: 6 });

/** Put the checksum of every block right that looks like a header, so that the damage is found by something else. */
function mended(input: Uint8Array): Uint8Array {
  const out = input.slice();
  for (let at = 0; at + 512 <= out.length; at += 512) {
    const block = out.subarray(at, at + 512);
    if (!/[0-7]{4}/.test(String.fromCharCode(...block.subarray(100, 107)))) continue;
    block.fill(0x20, 148, 156);
    const sum = block.reduce((all, value) => all + value, 0);
    block.set(
      Uint8Array.from(`${octal(sum, 6)}\0 `, (c) => c.charCodeAt(0)),
      148,
    );
  }
  return out;
}

test("no input, however damaged, gives anything but an answer or an error of the input, at the same place however it is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      archives(anyId),
      damage,
      fc.boolean(),
      fc.nat(),
      sizes,
      fc.constantFrom(...UNMAPPED),
      async (sound, places, mends, length, cut, rule) => {
        const input = sound.slice(0, length % 3 === 0 ? length % (sound.length + 1) : sound.length);
        for (const [place, value] of places) if (input.length > 0) input[place % input.length] = value;
        const damaged = mends ? mended(input) : input;
        const whole = await tryShift(damaged, { ...rule, isBare: true });
        const other = await tryShift(damaged, { ...rule, sizes: cut });
        assert.equal(other.error?.message, whole.error?.message);
        if (!whole.error) assertBytes(other.bytes, whole.bytes);
        if (whole.error?.code === "ERR_TAR")
          await assert.rejects(scanTar(pieces(damaged)), { message: whole.error.message });
        else assert.equal((await scanTar(pieces(damaged))).entries, whole.report.entries);
      },
    ),
    { seed: SEED, numRuns: 1000 },
  );
});

test("noise is never anything but an error of the input", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), sizes, async (noise, cut) => {
      const { error } = await tryShift(mended(noise), { sizes: cut });
      if (error) assert.ok(error.code === "ERR_TAR" || error.code === "ERR_UNMAPPED");
    }),
    { seed: SEED, numRuns: 300 },
  );
});
