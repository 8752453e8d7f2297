import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { archive, concat, entry, id7, pax } from "../shift/archive.ts";
import { LAYER, ROOTLESS, userns } from "./command.ts";

const SMALL = "0:1000:1,1:100000:100";

/** The table of tests/layers/README.md, by kind. */
const OWNERS = [
  ["uid", 0, 266, 0],
  ["uid", 1, 4, 0],
  ["uid", 100, 0, 1],
  ["uid", 101, 1, 0],
  ["uid", 65534, 1, 0],
  ["gid", 0, 251, 0],
  ["gid", 1, 5, 0],
  ["gid", 8, 9, 0],
  ["gid", 42, 4, 0],
  ["gid", 101, 1, 0],
  ["gid", 102, 0, 1],
  ["gid", 103, 1, 0],
  ["gid", 65534, 1, 0],
] as const;

interface Tally {
  readonly kind: string;
  readonly id: number;
  readonly owner: number;
  readonly acl: number;
  readonly examples: readonly string[];
}

test("layer owners: every id of the shipped layer, as its README counts them", async () => {
  const { exit, stdout, stderr } = await userns(["layer", "owners", LAYER, "--json"]);
  assert.deepEqual([exit, stderr], [0, ""]);
  const owners: { layer: string; compression: string; entries: number; ids: Tally[] } = JSON.parse(stdout);
  assert.deepEqual([owners.layer, owners.compression, owners.entries], [LAYER, "gzip", 272]);
  assert.deepEqual(
    owners.ids.map(({ kind, id, owner, acl }) => [kind, id, owner, acl]),
    OWNERS,
  );
});

test("layer owners: a table of at most 80 columns, the example last", async () => {
  const { stdout } = await userns(["layer", "owners", LAYER]);
  const lines = stdout.trimEnd().split("\n");
  assert.equal(lines[0], `${LAYER}: 272 entries, 13 ids`);
  assert.equal(lines.length, 2 + OWNERS.length);
  assert.match(stdout, /^ {2}uid {4}100 {17}0 {8}1 {2}var\/spool\/cron\/crontabs\/$/m);
  for (const line of lines) assert.ok(line.length <= 80, line);
});

test("layer owners: the names beside an id are shown, and counted in --json", async () => {
  const { stdout } = await userns(["layer", "owners", LAYER]);
  assert.match(stdout, /^ {2}gid {5}42 {2}shadow {9}4 {8}0 {2}etc\/gshadow$/m);
  const json = await userns(["layer", "owners", LAYER, "--json"]);
  const { ids }: { ids: (Tally & { names: unknown })[] } = JSON.parse(json.stdout);
  assert.deepEqual(ids.find(({ kind, id }) => kind === "uid" && id === 0)?.names, [{ name: "root", entries: 266 }]);
});

test("layer owners: more names than one are a number behind the first, in few columns", async () => {
  const named = (uname: string) => entry({ uid: id7(5), uname });
  const stdin = archive(named("a-very-long-name-of-a-user"), named("b\u001b"), named("c"));
  const { stdout } = await userns(["layer", "owners", "-"], { stdin });
  assert.match(stdout, /^ {2}uid {3}5 {2}a-very-long-name… \+2 {8}3 {2}file$/m);
});

const NFS = pax({ "SCHILY.xattr.system.nfs4_acl": "\0\0\0\0" });
/** What is said of a layer that is sound, and not all of which is translated. */
const NOTED: readonly (readonly [what: string, layer: Uint8Array, note: RegExp])[] = [
  ["an ACL of NFSv4", archive(NFS, entry({ name: "srv" })), /^note: 1 ACL of .* not translated; the first: srv$/m],
  [
    "a second archive behind the first",
    concat(archive(entry()), archive(entry())),
    /^note: 1536 bytes behind the arch/m,
  ],
  ["one block of zeros", concat(entry(), new Uint8Array(512)), /^note: .* one block of zeros, not two$/m],
  [
    "an ACL entry without an id",
    archive(pax({ "SCHILY.acl.access": "user:lisa:rwx" }), entry()),
    /^note: 1 ACL entry with a name and no id/m,
  ],
];

for (const [what, stdin, note] of NOTED)
  test(`${what} is noted on stderr by owners, lint and shift, and stands in --json`, async () => {
    const maps = ["--map", ROOTLESS];
    for (const args of [
      ["layer", "owners", "-"],
      ["layer", "lint", "-", ...maps],
      ["shift", "-", "-", ...maps],
    ]) {
      const { exit, stderr } = await userns(args, { stdin });
      assert.equal(exit, 0);
      assert.match(stderr, note);
    }
    const { exit, stdout, stderr } = await userns(["layer", "lint", "-", ...maps, "--json"], { stdin });
    assert.deepEqual([exit, stderr], [0, ""]);
    const { acls, end, afterEnd } = JSON.parse(stdout);
    assert.ok(acls.namesWithoutId + acls.untranslated.count > 0 || end !== "whole" || afterEnd.hasData);
  });

