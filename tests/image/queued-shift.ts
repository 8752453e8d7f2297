/** Images of many small layers, shifted through a queue by workers of which one is killed. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { folderFor, startUserns, userns } from "../cli/command.ts";
import { need } from "../need.ts";
import { archive, entry, id7 } from "../shift/archive.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "../store/postgres-server.ts";
import { gzipped, layersOf, layoutOf, plain, readFolder, sha256, type TestLayer, writeFolder } from "./build-image.ts";

export const MAP = "0:100000:65536";

const bin = postgresPrograms();
const PACKAGE = "pg-boss";
const hasBoss = await import(PACKAGE).then(
  () => true,
  () => false,
);
let server: PostgresServer | null = null;
before(async () => {
  server = bin === null ? null : await startPostgres(bin);
});
after(() => server?.remove());

/** The address of a new queue; null where there is none to be had. */
export function queueFor(t: TestContext): string | null {
  if (!need(t, server !== null, "a PostgreSQL server (Debian's postgresql)") || !server) return null;
  return need(t, hasBoss, "the package pg-boss") ? server.database() : null;
}

/** What is alike in all layers of a run: how they are packed, and the bytes of each one's file. */
export interface LayerSort {
  readonly pack: (tar: Uint8Array) => TestLayer;
  readonly body: Uint8Array;
}

export const SMALL: LayerSort = { pack: plain, body: new Uint8Array(0) };

/** Layers whose bytes, and not the queue, are the work: text of a size, packed. */
export function large(size: number): LayerSort {
  let state = 1;
  const words = Array.from({ length: 4096 }, () => {
    state = (state * 48271) % 0x7fff_ffff;
    return state.toString(36);
  });
  let text = "";
  while (text.length < size) {
    state = (state * 48271) % 0x7fff_ffff;
    text += `${words[state % words.length]} `;
  }
  return { pack: gzipped, body: Buffer.from(text.slice(0, size)) };
}

const tarOf = (at: number, by: number, { body }: LayerSort) =>
  archive(entry({ name: `srv/file-${at}`, uid: id7(by + (at % 1000)), gid: id7(by + 33) }, body));

/** Layers of a file each, no two alike. */
export function manyLayers(count: number, from = 0, sort = SMALL): TestLayer[] {
  return Array.from({ length: count }, (_, at) => sort.pack(tarOf(from + at, 0, sort)));
}

/** What each layer becomes when it is shifted alone. */
const shiftedTar = (at: number, sort: LayerSort) => tarOf(at, 100000, sort);

export function imagesIn(folder: string, images: number, layersEach: number, sort = SMALL): string[] {
  return Array.from({ length: images }, (_, image) =>
    writeFolder(layoutOf(...manyLayers(layersEach, image * layersEach, sort)), join(folder, `in/app-${image}`)),
  );
}

/** Every image is whole, its layers are the right ones, and the folder of layers holds each once and nothing else. */
export function checkOutput(out: string, images: number, layersEach: number, sort = SMALL): void {
  const expected = Array.from({ length: images * layersEach }, (_, at) => sha256(shiftedTar(at, sort)));
  const names = Array.from({ length: images }, (_, image) => `app-${image}`);
  const tars = names.flatMap((name) => (layersOf(readFolder(join(out, name)))[0] ?? []).map(sha256));
  assert.deepEqual(tars, expected);
  assert.deepEqual(readdirSync(out).sort(), [".userns-layers", ...names].sort());
  const blobs = join(out, ".userns-layers/blobs/sha256");
  const kept = readdirSync(blobs).map((name) => {
    const packed = readFileSync(join(blobs, name));
    assert.equal(sha256(packed), `sha256:${name}`);
    return sha256(sort.pack === gzipped ? gunzipSync(packed) : packed);
  });
  assert.deepEqual(kept.sort(), [...new Set(expected)].sort());
}

/** Wait for what a piece of work brings about; an error where it ends without. */
export async function until(holds: () => boolean | Promise<boolean>, work: Promise<unknown>): Promise<void> {
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
  };
  work.then(end, end);
  while (!(await holds())) {
    assert.ok(!hasEnded, "it ended before what was waited for");
    await pause(5);
  }
}

/** Two workers of their own processes, one killed once half of the layers are there. */
export async function shiftWithAKill(t: TestContext, images: number, layersEach: number, sort = SMALL): Promise<void> {
  const queue = queueFor(t);
  if (queue === null) return;
  const folder = folderFor(t);
  const froms = imagesIn(folder, images, layersEach, sort);
  const [out, alone] = [join(folder, "out"), join(folder, "alone")];
  const blobs = join(out, ".userns-layers/blobs/sha256");
  const total = images * layersEach;
  const aloneBegan = performance.now();
  assert.equal((await userns(["image", "shift", "--all", ...froms, alone, "--map", MAP, "--threads", "1"])).exit, 0);
  const aloneMs = performance.now() - aloneBegan;
  const worker = () => startUserns(["worker", "--queue", queue, "--threads", "1", "--json"]);
  const [first, second] = [worker(), worker()];
  t.after(() => [first, second].map(({ child }) => child.kill("SIGKILL")));
  const began = performance.now();
  const shift = userns(["image", "shift", "--all", ...froms, out, "--map", MAP, "--queue", queue, "--silence", "2s"]);
  await until(() => existsSync(blobs) && readdirSync(blobs).length >= total / 2, Promise.race([shift, first.ended]));
  first.child.kill("SIGKILL");
  assert.equal((await first.ended).signal, "SIGKILL");
  const { exit, stderr } = await shift;
  const queuedMs = performance.now() - began;
  assert.equal(exit, 0, stderr);
  checkOutput(out, images, layersEach, sort);
  const jobs = JSON.parse((await userns(["jobs", "--queue", queue, "--json"])).stdout);
  assert.equal(jobs.layers.length, total);
  const workers = new Map<string, number>();
  for (const { state, outcome } of jobs.layers) {
    assert.equal(state, "done");
    workers.set(outcome.by, (workers.get(outcome.by) ?? 0) + 1);
  }
  second.child.kill("SIGTERM");
  const ended = await second.ended;
  assert.equal(ended.exit, 0, ended.stderr);
  assert.equal(workers.size, 2, "both had a part in it");
  t.diagnostic(
    `${total} layers: ${Math.round(aloneMs)} ms by one thread, ${Math.round(queuedMs)} ms by two workers of which one was killed, ${(aloneMs / queuedMs).toFixed(2)} times as fast; shares ${[...workers.values()].join(" and ")}`,
  );
}
