/** What only a process of its own shows: exit status, signals, pipes that close, memory, and the tour. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { need } from "../need.ts";
import { BUILT, folderFor, LAYER, ROOTLESS, startUserns, userns } from "./command.ts";

const BLOCK = 512;

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, "0")}\0`;
}

/** A ustar header. */
function header(name: string, sizeBytes: number, uid = 5): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write(octal(0o644, 8), 100);
  block.write(octal(uid, 8), 108);
  block.write(octal(uid, 8), 116);
  block.write(octal(sizeBytes, 12), 124);
  block.write(octal(0, 12), 136);
  block.write("        0ustar\u000000", 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

test("answers go to stdout, talk to stderr, and the exit status says yes, no or bad", async () => {
  const runs = [
    startUserns(["map", "5", "--map", ROOTLESS]).ended,
    startUserns(["map", "70000", "--map", ROOTLESS]).ended,
    startUserns(["map", "5", "--map", "0:1"]).ended,
  ];
  const [yes, no, bad] = await Promise.all(runs);
  assert.deepEqual([yes?.exit, yes?.stdout, yes?.stderr], [0, "u5 → k100004\n", ""]);
  assert.deepEqual([no?.exit, no?.stdout, no?.stderr], [1, "u70000 → not mapped\n", ""]);
  assert.deepEqual([bad?.exit, bad?.stdout], [2, ""]);
  assert.match(bad?.stderr ?? "", /^error: --map:1:1\n/);
});

for (const signal of ["SIGINT", "SIGTERM"] as const)
  test(`${signal} in the middle of a layer ends the process by that signal, and nothing is left`, async (t) => {
    const folder = folderFor(t);
    const { child, ended } = startUserns(["shift", "-", join(folder, "out.tar"), "--map", ROOTLESS]);
    child.stdin.write(Buffer.concat([header("large", 1e9), Buffer.alloc(1 << 20)]));
    while (readdirSync(folder).length === 0 && child.exitCode === null) await pause(10);
    assert.match(readdirSync(folder)[0] ?? "", /^\.out\.tar\.[0-9a-f]+\.part$/);
    child.kill(signal);
    const outcome = await ended;
    assert.deepEqual([outcome.exit, outcome.signal], [null, signal]);
    assert.deepEqual(readdirSync(folder), []);
  });

test("a reader that goes away ends the command quietly, as SIGPIPE would", async () => {
  const { child, ended } = startUserns(["map", "--map", "0:5:4294967290"]);
  child.stdout.once("data", () => child.stdout.destroy());
  const lines = Buffer.from("1\n".repeat(100_000));
  for (let k = 0; k < 100 && child.exitCode === null; k++) {
    if (!child.stdin.write(lines)) await Promise.race([once(child.stdin, "drain").catch(() => {}), ended]);
  }
  child.stdin.end();
  const outcome = await ended;
  assert.deepEqual([outcome.exit, outcome.stderr], [141, ""]);
});

test("an answer that does not fit on its device is an error that names stdout", (t) => {
  if (!need(t, existsSync("/dev/full"), "/dev/full")) return;
  const command = `exec "$0" ${BUILT} map 5 --map ${ROOTLESS} >/dev/full`;
  const { status, stderr } = spawnSync("sh", ["-c", command, process.execPath], { encoding: "utf8" });
  assert.deepEqual([status, stderr.split("\n")[0]], [2, "error: stdout"]);
});

test("a stderr that takes nothing keeps no layer from being shifted", (t) => {
  if (!need(t, existsSync("/dev/full"), "/dev/full")) return;
  const folder = folderFor(t);
  const command = `exec "$0" ${BUILT} shift ${LAYER} ${folder}/out --map ${ROOTLESS} 2>/dev/full`;
  assert.equal(spawnSync("sh", ["-c", command, process.execPath]).status, 0);
  assert.deepEqual(readdirSync(folder), ["out"]);
});

test("a layer that was cut short is bad input, wherever it was cut, and nothing is left", async (t) => {
  const folder = folderFor(t);
  const layer = readFileSync(LAYER);
  const cut = [700, 5000, 20_000, 100_000].map((bytes) => layer.subarray(0, bytes));
  const outcomes = await Promise.all(
    cut.map((bytes, k) => {
      const { child, ended } = startUserns(["shift", "-", join(folder, `${k}.tar.gz`), "--map", "0:5:70000"]);
      child.stdin.end(bytes);
      return ended;
    }),
  );
  for (const { exit, stderr } of outcomes) assert.deepEqual([exit, stderr.split("\n")[0]], [2, "error: stdin"]);
  assert.deepEqual(readdirSync(folder), []);
});

test("a pipe gets no colours, not even in CI", async () => {
  const { stdout } = await startUserns(["explain", "70000", "--map", ROOTLESS], { ...process.env, CI: "1" }).ended;
  assert.equal(stdout.includes("\u001b"), false);
});

/** Resident memory at its highest, in kB, while the child lives. */
async function highestMemory(pid: number | undefined, ended: Promise<unknown>): Promise<number> {
  let highest = 0;
  let isRunning = true;
  void ended.then(() => {
    isRunning = false;
  });
  while (isRunning) {
    const path = `/proc/${pid}/status`;
    if (existsSync(path)) {
      try {
        highest = Math.max(highest, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(path, "utf8"))?.[1] ?? 0));
      } catch {
        // It ended between the two lines above.
      }
    }
    await pause(20);
  }
  return highest;
}

