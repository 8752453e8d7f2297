import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { folderFor, ROOTLESS, userns } from "./command.ts";

interface Row {
  readonly rule: string;
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly exit: number;
  readonly stdout: string;
}

const TEXT: readonly Row[] = [
  { rule: "an id goes down through the map", args: ["1000"], exit: 0, stdout: "u1000 → k100999\n" },
  {
    rule: "an id that no line holds is said to be not mapped, exit 1",
    args: ["65537"],
    exit: 1,
    stdout: "u65537 → not mapped\n",
  },
  {
    rule: "--reverse goes up",
    args: ["1000", "100999", "--reverse"],
    exit: 0,
    stdout: "k1000 → u0\nk100999 → u1000\n",
  },
  {
    rule: "a range falls into the pieces that stay together",
    args: ["0-2", "65530+10"],
    exit: 1,
    stdout: "u0 → k1000\nu1-2 → k100000-100001\nu65530-65536 → k165529-165535\nu65537-65539 → not mapped\n",
  },
  {
    rule: "ids are read from stdin, one a line",
    args: ["-"],
    stdin: "0\n\n 7 \r\n1-2\n",
    exit: 0,
    stdout: "u0 → k1000\nu7 → k100006\nu1-2 → k100000-100001\n",
  },
  { rule: "no ids at all means stdin", args: [], stdin: "5", exit: 0, stdout: "u5 → k100004\n" },
  { rule: "no input gives no answer and exit 0", args: [], stdin: "", exit: 0, stdout: "" },
  {
    rule: "the whole range of ids has its holes",
    args: ["0-4294967294", "--reverse"],
    exit: 1,
    stdout:
      "k0-999 → not mapped\nk1000 → u0\nk1001-99999 → not mapped\nk100000-165535 → u1-65536\nk165536-4294967294 → not mapped\n",
  },
];

for (const { rule, args, stdin, exit, stdout } of TEXT)
  test(`map: ${rule}`, async () => {
    const outcome = await userns(["map", ...args, "--map", ROOTLESS], stdin === undefined ? {} : { stdin });
    assert.deepEqual([outcome.exit, outcome.stdout, outcome.stderr], [exit, stdout, ""]);
  });

test("map: --json is one document, also for ids from stdin", async () => {
  const { exit, stdout } = await userns(["map", "--map", ROOTLESS, "--json"], { stdin: "0-1\n70000\n" });
  assert.equal(exit, 1);
  assert.deepEqual(JSON.parse(stdout), {
    direction: "down",
    results: [
      { first: 0, count: 1, to: 1000 },
      { first: 1, count: 1, to: 100000 },
      { first: 70000, count: 1, to: null },
    ],
    unmapped: 1,
  });
  const none = await userns(["map", "--map", ROOTLESS, "--json"], { stdin: "" });
  assert.deepEqual(JSON.parse(none.stdout), { direction: "down", results: [], unmapped: 0 });
});

test("map: colours say nothing that the words do not", async () => {
  const plain = await userns(["map", "70000", "--map", ROOTLESS]);
  const colored = await userns(["map", "70000", "--map", ROOTLESS], { colors: true });
  assert.notEqual(colored.stdout, plain.stdout);
  assert.equal(stripVTControlCharacters(colored.stdout), plain.stdout);
});

interface Wrong {
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly where: string;
  readonly words: readonly RegExp[];
}

const WRONG: readonly Wrong[] = [
  { args: ["1", "--map", "0:100000"], where: "--map:1:1", words: [/0:100000:65536/, /"0:100000"/] },
  { args: ["1", "--map", "0:1:2,5:10x:1"], where: "--map:1:9", words: [/decimal/, /"10x"/] },
  { args: ["1", "--map", "0:1:2,1:5:1"], where: "--map:1:7", words: [/overlap/, /shares inside id 1 with line 1/] },
  { args: ["1", "--map", "/nowhere/at all"], where: "--map", words: [/a file with one/, /no such file/] },
  { args: ["1", "--map", "/"], where: "/", words: [/can be read/, /folder/] },
  { args: ["x", "--map", "0:1:2"], where: "IDS", words: [/5-10 or 5\+6/, /"x"/] },
  { args: ["9-5", "--map", "0:1:2"], where: "IDS", words: [/at least one id/, /9-5/] },
  { args: ["4294967295", "--map", "0:1:2"], where: "IDS", words: [/at most 4294967294/] },
  { args: ["4294967290+9", "--map", "0:1:2"], where: "IDS", words: [/at most 4294967294/] },
  { args: ["--map", "0:1:2"], stdin: "5\nseven\n", where: "stdin:2", words: [/"seven"/] },
  { args: ["--map", "0:1:2", "--binary", "-"], where: "--out", words: [/a file to write/] },
  { args: ["5", "--map", "0:1:2", "--out", "x"], where: "--out", words: [/--binary/] },
  { args: ["5", "--map", "0:1:2", "--out", "x", "--binary", "-"], where: "IDS", words: [/no ids/] },
];

for (const { args, stdin, where, words } of WRONG)
  test(`map ${args.join(" ")}: exit 2, and the error says where, what was expected and what was found`, async () => {
    const text = await userns(["map", ...args], stdin === undefined ? {} : { stdin });
    assert.equal(text.exit, 2);
    assert.equal(text.stderr.split("\n")[0], `error: ${where}`);
    for (const word of words) assert.match(text.stderr, word);
    const json = await userns(["map", ...args, "--json"], stdin === undefined ? {} : { stdin });
    const { error } = JSON.parse(json.stderr);
    assert.deepEqual(Object.keys(error), ["code", "where", "expected", "got", "fix"]);
    assert.equal(error.where, where);
  });

