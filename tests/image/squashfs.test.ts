/** A squashfs image is shifted by its table of ids alone; squashfs-tools and Linux read what is written. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { unpackBlock } from "../../src/cli/compression.ts";
import { shiftSquashfs } from "../../src/image/index.ts";
import { parseMap, UsernsError } from "../../src/index.ts";
import { folderFor, userns } from "../cli/command.ts";
import { need, onlyOn } from "../need.ts";
import { archive, capabilityValue, entry, id7, pax } from "../shift/archive.ts";

const MAP = ["--map", "0:100000:65536"];
const hasTools = (t: TestContext): boolean =>
  need(t, spawnSync("sqfstar", ["-version"]).error === undefined, "squashfs-tools (Debian's package)");

/** Enough ids that the table of them is packed, for packed it is shorter. */
const MANY = Array.from({ length: 300 }, (_, n) =>
  entry({ name: `many/${n}`, uid: id7(n), gid: id7(n * 2) }, `text ${n}`),
);
const capable = (value: string) => [
  pax({ "SCHILY.xattr.security.capability": value, "SCHILY.xattr.user.note": "kept" }),
  entry({ name: "ping", uid: id7(33) }, "program"),
];

/** An image of a tar. @param options  of sqfstar */
function image(folder: string, tar: Uint8Array, ...options: readonly string[]): string {
  const path = join(folder, "in.sqfs");
  execFileSync("sqfstar", [...options, path], { input: tar, stdio: "pipe" });
  return path;
}

/** Every path with its owner, mode and size, in numbers. */
function listed(path: string): string[] {
  const lines = execFileSync("unsquashfs", ["-lln", path], { encoding: "utf8", stdio: "pipe" }).trimEnd().split("\n");
  return lines.filter((line) => line.includes("squashfs-root/"));
}

const shiftedLine = (line: string): string =>
  line.replace(/ (\d+)\/(\d+) /, (_, uid, gid) => ` ${Number(uid) + 100000}/${Number(gid) + 100000} `);
const tidy = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/ +/g, " "));

const IMAGES: readonly (readonly [title: string, tar: Uint8Array, options: readonly string[]])[] = [
  ["tables packed with gzip", archive(...MANY), []],
  ["tables that are not packed", archive(...MANY), ["-noId"]],
  ["a table for NFS", archive(...MANY), ["-exports"]],
  ["no fragments", archive(...MANY), ["-no-fragments"]],
  ["extended attributes", archive(...MANY, ...capable(capabilityValue(2))), []],
  ["one id", archive(entry({ name: "a" })), []],
];

for (const [title, tar, options] of IMAGES)
  test(`an image with ${title}: every owner is shifted, and shifted back`, async (t) => {
    if (!hasTools(t)) return;
    const folder = folderFor(t);
    const [from, to, back] = [image(folder, tar, ...options), join(folder, "out.sqfs"), join(folder, "back.sqfs")];
    assert.equal((await userns(["image", "shift", from, to, ...MAP])).exit, 0);
    assert.deepEqual(tidy(listed(to)), tidy(listed(from).map(shiftedLine)));
    assert.equal((await userns(["image", "shift", to, back, ...MAP, "--reverse"])).exit, 0);
    assert.deepEqual(listed(back), listed(from));
    // Its files too can be had of it, and are what they were.
    const files = (path: string) => execFileSync("unsquashfs", ["-cat", path, "many/7"], { stdio: "pipe" }).toString();
    if (tar.length > 5000) assert.equal(files(to), "text 7");
  });

test("an image is shifted in place when both paths are one file; bytes of its files stay where they are", async (t) => {
  if (!hasTools(t)) return;
  const folder = folderFor(t);
  const from = image(folder, archive(...MANY));
  const [before, lines] = [readFileSync(from), listed(from)];
  assert.equal((await userns(["image", "shift", from, from, ...MAP])).exit, 0);
  assert.deepEqual(tidy(listed(from)), tidy(lines.map(shiftedLine)));
  const used = Number(before.readBigUInt64LE(40));
  assert.deepEqual(readFileSync(from).subarray(96, used), before.subarray(96, used));
});

