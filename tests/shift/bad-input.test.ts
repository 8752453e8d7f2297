/** Archives that are not sound: which error, and where it points. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_EXTENSION_BYTES, scanTar, shiftTar } from "../../src/shift/index.ts";
import { aclValue, archive, base256, bytes, concat, END, entry, GNU, header, id7, pax, record } from "./archive.ts";
import { both, pieces, SHIFT, shift, tryShift } from "./shifting.ts";

const first = entry({ name: "etc/passwd" }, "root");
const second = entry({ name: "etc/shadow" }, "x".repeat(600));

/** What is wrong, the archive, and the error's where and message. */
type Row = readonly [what: string, input: Uint8Array, where: string, message: RegExp];

const withField = (fields: Parameters<typeof header>[0]) =>
  concat(first, header({ name: "etc/shadow", ...fields }), END);
const withRecords = (text: string) =>
  concat(first, entry({ name: "PaxHeaders/x", type: "x" }, text), entry({ name: "etc/shadow" }), END);
const ATTRIBUTE = "SCHILY.xattr.system.posix_acl_access";
const LONG = "d/".repeat(150);

const ROWS: readonly Row[] = [
  ["an empty input", new Uint8Array(0), "entry 1, byte 0", /a tar archive/],
  ["bytes that are no tar", bytes("x".repeat(2048)), "entry 1, byte 0", /a tar archive: a header whose checksum/],
  ["fewer bytes than a header has", bytes("text\n"), "entry 1, byte 0", /a tar archive: 512 bytes of headers/],
  [
    "an archive cut off between two entries",
    concat(first, second),
    "entry 3, byte 2560",
    /another entry, or the blocks of zeros that end an archive \(got the end .* byte 2560\); .*--end-marker optional/,
  ],
  ["a wrong checksum", withField({ checksum: () => "000001\0 " }), "entry 2, byte 1024", /checksum/],
  ["a checksum of letters", withField({ checksum: () => "checksum" }), "entry 2, byte 1024", /checksum/],
  [
    "a header cut apart",
    concat(first, second.subarray(0, 300)),
    "entry 2, byte 1024",
    /512 bytes of headers .*byte 1324/,
  ],
  [
    "a body cut short",
    concat(first, second.subarray(0, 1000)),
    'entry 2 "etc/shadow", byte 2024',
    /536 more bytes of the entry's body/,
  ],
  [
    "a body without what fills it up",
    concat(first, second.subarray(0, 512 + 600)),
    'entry 2 "etc/shadow", byte 2136',
    /424 more bytes/,
  ],
  [
    "a length past the end",
    withField({ size: "77777777777\0" }),
    'entry 2 "etc/shadow", byte 2560',
    /8589933568 more bytes/,
  ],
  [
    "a negative size",
    withField({ size: base256(-1, 12) }),
    'entry 2 "etc/shadow", byte 1148',
    /0 or more bytes \(got -1\)/,
  ],
  [
    "a size beyond all files",
    withField({ size: base256(2 ** 60, 12) }),
    'entry 2 "etc/shadow", byte 1148',
    /0 or more bytes/,
  ],
  ["a size of letters", withField({ size: "a lot\0" }), 'entry 2 "etc/shadow", byte 1148', /NaN/],
  [
    "a uid of letters",
    withField({ uid: "lisa\0\0\0\0" }),
    'entry 2 "etc/shadow", byte 1132',
    /a uid of at most 4294967295 in octal/,
  ],
  ["a digit 8", withField({ gid: "0000008\0" }), 'entry 2 "etc/shadow", byte 1140', /a gid/],
  ["a uid of 2³² and more", withField({ uid: base256(2 ** 32) }), 'entry 2 "etc/shadow", byte 1132', /a uid/],
  [
    "a uid far below 0",
    withField({ uid: base256(-(2 ** 31) - 1), magic: GNU }),
    'entry 2 "etc/shadow", byte 1132',
    /a uid/,
  ],
  [
    "an absurd extended header",
    concat(first, header({ type: "x", size: base256(2 ** 40, 12) })),
    "entry 2, byte 1024",
    /at most 1048576 bytes .*1099511627776/,
  ],
  [
    "a negative extended header",
    concat(first, header({ type: "g", size: base256(-512, 12) })),
    "entry 2, byte 1024",
    /at most 1048576 bytes/,
  ],
  [
    "an absurd long name",
    concat(first, header({ type: "L", size: "77777777777\0" })),
    "entry 2, byte 1024",
    /at most 1048576 bytes/,
  ],
  [
    "many extended headers that are too much together",
    concat(first, ...Array.from({ length: 3 }, () => entry({ type: "L" }, "x".repeat(400_000)))),
    `entry 2, byte ${1024 + 2 * (512 + 400_384)}`,
    /after 801792 bytes of others/,
  ],
  [
    "an extended header cut short",
    concat(first, pax({ path: LONG }).subarray(0, 600)),
    "entry 2, byte 1024",
    /1024 bytes of headers/,
  ],
  [
    "nothing after an extended header",
    concat(first, pax({ path: LONG })),
    "entry 2, byte 1024",
    /1536 bytes of headers/,
  ],
  [
    "the end marker after an extended header",
    concat(first, pax({ path: LONG }), END),
    "entry 2, byte 2048",
    /an entry after its extended header/,
  ],
  ["a record without a length", withRecords("uid=5\n"), "entry 2, byte 1536", /a pax record/],
  [
    "a record longer than its header",
    withRecords("99 uid=5\n"),
    "entry 2, byte 1536",
    /a length of 99, where 9 bytes are left/,
  ],
  ["a record of length 0", withRecords("0 uid=5\n"), "entry 2, byte 1536", /a length of 0/],
  ["a record that ends too early", withRecords("8 uid=5\n\n"), "entry 2, byte 1544", /a pax record/],
  ["a record without a newline", withRecords("8 uid=55"), "entry 2, byte 1536", /no newline there/],
  ["a record without a key", withRecords("5 =5\n"), "entry 2, byte 1536", /no KEY=/],
  ["a record without an equals sign", withRecords("8 uid:5\n8 uid=5\n"), "entry 2, byte 1536", /no KEY=/],
  [
    "a uid record of letters",
    withRecords(record("uid", "lisa")),
    'entry 2 "etc/shadow", byte 1543',
    /a number for the pax record uid \(got "lisa"\)/,
  ],
  [
    "a uid record of 2³² and more",
    withRecords("18 uid=4294967296\n"),
    'entry 2 "etc/shadow", byte 1543',
    /a uid of at most 4294967295 \(got 4294967296\)/,
  ],
  [
    "a negative size record",
    withRecords("11 size=-1\n"),
    'entry 2 "etc/shadow", byte 1544',
    /a number for the pax record size/,
  ],
  [
    "a size record beyond all files",
    withRecords(record("size", "9999999999999999999")),
    'entry 2 "etc/shadow", byte 2172',
    /0 or more bytes/,
  ],
  [
    "records that contradict",
    withRecords("8 uid=5\n8 uid=6\n"),
    'entry 2 "etc/shadow", byte 1544',
    /one uid for the entry \(got pax records of 5 and of 6\)/,
  ],
  [
    "sizes that contradict, in two headers",
    concat(first, pax({ size: "4" }), pax({ size: "0" }), entry({ name: "etc/shadow" }), END),
    'entry 2 "etc/shadow", byte 2560',
    /one size for the entry/,
  ],
  [
    "an owner in a pax header before another one, which some readers drop",
    concat(first, pax({ uid: "7" }), pax({ gid: "9" }), entry({ name: "etc/shadow" }), END),
    'entry 2 "etc/shadow", byte 1536',
    /the uid in the last pax header of the entry/,
  ],
  [
    "a size for all entries",
    concat(pax({ size: "4" }, "g"), first, END),
    "entry 1, byte 512",
    /a size in a global header/,
  ],
  [
    "an ACL of another version",
    archive(pax({ [ATTRIBUTE]: "\x01\0\0\0" }), first),
    'entry 1 "etc/passwd", byte 552',
    /POSIX ACL of version 2/,
  ],
  [
    "an ACL cut short",
    archive(pax({ [ATTRIBUTE]: aclValue([2, 7, 0]).slice(0, -1) }), first),
    'entry 1 "etc/passwd", byte 552',
    /POSIX ACL of version 2/,
  ],
  [
    "a capability of no known form",
    archive(pax({ "SCHILY.xattr.security.capability": "\0\0\0\x02" }), first),
    'entry 1 "etc/passwd", byte 548',
    /revision 1, 2 or 3/,
  ],
  [
    "an attribute that is not base 64",
    archive(pax({ "LIBARCHIVE.xattr.security.capability": "?" }), first),
    'entry 1 "etc/passwd", byte 552',
    /base 64/,
  ],
  [
    "an ACL in text with an id beyond all",
    archive(pax({ "SCHILY.acl.access": "user:4294967296:rwx" }), first),
    'entry 1 "etc/passwd", byte 533',
    /ids of at most 4294967295 in the ACL \(got "4294967296"\)/,
  ],
  [
    "a sparse map that goes on past the end",
    concat(first, header({ name: "etc/shadow", type: "S", magic: GNU, at: { 482: "\x01" } })),
    'entry 2 "etc/shadow", byte 1536',
    /512 more bytes/,
  ],
];

