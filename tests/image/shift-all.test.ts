/** Layers of many images are shifted by threads, or by workers of a queue, each once. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { openQueue } from "../../src/store/index.ts";
import { folderFor, startUserns, userns } from "../cli/command.ts";
import {
  addImage,
  type Files,
  finishLayout,
  gzipped,
  layoutOf,
  owned,
  plain,
  readFolder,
  sha256,
  tarOf,
  writeFolder,
} from "./build-image.ts";
import { checkOutput, imagesIn, MAP, manyLayers, queueFor, shiftWithAKill, until } from "./queued-shift.ts";

test("threads shift the layers of many images, each image as it would be alone", async (t) => {
  const folder = folderFor(t);
  const [base, app] = [gzipped(owned(["bin/su", 0, 0])), plain(owned(["srv/a", 33, 33]))];
  const files: Files = new Map();
  writeFolder(finishLayout(files, [addImage(files, [base, app])]), join(folder, "in/a"));
  writeFileSync(join(folder, "b.tar"), tarOf(layoutOf(base)));
  const out = join(folder, "out");
  const args = ["image", "shift", "--all", join(folder, "in/a"), join(folder, "b.tar"), out, "--map", MAP, "--json"];
  const all = await userns([...args, "--threads", "2"]);
  assert.equal(all.exit, 0, all.stderr);
  for (const [from, name] of [
    [join(folder, "in/a"), "a"],
    [join(folder, "b.tar"), "b.tar"],
  ] as const) {
    const alone = join(folder, `alone-${name}`);
    await userns(["image", "shift", from, alone, "--map", MAP]);
    if (name === "a") assert.deepEqual(readFolder(join(out, name)), readFolder(alone));
    else assert.deepEqual(readFileSync(join(out, name)), readFileSync(alone));
  }
  assert.deepEqual(
    JSON.parse(all.stdout).images.map((image: { shifted: boolean; layers: unknown[] }) => [
      image.shifted,
      image.layers.length,
    ]),
    [
      [true, 2],
      [true, 1],
    ],
  );
  const again = await userns([...args, "--threads", "1"]);
  assert.equal(again.exit, 0, again.stderr);
  assert.equal(JSON.parse(again.stdout).images[0].layers[0].report, null, "what is done is not done again");
});

test("an image that the map does not hold, and one that is damaged, keep no other from being shifted", async (t) => {
  const folder = folderFor(t);
  const good = writeFolder(layoutOf(plain(owned(["a", 1, 1]))), join(folder, "in/good"));
  const high = writeFolder(layoutOf(plain(owned(["a", 70000, 1]))), join(folder, "in/high"));
  const bad = writeFolder(
    layoutOf({ ...plain(owned(["a", 2, 1])), diffId: sha256(new Uint8Array(1)) }),
    join(folder, "in/bad"),
  );
  const out = join(folder, "out");
  const { exit, stderr } = await userns(["image", "shift", "--all", good, high, bad, out, "--map", MAP]);
  assert.equal(exit, 2);
  assert.match(stderr, /good: 1 layer$/m);
  assert.match(stderr, /refused: .*high has ids/);
  assert.match(stderr, /error: .*bad: .*layer 1/);
  assert.deepEqual(readdirSync(out).sort(), [".userns-layers", "good"]);
});

test("the folder beside an output that somebody else could have put there is refused, and what it leads to is left alone", async (t) => {
  const folder = folderFor(t);
  const app = writeFolder(layoutOf(plain(owned(["a", 1, 1]))), join(folder, "app"));
  const [out, victim] = [join(folder, "out"), join(folder, "victim")];
  mkdirSync(out);
  mkdirSync(join(victim, "image/kept"), { recursive: true });
  symlinkSync(victim, join(out, ".app.userns-part"));
  const { exit, stderr } = await userns(["image", "shift", "--all", app, out, "--map", MAP]);
  assert.equal(exit, 2);
  assert.match(stderr, /a folder of your own that nobody else may write to/);
  assert.ok(existsSync(join(victim, "image/kept")));
});

test("wrong use of --all says what is wrong: exit 2, nothing written", async (t) => {
  const folder = folderFor(t);
  const one = writeFolder(layoutOf(plain(owned(["a", 1, 1]))), join(folder, "one/app"));
  const two = writeFolder(layoutOf(plain(owned(["a", 1, 1]))), join(folder, "two/app"));
  const out = join(folder, "out");
  const cases: [readonly string[], RegExp][] = [
    [["--all", one, two, out], /images of different names/],
    [[one, two, out], /one image and one output, or --all/],
    [[one, out, "--threads", "2"], /--all beside it/],
    [["--all", one, out, "--silence", "9s"], /--queue beside it/],
    [["--all", one, out, "--threads", "0"], /at least 1/],
    [["--all", one, out, "--queue", "mysql://host/db"], /postgres:\/\/user@host\/database/],
    [["--all", one, out, "--queue", "postgres://host/db", "--threads", "2"], /a count of this machine/],
    [["--all", one, out, "--queue", "postgres://127.0.0.1:1/db"], /a database that answers/],
    [["--all", one, "/proc/none/out"], /no such file or folder/],
    [["--all", one], /missing required argument 'out'/],
  ];
  for (const [args, words] of cases) {
    const { exit, stderr } = await userns(["image", "shift", ...args, "--map", MAP]);
    assert.equal(exit, 2, args.join(" "));
    assert.match(stderr, words);
    assert.equal(existsSync(join(out, "app")), false);
  }
  for (const command of ["worker", "jobs"]) {
    const { exit, stderr } = await userns([command, "--queue", "postgres://127.0.0.1:1/db", "--json"]);
    assert.deepEqual([exit, JSON.parse(stderr).error.code], [2, "ERR_STORE_LOST"]);
  }
});

test("a user who may not make the tables of a queue is told, and the command ends", async (t) => {
  const queue = queueFor(t);
  if (queue === null) return;
  const client = new pg.Client(queue);
  await client.connect();
  await client.query("CREATE ROLE joe LOGIN");
  await client.end();
  const { exit, stderr } = await startUserns(["jobs", "--queue", queue.replace("ids@", "joe@"), "--json"]).ended;
  assert.deepEqual([exit, JSON.parse(stderr).error.code], [2, "ERR_STORE_DENIED"]);
});

test("two workers, one killed in the middle: every layer is there once, and right", (t) => shiftWithAKill(t, 4, 25));

test("a layer whose worker was killed while it had it is taken over by another", async (t) => {
  const queue = queueFor(t);
  if (queue === null) return;
  const folder = folderFor(t);
  const froms = imagesIn(folder, 1, 1);
  const out = join(folder, "out");
  const shift = userns(["image", "shift", "--all", ...froms, out, "--map", MAP, "--queue", queue, "--silence", "2s"]);
  // A worker that takes the layer, and is never heard of again.
  const silent = await openQueue(queue);
  await until(async () => (await silent.take(1)).length > 0, shift);
  await silent.close();
  const running = await userns(["jobs", "--queue", queue]);
  assert.match(running.stdout, /1 layer, 1 running\n {2}running .*attempt 1/);
  const worker = await userns(["worker", "--queue", queue, "--threads", "1", "--until-empty"]);
  assert.match(worker.stderr, /1 of 1 entries shifted, attempt 2/);
  assert.equal((await shift).exit, 0);
  checkOutput(out, 1, 1);
});

test("what is wrong with a layer is said by jobs and by the run that waits, and tried again when it is run again", async (t) => {
  const queue = queueFor(t);
  if (queue === null) return;
  const folder = folderFor(t);
  const high = writeFolder(layoutOf(plain(owned(["a", 70000, 1]))), join(folder, "in/high"));
  const bad = writeFolder(
    layoutOf({ ...plain(owned(["a", 2, 1])), diffId: sha256(new Uint8Array(1)) }),
    join(folder, "in/bad"),
  );
  const gone = writeFolder(layoutOf(...manyLayers(1)), join(folder, "in/gone"));
  const out = join(folder, "out");
  const run = (...froms: string[]) =>
    userns(["image", "shift", "--all", ...froms, out, "--map", MAP, "--queue", queue]);
  const untilWaiting = (count: number, work: Promise<unknown>) =>
    until(async () => (await userns(["jobs", "--queue", queue])).stdout.includes(`${count} waiting`), work);
  const first = run(high, bad, gone);
  await untilWaiting(3, first);
  const blob = join(gone, "blobs", sha256(manyLayers(1)[0]?.tar ?? new Uint8Array()).replace(":", "/"));
  const bytes = readFileSync(blob);
  rmSync(blob);
  const worker = await userns(["worker", "--queue", queue, "--threads", "1", "--until-empty", "--json"]);
  assert.deepEqual(JSON.parse(worker.stdout), { queue, threads: 1, shifted: 0, there: 0, refused: 1, bad: 4 });
  const { exit, stderr } = await first;
  assert.equal(exit, 2);
  assert.match(stderr, /refused: .*high has ids/);
  assert.match(stderr, /no such file or folder/);
  const jobs = await userns(["jobs", "--queue", queue]);
  assert.equal(jobs.exit, 1);
  assert.match(jobs.stdout, /3 layers, 2 done, 1 failed/);
  assert.match(jobs.stdout, /refused: the map does not hold 1 id of it, such as uid 70000/);
  assert.match(jobs.stdout, /failed .*gone.*no such file/);
  writeFileSync(blob, bytes);
  const again = run(gone);
  await untilWaiting(1, again);
  const repaired = await userns(["worker", "--queue", queue, "--threads", "1", "--until-empty"]);
  assert.equal(repaired.stdout, "1 shifted, 0 there before, 0 refused, 0 bad\n");
  assert.equal((await again).exit, 0);
});