test("Linux mounts a shifted image and shows the new owners and the attributes", async (t) => {
  if (!hasTools(t) || !need(t, spawnSync("python3", ["-V"]).status === 0, "Python 3")) return;
  const folder = folderFor(t);
  const from = image(folder, archive(...MANY, ...capable(capabilityValue(2))), "-exports");
  const [to, at] = [join(folder, "out.sqfs"), join(folder, "at")];
  mkdirSync(at);
  const mount = (path: string): boolean => spawnSync("mount", ["-o", "loop,ro", path, at]).status === 0;
  const mayMount = mount(from);
  if (mayMount) execFileSync("umount", [at]);
  if (!onlyOn(t, mayMount, "where root may mount squashfs through a loop device")) return;
  await userns(["image", "shift", from, to, ...MAP]);
  assert.equal(mount(to), true);
  try {
    const { uid, gid } = lstatSync(join(at, "many/7"));
    assert.deepEqual([uid, gid, readFileSync(join(at, "many/7"), "utf8")], [100007, 100014, "text 7"]);
    assert.equal(statSync(join(at, "ping")).uid, 100033);
    const script = "import os, sys; sys.stdout.write(os.getxattr(sys.argv[1], 'security.capability').hex())";
    const value = execFileSync("python3", ["-c", script, join(at, "ping")], { encoding: "utf8" });
    assert.equal(value, Buffer.from(capabilityValue(2), "latin1").toString("hex"));
  } finally {
    execFileSync("umount", [at]);
  }
});

test("what is read of an image does not depend on the size of its files", async (t) => {
  if (!hasTools(t)) return;
  const folder = folderFor(t);
  const path = image(folder, archive(...MANY, entry({ name: "large" }, new Uint8Array(16 << 20))), "-noD", "-noI");
  const bytes = readFileSync(path);
  let read = 0;
  const seekable = {
    name: path,
    sizeBytes: bytes.length,
    async read(offset: number, length: number) {
      read += length;
      return bytes.subarray(offset, offset + length);
    },
  };
  const maps = { uids: parseMap<"uid">("0:100000:65536"), gids: parseMap<"gid">("0:100000:65536") };
  const patch = await shiftSquashfs(
    seekable,
    { ...maps, unmapped: { mode: "refuse" }, capabilities: "keep" },
    unpackBlock,
  );
  assert.ok(patch.isShifted);
  assert.ok(read < 100_000, `${read} bytes read of ${bytes.length}`);
});

/** What cannot be said in the table of ids: the arguments, and the answer's code and words. */
const REFUSED: readonly (readonly [title: string, tar: Uint8Array, args: readonly string[], got: RegExp])[] = [
  [
    "a file capability whose root id would change",
    archive(...capable(capabilityValue(3, 5))),
    MAP,
    /one whose root id is 5/,
  ],
  [
    "a file capability that would get a root id",
    archive(...capable(capabilityValue(2))),
    [...MAP, "--capabilities", "namespace"],
    /one without a root id/,
  ],
  [
    "users and groups that part",
    archive(entry({ uid: id7(5), gid: id7(5) })),
    [...MAP, "--gid-map", "0:200000:65536"],
    /^\d, which becomes user 10000\d and group 20000\d$/,
  ],
];

for (const [title, tar, args, got] of REFUSED)
  test(`${title}: refused with the reason, exit 1, and nothing is written`, async (t) => {
    if (!hasTools(t)) return;
    const folder = folderFor(t);
    const to = join(folder, "out.sqfs");
    const { exit, stderr } = await userns(["image", "shift", image(folder, tar), to, ...args, "--json"]);
    assert.deepEqual([exit, existsSync(to)], [1, false]);
    assert.match(JSON.parse(stderr).error.got, got);
  });