for (const [what, input, where, message] of ROWS)
  for (const sizes of [[Math.max(1, input.length)], [1]])
    test(`${what} is an error of the input, found at the same place in pieces of ${sizes}`, async () => {
      const { error } = await tryShift(input, { name: "layer.tar", sizes: input.length > 100_000 ? [4096] : sizes });
      assert.equal(error?.code, "ERR_TAR");
      assert.equal(error?.where, `layer.tar: ${where}`);
      assert.match(error?.message ?? "", message);
      await assert.rejects(scanTar(pieces(input), { name: "layer.tar" }), {
        code: "ERR_TAR",
        where: `layer.tar: ${where}`,
      });
    });

test("an extended header of the largest size is taken", async () => {
  const body = MAX_EXTENSION_BYTES - 512;
  const input = archive(entry({ type: "L" }, "x".repeat(body)), entry({ uid: id7(1) }));
  const { bytes: out } = await shift(input, { sizes: [100_000] });
  assert.equal(out.length, input.length);
});

/** How an archive may end without an error where its end marker is optional, and what is said of it. */
const ENDS: readonly (readonly [what: string, input: Uint8Array, end: string, bytes: number, hasData: boolean])[] = [
  ["two blocks of zeros", concat(first, END), "whole", 0, false],
  ["records filled up with zeros", concat(first, END, new Uint8Array(7680)), "whole", 7680, false],
  ["another archive behind", concat(first, END, first, END), "whole", 2048, true],
  ["one block of zeros", concat(first, new Uint8Array(512)), "half", 0, false],
  ["one block of zeros and part of another", concat(first, new Uint8Array(700)), "half", 188, false],
  ["one block of zeros, then an entry", concat(first, new Uint8Array(512), first), "half", 1024, true],
  ["no end marker", first, "missing", 0, false],
  ["an archive of nothing", END, "whole", 0, false],
];