/** Whatever the input, in kB. */
const MOST_MEMORY_KB = 150_000;

/** Send a tar to a command and let its answer go by. @returns the bytes sent and received, and what stderr said */
async function pour(args: readonly string[], pieces: Iterable<Buffer>) {
  const { child, ended } = startUserns(args);
  const memory = highestMemory(child.pid, ended);
  child.stdout.removeAllListeners("data");
  let [sent, received] = [0, 0];
  child.stdout.on("data", (chunk: Buffer) => {
    received += chunk.length;
  });
  for (const piece of pieces) {
    sent += piece.length;
    if (!child.stdin.write(piece)) await Promise.race([once(child.stdin, "drain"), ended]);
  }
  child.stdin.end();
  const { exit, stderr } = await ended;
  return { exit, stderr, sent, received, highest: await memory };
}

function* largeAndSmall(): Generator<Buffer> {
  const small = Array.from({ length: 1000 }, (_, k) => [header(`small/${k}`, 10), Buffer.alloc(BLOCK)]);
  const smalls = Buffer.concat(small.flat());
  for (let k = 0; k < 100; k++) yield smalls;
  yield header("large", 200 * (1 << 20));
  for (let k = 0; k < 200; k++) yield Buffer.alloc(1 << 20, 7);
  yield Buffer.alloc(2 * BLOCK);
}

test("memory stays flat for a layer of 300 MB in small and large files", async () => {
  const { exit, stderr, sent, received, highest } = await pour(["shift", "-", "-", "--map", ROOTLESS], largeAndSmall());
  assert.deepEqual([exit, stderr], [0, "100001 of 100001 entries shifted\n"]);
  assert.equal(received, sent);
  assert.ok(highest > 0 && highest < MOST_MEMORY_KB, `${highest} kB`);
});

const OWNERS = 300_000;

function* manyOwners(): Generator<Buffer> {
  const each = 1000;
  for (let k = 0; k < OWNERS; k += each)
    yield Buffer.concat(Array.from({ length: each }, (_, more) => header(`${k + more}`, 0, 200_000 + k + more)));
  yield Buffer.alloc(2 * BLOCK);
}

test("memory stays flat for a layer in which every entry has another owner, and what was left out is said", async () => {
  const keep = ["shift", "-", "-", "--map", ROOTLESS, "--unmapped", "keep", "--format", "gzip", "--json"];
  const kept = await pour(keep, manyOwners());
  const { report }: { report: { unmapped: unknown[]; unlisted: number } } = JSON.parse(kept.stderr);
  assert.deepEqual([kept.exit, report.unmapped.length + report.unlisted], [0, 2 * OWNERS]);
  const lint = await pour(["layer", "lint", "-", "--map", ROOTLESS, "--json"], manyOwners());
  assert.deepEqual([lint.exit, lint.stderr], [1, ""]);
  for (const { highest } of [kept, lint]) assert.ok(highest > 0 && highest < MOST_MEMORY_KB, `${highest} kB`);
});