test("ids that the map does not hold: exit 1 with all of them and the smallest map; squashed when asked", async (t) => {
  if (!hasTools(t)) return;
  const folder = folderFor(t);
  const from = image(folder, archive(entry({ uid: id7(70000), gid: id7(80000) })));
  const args = ["image", "shift", from, join(folder, "out.sqfs"), ...MAP];
  const { exit, stdout } = await userns([...args, "--json"]);
  const answer = JSON.parse(stdout);
  assert.deepEqual([exit, answer.unmapped, answer.fit], [1, [70000, 80000], { map: "0:100000:80001" }]);
  assert.equal((await userns([...args, "--unmapped", "squash=9:9"])).exit, 0);
  assert.match(listed(join(folder, "out.sqfs")).join("\n"), / 9\/9 /);
});

const u16 =
  (at: number, value: number) =>
  (bytes: Buffer): Buffer => {
    bytes.writeUInt16LE(value, at);
    return bytes;
  };
const idIndex =
  (at: bigint) =>
  (bytes: Buffer): Buffer => {
    bytes.writeBigInt64LE(at, 48);
    return bytes;
  };

const u64 =
  (at: number, value: bigint) =>
  (bytes: Buffer): Buffer => {
    bytes.writeBigUInt64LE(value, at);
    return bytes;
  };

/** Damage to an image, and what is said of it. */
const BAD: readonly (readonly [title: string, change: (bytes: Buffer) => Buffer, got: RegExp])[] = [
  ["cut off", (bytes) => bytes.subarray(0, 60), /another file/],
  ["shorter than it says", (bytes) => bytes.subarray(0, bytes.readUInt32LE(40) - 1), /^\d+$/],
  ["of another version", u16(28, 3), /squashfs 3/],
  ["of an unknown compressor", u16(20, 9), /^9$/],
  ["without a table of ids", idIndex(-1n), /^none$/],
  ["with a table outside it", idIndex(1n << 40n), /1099511627776/],
  ["with more ids than its table", u16(26, 4000), /./],
  ["whose folders stand before its inodes", u64(72, 96n), /^inodes at \d+, folders at 96$/],
  ["whose folders end behind the next table", u64(72, 1n << 40n), /^inodes at \d+, folders at 1099511627776$/],
  ["whose root is outside its inodes", u64(32, 1n << 40n), /^one at byte 16777216$/],
  ["with something behind it", (bytes) => Buffer.concat([bytes, Buffer.from("hashes")]), /\d+ bytes/],
];

for (const [title, change, got] of BAD)
  test(`an image ${title} is refused, exit 2, and nothing is written`, async (t) => {
    if (!hasTools(t)) return;
    const folder = folderFor(t);
    const [from, to] = [image(folder, archive(...MANY)), join(folder, "out.sqfs")];
    writeFileSync(from, change(readFileSync(from)));
    const { exit, stderr } = await userns(["image", "shift", from, to, ...MAP, "--json"]);
    assert.deepEqual([exit, existsSync(to)], [2, false]);
    assert.match(JSON.parse(stderr).error.got, got);
  });

const plain = (bytes: Uint8Array): Buffer => {
  const head = Buffer.alloc(2);
  head.writeUInt16LE(0x8000 | bytes.length);
  return Buffer.concat([head, bytes]);
};
const numbers = (...all: readonly bigint[]): Buffer => Buffer.from(BigUint64Array.from(all).buffer);

/** An image of one id, whose extended attributes are these blocks of names, and lists of `count` from the first of them. */
function withAttributes(names: readonly Uint8Array[], count: number, lists: number): Buffer {
  const inodes = 96n;
  const folders = inodes + 34n;
  const id = folders + 18n;
  const ids = id + 6n;
  const begin = Buffer.concat([plain(Buffer.alloc(32)), plain(Buffer.alloc(16)), plain(Buffer.alloc(4)), numbers(id)]);
  const list = Buffer.concat([Buffer.alloc(8), Buffer.from(Uint32Array.of(count, 0).buffer)]);
  const blocks = Buffer.concat(names.map(plain));
  const from = inodes + BigInt(begin.length);
  const listed = plain(Buffer.concat(Array.from({ length: lists }, () => list)));
  const head = from + BigInt(blocks.length + listed.length);
  const index = Buffer.concat([numbers(from, BigInt(lists)), numbers(from + BigInt(blocks.length))]);
  const rest = Buffer.concat([begin, blocks, listed, index]);
  const used = inodes + BigInt(rest.length);
  const none = 2n ** 64n - 1n;
  const superblock = Buffer.alloc(96);
  superblock.set(Buffer.from("hsqs\x01"));
  superblock.set(numbers(0n, used, ids, head, inodes, folders, none, none), 32);
  for (const [at, value] of [1, 17, 0, 1, 4, 0].entries()) superblock.writeUInt16LE(value, 20 + 2 * at);
  return Buffer.concat([superblock, rest]);
}