for (const [what, input, end, count, hasData] of ENDS)
  for (const sizes of [[input.length], [13]])
    test(`the end is reported: ${what}; pieces of ${sizes}`, async () => {
      const { report, bytes: out } = await shift(input, { sizes, endMarker: "optional" });
      assert.equal(report.end, end);
      assert.deepEqual(report.afterEnd, { bytes: count, hasData });
      assert.equal(out.length, input.length);
      const scanned = await scanTar(pieces(input, sizes), { endMarker: "optional" });
      assert.deepEqual([scanned.end, scanned.afterEnd], [report.end, report.afterEnd]);
    });

test("a signal stops it", async () => {
  await assert.rejects(shift(first, { signal: AbortSignal.abort(new Error("enough")) }), /enough/);
});

test("progress counts the bytes read", async () => {
  const seen: number[] = [];
  await shift(concat(first, END), { sizes: [1000], onProgress: (bytesRead) => seen.push(bytesRead) });
  assert.deepEqual(seen, [1000, 2000, 2048]);
});

test("pieces are left alone when asked", async () => {
  const input = concat(first, END);
  const piece = input.slice();
  async function* one() {
    yield piece;
  }
  for await (const _ of shiftTar(one(), { ...both(SHIFT), copy: true }));
  assert.deepEqual(piece, input);
  for await (const _ of shiftTar(one(), both(SHIFT)));
  assert.notDeepEqual(piece, input);
});