test("a layer without its end marker is exit 2, and taken with a note where --end-marker is optional", async () => {
  const maps = ["--map", ROOTLESS];
  for (const args of [
    ["layer", "owners", "-"],
    ["layer", "lint", "-", ...maps],
    ["shift", "-", "-", ...maps],
  ]) {
    const bad = await userns(args, { stdin: entry() });
    assert.equal(bad.exit, 2);
    assert.match(bad.stderr, /^error: stdin: entry 2, byte 512$(?:.*\n)*.* to do {5}.*--end-marker optional/m);
    const { exit, stderr } = await userns([...args, "--end-marker", "optional"], { stdin: entry() });
    assert.equal(exit, 0);
    assert.match(stderr, /^note: the archive ends without its two blocks of zeros: it may have been cut off$/m);
  }
});

test("layer lint: what the map cannot hold, and the smallest map that would, exit 1", async () => {
  const { exit, stdout, stderr } = await userns(["layer", "lint", LAYER, "--map", SMALL, "--json"]);
  assert.deepEqual([exit, stderr], [1, ""]);
  const lint: { unmapped: Tally[]; fit: unknown; entries: number; ids: number; unlisted: number } = JSON.parse(stdout);
  assert.deepEqual(
    lint.unmapped.map(({ kind, id }) => `${kind} ${id}`),
    ["uid 101", "uid 65534", "gid 101", "gid 102", "gid 103", "gid 65534"],
  );
  assert.deepEqual([lint.entries, lint.ids, lint.unlisted], [272, 13, 0]);
  assert.deepEqual(lint.fit, { map: "0:1000:1,1:100000:65534", gidMap: "0:1000:1,1:100000:65534" });
  assert.deepEqual(lint.unmapped[0]?.examples, ["var/lib/libuuid/"]);
});

test("layer lint: in words, with the option to type", async () => {
  const { exit, stdout } = await userns(["layer", "lint", LAYER, "--map", ROOTLESS, "--gid-map", SMALL]);
  assert.equal(exit, 1);
  assert.match(stdout, /^the map does not hold 4 of them:$/m);
  assert.match(stdout, /^ {2}--map 0:1000:1,1:100000:65536 --gid-map 0:1000:1,1:100000:65534$/m);
});

test("layer lint: the map that it names holds everything, exit 0", async () => {
  const { exit, stdout } = await userns(["layer", "lint", LAYER, "--map", "0:1000:1,1:100000:65534"]);
  assert.deepEqual([exit, stdout], [0, `${LAYER}: 272 entries, 13 ids\nthe map holds them all\n`]);
});

test("a layer is read from stdin, packed or not", async () => {
  const packed = readFileSync(LAYER);
  for (const [stdin, compression] of [
    [packed, "gzip"],
    [gunzipSync(packed), "none"],
  ] as const) {
    const { exit, stdout } = await userns(["layer", "owners", "-", "--json"], { stdin });
    const owners: { layer: string; compression: string; entries: number } = JSON.parse(stdout);
    assert.deepEqual([exit, owners.layer, owners.compression, owners.entries], [0, "stdin", compression, 272]);
  }
});

test("layer: a name with control characters moves no cursor", async () => {
  const header = Buffer.alloc(512);
  header.write("evil\u001b[2J\nname");
  header.write("0000644\0", 100);
  header.write("0000005\0", 108);
  header.write("0000006\0", 116);
  header.write("00000000000\0", 124);
  header.write("00000000000\0", 136);
  header.write("        0ustar\u000000", 148);
  header[156] = 0x30;
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const { exit, stdout } = await userns(["layer", "owners", "-"], {
    stdin: Buffer.concat([header, Buffer.alloc(1024)]),
  });
  assert.equal(exit, 0);
  assert.match(stdout, /evil\\u001b\[2J\\u000aname/);
});

const whole = readFileSync(LAYER);
const BAD: readonly (readonly [rule: string, bytes: Uint8Array, code: string, words: RegExp])[] = [
  ["a gzip that is cut short", whole.subarray(0, 100_000), "ERR_COMPRESSION", /unexpected end of file/],
  ["a gzip whose check sum is wrong", damaged(), "ERR_COMPRESSION", /Z_DATA_ERROR/],
  ["a tar that is cut short", gunzipSync(whole).subarray(0, 100_000), "ERR_TAR", /stdin/],
  ["a gzip of a tar that is cut short", gzipSync(gunzipSync(whole).subarray(0, 100_000)), "ERR_TAR", /stdin/],
  ["a text", Buffer.from("this is no tar\n".repeat(100)), "ERR_TAR", /checksum|tar|header/],
  ["an xz", Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0), "ERR_COMPRESSION", /xz -dc/],
  ["a bzip2", Buffer.from("BZh91AY&SY"), "ERR_COMPRESSION", /bzip2 -dc/],
];

function damaged(): Buffer {
  const bytes = Buffer.from(whole);
  bytes.fill(0xff, bytes.length - 8, bytes.length - 4);
  return bytes;
}

for (const [rule, stdin, code, words] of BAD)
  test(`layer: ${rule} is bad input, exit 2`, async () => {
    const { exit, stdout, stderr } = await userns(["layer", "lint", "-", "--map", ROOTLESS, "--json"], { stdin });
    assert.deepEqual([exit, stdout], [2, ""]);
    const { error } = JSON.parse(stderr);
    assert.equal(error.code, code);
    assert.match(stderr, words);
  });

test("layer: a file that is not there, or a folder, is exit 2 and named", async () => {
  for (const path of ["/nowhere.tar", "/"]) {
    const { exit, stderr } = await userns(["layer", "owners", path]);
    assert.deepEqual([exit, stderr.split("\n")[0]], [2, `error: ${path}`]);
  }
});