test("a terminal sees a bar on stderr, and it is gone when the work is done", async (t) => {
  if (!need(t, existsSync("/usr/bin/script"), "script(1) of util-linux, for a terminal")) return;
  const out = join(folderFor(t), "out.tar");
  const command = [process.execPath, BUILT, "shift", LAYER, out, "--map", ROOTLESS];
  const { stdout } = spawnSync("/usr/bin/script", ["-qec", command.join(" "), "/dev/null"], { encoding: "utf8" });
  assert.match(stdout, /0% of 0\.2 MB/);
  assert.match(stdout, /\[2K272 of 272 entries shifted\r\n$/);
});

test("the tour makes an image of the shipped layer, lists, lints, explains, shifts and shifts it back", async (t) => {
  const folder = join(folderFor(t), "made", "here");
  const { ended } = startUserns(["tour", "--into", folder]);
  const { exit, stdout } = await ended;
  assert.equal(exit, 0);
  const facts = [
    `An image of one layer, ${LAYER}`,
    "image.oci.tar: 1 image, 1 layer, 272 entries",
    "  uid  65534  nobody         1        0  srv/tftp/",
    "the map does not hold 6 of its 13 ids:",
    "  --map 0:1000:1,1:100000:65534",
    "  u0 → k1000  uid_map, line 1: 0:1000:1",
    "  u42 → k100041  gid_map, line 2: 1:100000:100",
    "  uid  165533  nobody         1        0  srv/tftp/",
    "  gid  100041  shadow         4        0  etc/gshadow",
    "The layer that came back is the one that went in, byte for byte.",
  ];
  for (const fact of facts) assert.ok(stdout.includes(fact), fact);
  // Paths of the temporary folder are as long as they are.
  for (const line of stdout.split("\n")) assert.ok(line.length <= 80 || line.includes(folder), line);
  assert.deepEqual(readdirSync(folder).sort(), ["back.oci.tar", "image.oci.tar", "shifted.oci.tar"]);
});

test("the tour as JSON is one document: each command, what it exits with and its own answer", async (t) => {
  const folder = folderFor(t);
  const { exit, stdout, stderr } = await userns(["tour", "--into", folder, "--json"]);
  assert.deepEqual([exit, stderr], [0, ""]);
  const tour: { isSame: boolean; folder: string; steps: { command: string[]; exit: number; answer: object }[] } =
    JSON.parse(stdout);
  assert.deepEqual([tour.isSame, tour.folder], [true, folder]);
  assert.deepEqual(
    tour.steps.map(({ command, exit }) => `${command[0]} ${exit}`),
    ["image 0", "image 1", "explain 0", "explain 0", "image 0", "image 0", "image 0"],
  );
  assert.ok(tour.steps.every(({ answer }) => Object.keys(answer).length > 0));
});

test("a map from a pipe is read once, for users and groups", () => {
  const userns = `"$0" ${BUILT}`;
  const piped = (command: string) =>
    spawnSync("sh", ["-c", `echo ${ROOTLESS} | ${userns} ${command}`, process.execPath], { encoding: "utf8" });
  const outcomes = [
    piped(`explain 42:42 --map /dev/stdin`),
    piped(`explain stat --owner 5:5 --map 0:0:4294967295 --mount /dev/stdin`),
    piped(`layer lint ${LAYER} --map /dev/stdin`),
    piped(`check --uid-map "0 0 1" --as uid=0 --parent-map /dev/stdin`),
  ];
  assert.deepEqual(
    outcomes.map(({ status, stderr }) => [status, stderr]),
    [
      [0, ""],
      [0, ""],
      [0, ""],
      [0, ""],
    ],
  );
});

test("an output that is a link to a pipe, as /dev/stdout is, goes into the pipe and the link stays", (t) => {
  const out = join(folderFor(t), "stdout");
  symlinkSync("/proc/self/fd/1", out);
  const command = `printf 0000 | "$0" ${BUILT} map --map 808464432:1:1 --binary - --out "$1" | od -An -tu4`;
  const { stdout } = spawnSync("sh", ["-c", command, process.execPath, out], { encoding: "utf8" });
  assert.equal(stdout.trim(), "1");
  assert.ok(lstatSync(out).isSymbolicLink());
});

test("a bug in the middle of a layer leaves nothing behind its stack", async (t) => {
  const folder = folderFor(t);
  // It strikes as soon as there is a half-written file.
  const bug = `
    import { readdirSync } from "node:fs";
    if (process.argv.includes("shift"))
      setInterval(() => { if (readdirSync(${JSON.stringify(folder)}).length > 0) throw new Error("a bug"); }, 20);`;
  const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(bug)}` };
  const { child, ended } = startUserns(["shift", "-", join(folder, "out.tar"), "--map", ROOTLESS], env);
  child.stdin.write(Buffer.concat([header("large", 1e9), Buffer.alloc(1 << 20)]));
  const { exit, stderr } = await ended;
  assert.equal(exit, 1);
  assert.match(stderr, /Error: a bug/);
  assert.deepEqual(readdirSync(folder), []);
});

test("a tour that comes to nothing says so once", async (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, "none.tar"), "no tar");
  for (const args of [
    ["tour", join(folder, "none.tar"), "--into", folder],
    ["tour", "--into", join(folder, "none.tar")],
  ]) {
    const { exit, stderr } = await userns(args);
    assert.deepEqual([exit, stderr.match(/^error: /gm)?.length], [2, 1], stderr);
  }
});
