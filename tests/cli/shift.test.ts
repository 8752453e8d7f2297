import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as zlib from "node:zlib";
import { folderFor, LAYER, ROOTLESS, userns } from "./command.ts";

const SMALL = "0:1000:1,1:100000:100";
const packed = readFileSync(LAYER);
const tar = zlib.gunzipSync(packed);

async function idsOf(path: string): Promise<string[]> {
  const { stdout } = await userns(["layer", "owners", path, "--json"]);
  const { ids }: { ids: { kind: string; id: number; owner: number; acl: number }[] } = JSON.parse(stdout);
  return ids.map(({ kind, id, owner, acl }) => `${kind} ${id} ${owner} ${acl}`);
}

test("shift: every owner and ACL entry goes through the map, and back gives the same tar", async (t) => {
  const folder = folderFor(t);
  const [out, back] = [join(folder, "out.tar.gz"), join(folder, "back.tar.gz")];
  const there = await userns(["shift", LAYER, out, "--map", ROOTLESS]);
  assert.deepEqual([there.exit, there.stdout, there.stderr], [0, "", "272 of 272 entries shifted\n"]);
  assert.deepEqual(await idsOf(out), [
    "uid 1000 266 0",
    "uid 100000 4 0",
    "uid 100099 0 1",
    "uid 100100 1 0",
    "uid 165533 1 0",
    "gid 1000 251 0",
    "gid 100000 5 0",
    "gid 100007 9 0",
    "gid 100041 4 0",
    "gid 100100 1 0",
    "gid 100101 0 1",
    "gid 100102 1 0",
    "gid 165533 1 0",
  ]);
  assert.equal((await userns(["shift", out, back, "--map", ROOTLESS, "--reverse"])).exit, 0);
  assert.ok(zlib.gunzipSync(readFileSync(back)).equals(tar));
  assert.deepEqual(readdirSync(folder).sort(), ["back.tar.gz", "out.tar.gz"]);
});

test("shift: users and groups have maps of their own", async (t) => {
  const out = join(folderFor(t), "out.tar");
  await userns(["shift", LAYER, out, "--map", "0:7:70000", "--gid-map", "0:9:70000", "--format", "tar"]);
  assert.deepEqual(
    (await idsOf(out)).filter((line) => / (?:251|266) /.test(line)),
    ["uid 7 266 0", "gid 9 251 0"],
  );
});

test("shift: packing is kept, and --format gives another", async (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, "plain.tar"), tar);
  const compressionOf = async (from: string, ...options: string[]) => {
    const out = join(folder, "out");
    await userns(["shift", from, out, "--map", ROOTLESS, ...options]);
    const { stdout } = await userns(["layer", "owners", out, "--json"]);
    return JSON.parse(stdout).compression;
  };
  assert.equal(await compressionOf(LAYER), "gzip");
  assert.equal(await compressionOf(join(folder, "plain.tar")), "none");
  assert.equal(await compressionOf(LAYER, "--format", "tar"), "none");
  assert.equal(await compressionOf(join(folder, "plain.tar"), "--format", "gzip"), "gzip");
});

test("shift: a pipe in and a pipe out, plain or packed", async () => {
  for (const stdin of [packed, tar]) {
    const there = await userns(["shift", "-", "-", "--map", ROOTLESS], { stdin });
    assert.equal(there.exit, 0);
    assert.equal(there.bytes[0] === 0x1f, stdin === packed);
    const back = await userns(["shift", "-", "-", "--map", ROOTLESS, "--reverse", "--format", "tar"], {
      stdin: there.bytes,
    });
    assert.ok(back.bytes.equals(tar));
  }
});

test("shift: a layer may be written over itself", async (t) => {
  const path = join(folderFor(t), "layer.tar.gz");
  writeFileSync(path, packed);
  assert.equal((await userns(["shift", path, path, "--map", ROOTLESS])).exit, 0);
  assert.ok((await idsOf(path)).includes("uid 165533 1 0"));
});