const CAPABILITY = Buffer.concat([
  Buffer.from(Uint16Array.of(2, 10).buffer),
  Buffer.from("capability"),
  Buffer.from(Uint32Array.of(20).buffer),
  Buffer.from(capabilityValue(2), "latin1"),
]);

test("attributes that would be endless work for few bytes are refused: short blocks, and lists that share their entries", async (t) => {
  const folder = folderFor(t);
  const run = async (bytes: Uint8Array) => {
    const from = join(folder, "in.sqfs");
    writeFileSync(from, bytes);
    return userns(["image", "shift", from, join(folder, "out.sqfs"), ...MAP]);
  };
  const names = Buffer.concat(Array.from({ length: 200 }, () => CAPABILITY));
  assert.equal((await run(withAttributes([names], 200, 1))).exit, 0, "what no rule forbids is shifted");
  const shared = await run(withAttributes([names], 200, 500));
  assert.equal(shared.exit, 2);
  assert.match(shared.stderr, /extended attributes, byte \d+\n.*at most 844 attributes in all/);
  const short = await run(withAttributes([Buffer.alloc(1), names], 1, 1));
  assert.equal(short.exit, 2);
  assert.match(short.stderr, /block of a table, byte 162\n.*a block of 8192 bytes before the next one\n.*got {7}1/);
});

test("an image with any bytes of its tables changed is shifted, or refused as bad: nothing else is thrown", async (t) => {
  if (!hasTools(t)) return;
  const good = readFileSync(image(folderFor(t), archive(...MANY, ...capable(capabilityValue(2))), "-noId", "-noX"));
  const used = Number(good.readBigUInt64LE(40));
  const id = { uids: parseMap<"uid">("0:0:4294967295"), gids: parseMap<"gid">("0:0:4294967295") };
  const rules = { ...id, unmapped: { mode: "keep" }, capabilities: "keep" } as const;
  const place = fc.oneof(fc.integer({ min: 0, max: 95 }), fc.integer({ min: used - 600, max: used - 1 }));
  const change = fc.tuple(place, fc.oneof(fc.constantFrom(0, 1, 128, 255), fc.nat(255)));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const bytes = Buffer.from(good);
      for (const [at, byte] of changes) bytes[at] = byte;
      const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
      const seekable = { name: "in.sqfs", sizeBytes: bytes.length, read };
      await shiftSquashfs(seekable, rules, unpackBlock).catch((error: unknown) => {
        assert.ok(error instanceof UsernsError, String(error));
      });
    }),
    // A change that shortens the table of lists was the one found; it is met once in some 800.
    { numRuns: 1000 },
  );
});

test("a table that Node cannot unpack is refused, with what to make instead; image lint reads no squashfs", async (t) => {
  if (!hasTools(t)) return;
  const folder = folderFor(t);
  const from = image(folder, archive(...MANY), "-comp", "xz");
  const shifted = await userns(["image", "shift", from, join(folder, "out.sqfs"), ...MAP]);
  assert.equal(shifted.exit, 2);
  assert.match(shifted.stderr, /one packed with xz\n.*mksquashfs -noId/);
  const linted = await userns(["image", "lint", from, ...MAP]);
  assert.equal(linted.exit, 2);
  assert.match(linted.stderr, /got {7}a squashfs image/);
});