test("map: a file with a map is read, and its errors name file, line and column", async (t) => {
  const path = join(folderFor(t), "map.txt");
  writeFileSync(path, "# rootless\n         0       1000          1\n1 100000 65536\n");
  assert.equal((await userns(["map", "1", "--map", path])).stdout, "u1 → k100000\n");
  writeFileSync(path, "0 1000 1\n1 100000 6553x\n");
  assert.equal((await userns(["map", "1", "--map", path])).stderr.split("\n")[0], `error: ${path}:2:10`);
});

test("map: what commander refuses is exit 2 on stderr, and help is exit 0 on stdout", async () => {
  for (const args of [["map", "1"], ["map", "1", "--nothing"], ["nothing"], []]) {
    const { exit, stdout, stderr } = await userns(args);
    assert.deepEqual([exit, stdout], [2, ""], args.join(" "));
    assert.notEqual(stderr, "");
  }
  const help = await userns(["map", "--help"]);
  assert.deepEqual([help.exit, help.stderr], [0, ""]);
  assert.match(help.stdout, /--reverse/);
});

const u32 = (...ids: number[]): Buffer => Buffer.concat(ids.map((id) => Buffer.from(Uint32Array.of(id).buffer)));

test("map --binary: a file of u32s becomes another, NO_ID where not mapped, exit 1", async (t) => {
  const folder = folderFor(t);
  const [from, to] = [join(folder, "ids"), join(folder, "out")];
  writeFileSync(from, u32(0, 1, 65536, 65537, 4294967295));
  const { exit, stdout, stderr } = await userns(["map", "--map", ROOTLESS, "--binary", from, "--out", to]);
  assert.deepEqual([exit, stdout], [1, ""]);
  assert.match(stderr, /^5 ids translated, 2 not mapped \(engine wasm\)\n$/);
  assert.deepEqual(readFileSync(to), u32(1000, 100000, 165535, 4294967295, 4294967295));
  const back = await userns(["map", "--map", ROOTLESS, "--reverse", "--binary", to, "--out", "-"]);
  assert.deepEqual(back.bytes, u32(0, 1, 65536, 4294967295, 4294967295));
  const json = await userns(["map", "--map", ROOTLESS, "--binary", from, "--out", to, "--json"]);
  assert.deepEqual(JSON.parse(json.stdout), { direction: "down", ids: 5, unmapped: 2, engine: "wasm" });
  const piped = await userns(["map", "--map", ROOTLESS, "--binary", from, "--out", "-", "--json"]);
  assert.deepEqual([piped.bytes, piped.stderr], [readFileSync(to), `${JSON.stringify(JSON.parse(json.stdout))}\n`]);
});

test("map --binary: windows join without a seam", async () => {
  const ids = Uint32Array.from({ length: 600_001 }, (_, index) => index % 65537);
  const { exit, bytes } = await userns(["map", "--map", "0:5:65537", "--binary", "-", "--out", "-"], {
    stdin: new Uint8Array(ids.buffer),
  });
  assert.equal(exit, 0);
  const answers = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  assert.deepEqual(
    answers,
    ids.map((id) => id + 5),
  );
});

test("map --binary: a file that ends inside an id leaves no output", async (t) => {
  const folder = folderFor(t);
  const [from, to] = [join(folder, "ids"), join(folder, "out")];
  writeFileSync(from, Buffer.concat([u32(1, 2), Buffer.of(9)]));
  const { exit, stderr } = await userns(["map", "--map", ROOTLESS, "--binary", from, "--out", to]);
  assert.equal(exit, 2);
  assert.match(stderr, new RegExp(`${from}, byte 8`));
  assert.equal(existsSync(to), false);
});

test("map: a binary file that is not there, or is a folder, is bad input, and nothing is left", async (t) => {
  const folder = folderFor(t);
  for (const [path, got] of [
    [join(folder, "none"), "no such file or folder (ENOENT)"],
    [folder, "a folder (EISDIR)"],
  ] as const) {
    const args = ["map", "--map", ROOTLESS, "--binary", path, "--out", join(folder, "out"), "--json"];
    const { exit, stdout, stderr } = await userns(args);
    const { error } = JSON.parse(stderr);
    assert.deepEqual([exit, stdout, error.code, error.where, error.got], [2, "", "ERR_FILE", path, got]);
    assert.deepEqual(readdirSync(folder), []);
  }
});

test("map: of a long line that is no id, an error shows the beginning", async () => {
  const { exit, stderr } = await userns(["map", "-", "--map", ROOTLESS], { stdin: `x${"5".repeat(1e6)}\n` });
  assert.equal(exit, 2);
  assert.match(stderr, /^ {2}got {7}"x5{79}"… \(1000001 characters\)$/m);
});

test("map: a map of one long line is told, at once", async () => {
  const { exit, stderr } = await userns(["map", "5", "--map", "0 ".repeat(100_000)]);
  assert.equal(exit, 2);
  assert.match(stderr, /^ {2}got {7}100000 in "(?:0 ){40}"… \(199999 characters\)$/m);
});