test("shift: ids that the map does not hold are refused, exit 1, and nothing is left", async (t) => {
  const folder = folderFor(t);
  const { exit, stdout, stderr } = await userns(["shift", LAYER, join(folder, "out"), "--map", SMALL]);
  assert.deepEqual([exit, stdout], [1, ""]);
  assert.match(stderr, /^refused: .*\(nothing written\)$/m);
  assert.match(stderr, /^ {2}uid {2}65534 {2}nobody {9}1 {8}0 {2}srv\/tftp\/$/m);
  assert.match(stderr, /^ {2}--map 0:1000:1,1:100000:65534$/m);
  assert.match(stderr, /--unmapped squash=UID:GID/);
  assert.deepEqual(readdirSync(folder), []);
  writeFileSync(join(folder, "out"), "before");
  await userns(["shift", LAYER, join(folder, "out"), "--map", SMALL]);
  assert.equal(readFileSync(join(folder, "out"), "utf8"), "before");
  assert.deepEqual(readdirSync(folder), ["out"]);
});

test("shift: into a pipe, the output stops before the first refused entry and says so", async () => {
  const { exit, bytes, stderr } = await userns(["shift", "-", "-", "--map", SMALL], { stdin: tar });
  assert.equal(exit, 1);
  assert.match(stderr, /stopped before the first such entry/);
  assert.ok(bytes.length > 0 && bytes.length < tar.length && bytes.length % 512 === 0);
  const lint = ["layer", "lint", "-", "--map", SMALL, "--reverse", "--json"];
  assert.equal((await userns(lint, { stdin: bytes })).exit, 2, "nobody takes it for a whole layer");
  const { stdout } = await userns([...lint, "--end-marker", "optional"], { stdin: bytes });
  assert.deepEqual(JSON.parse(stdout).unmapped, []);
});

test("shift: --json says what was done, or what was refused", async (t) => {
  const out = join(folderFor(t), "out");
  const done = JSON.parse((await userns(["shift", LAYER, out, "--map", ROOTLESS, "--json"])).stdout);
  assert.deepEqual(
    [done.shifted, done.in, done.out, done.compression, done.engine, done.report.entries, done.report.unmapped],
    [true, LAYER, out, "gzip", "wasm", 272, []],
  );
  const no = await userns(["shift", LAYER, out, "--map", SMALL, "--json"]);
  const refused = JSON.parse(no.stdout);
  assert.deepEqual([no.exit, refused.shifted, refused.unmapped.length], [1, false, 6]);
  assert.equal(refused.fit.map, "0:1000:1,1:100000:65534");
  const piped = await userns(["shift", LAYER, "-", "--map", ROOTLESS, "--json"]);
  assert.equal(JSON.parse(piped.stderr).shifted, true);
});

test("shift: a file of the name stdout is a file", async (t) => {
  const [home, folder] = [process.cwd(), folderFor(t)];
  t.after(() => process.chdir(home));
  const layer = join(home, LAYER);
  process.chdir(folder);
  const done = await userns(["shift", layer, "stdout", "--map", ROOTLESS, "--json"]);
  assert.deepEqual([JSON.parse(done.stdout).out, readdirSync(folder)], ["stdout", ["stdout"]]);
  const refused = await userns(["shift", layer, "stdout", "--map", SMALL]);
  assert.match(refused.stderr, /\(nothing written\)/);
});

test("shift: squash gives unmapped ids to one owner, keep leaves them, and both are said", async (t) => {
  const out = join(folderFor(t), "out");
  const squash = await userns(["shift", LAYER, out, "--map", SMALL, "--unmapped", "squash=7:8"]);
  assert.equal(squash.exit, 0);
  assert.match(squash.stderr, /does not hold, squashed to 7:8:\n(?:.*\n)*.*uid {2}65534/);
  const squashed = await idsOf(out);
  assert.ok(squashed.includes("uid 7 2 0") && squashed.includes("gid 8 3 1"), squashed.join());
  const keep = await userns(["shift", LAYER, out, "--map", SMALL, "--unmapped", "keep"]);
  assert.match(keep.stderr, /kept as they are:/);
  assert.ok((await idsOf(out)).includes("uid 65534 1 0"));
});

test("shift: --names drop takes the names away", async (t) => {
  const folder = folderFor(t);
  const namesIn = async (rule: string) => {
    await userns(["shift", LAYER, join(folder, rule), "--map", ROOTLESS, "--names", rule, "--format", "tar"]);
    const bytes = readFileSync(join(folder, rule));
    const names = new Set<string>();
    for (let at = 0; at < bytes.length; at += 512)
      if (bytes.toString("latin1", at + 257, at + 262) === "ustar")
        names.add(bytes.toString("latin1", at + 265, at + 297).replace(/\0+$/, ""));
    return [...names].sort();
  };
  assert.deepEqual(await namesIn("keep"), ["", "daemon", "nobody", "root", "uuidd"]);
  assert.deepEqual(await namesIn("drop"), [""]);
});

const WRONG: readonly (readonly [options: readonly string[], words: RegExp])[] = [
  [["--unmapped", "guess"], /^error: --unmapped\n {2}expected {2}refuse, squash=UID:GID or keep/],
  [["--unmapped", "squash=7"], /UID:GID in numbers/],
  [["--unmapped", "squash=4294967295:0"], /at most 4294967294/],
  [["--names", "maybe"], /Allowed choices are keep, drop/],
  [["--format", "rar"], /Allowed choices are same, tar, gzip, zstd/],
  [["--gid-map", "0:1"], /^error: --gid-map:1:1/],
];

for (const [options, words] of WRONG)
  test(`shift ${options.join(" ")}: exit 2, and nothing is written`, async (t) => {
    const folder = folderFor(t);
    const { exit, stderr } = await userns(["shift", LAYER, join(folder, "out"), "--map", ROOTLESS, ...options]);
    assert.equal(exit, 2);
    assert.match(stderr, words);
    assert.deepEqual(readdirSync(folder), []);
  });

test("shift: a damaged layer is exit 2 with its place, and nothing is left", async (t) => {
  const folder = folderFor(t);
  for (const [name, bytes] of [
    ["cut", tar.subarray(0, 70_000)],
    ["cut between entries", tar.subarray(0, 512)],
    ["cut.gz", packed.subarray(0, 70_000)],
  ] as const) {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const { exit, stderr } = await userns(["shift", path, join(folder, "out"), "--map", ROOTLESS]);
    assert.equal(exit, 2);
    assert.ok(stderr.startsWith(`error: ${path}`), stderr);
  }
  assert.deepEqual(readdirSync(folder).sort(), ["cut", "cut between entries", "cut.gz"]);
});

test("shift: an output that cannot be made is exit 2 and named", async () => {
  const { exit, stderr } = await userns(["shift", LAYER, "/nowhere/out", "--map", ROOTLESS]);
  assert.deepEqual([exit, stderr.split("\n")[0]], [2, "error: /nowhere/out"]);
});

test("zstd: kept where Node has it, else an error that says which Node does", async (t) => {
  const folder = folderFor(t);
  const [from, out] = [join(folder, "in.tar.zst"), join(folder, "out.tar.zst")];
  if (!("zstdCompressSync" in zlib)) {
    writeFileSync(from, Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0));
    const { exit, stderr } = await userns(["shift", from, out, "--map", ROOTLESS]);
    assert.equal(exit, 2);
    assert.match(stderr, /Node 22\.15 or newer/);
    assert.match(stderr, /zstd -dc/);
    const asked = await userns(["shift", LAYER, out, "--map", ROOTLESS, "--format", "zstd"]);
    assert.equal(asked.exit, 2);
    assert.deepEqual(readdirSync(folder), ["in.tar.zst"]);
    return;
  }
  assert.equal((await userns(["shift", LAYER, from, "--map", ROOTLESS, "--format", "zstd"])).exit, 0);
  assert.equal((await userns(["shift", from, out, "--map", ROOTLESS, "--reverse"])).exit, 0);
  assert.deepEqual([...readFileSync(out).subarray(0, 4)], [0x28, 0xb5, 0x2f, 0xfd]);
});
