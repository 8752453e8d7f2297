/** tar/: layers shifted from a file into a file, both in memory where the machine has a file system for that. */
import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { idMap } from "../../src/core/index.ts";
import { type Bench, type Cases, rowOf, WASM } from "../bench.ts";
import { measure, type Side } from "../harness.ts";
import type { Measured } from "../row.ts";
import { temporaryFolder } from "../temporary.ts";
import { entriesOf, type Layer, OWNERS, writeLayer } from "./tar-layers.ts";
import { shifter } from "./tar-shift.ts";
import { plainCopy, pythonTarfile, type TarWay, tarStream, throughStream } from "./tar-ways.ts";

/** About 200 MB each. */
const LAYERS = {
  "small-files": { files: 50_000, fileBytes: 3500 },
  "large-files": { files: 10, fileBytes: 20_000_000 },
} as const satisfies Record<string, Layer>;

const SHIFT = { first: 0, lowerFirst: 100_000, count: OWNERS };
const ROUNDS = 7;

export const tar: Cases = async function* (bench) {
  const wanted = Object.entries(LAYERS).filter(([name]) => bench.wants(`tar/${name}`));
  if (wanted.length === 0) return;
  const folder = temporaryFolder(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
  for (const [name, layer] of wanted) yield await shifting(bench, `tar/${name}`, layer, folder);
};

async function shifting(bench: Bench, id: string, layer: Layer, folder: string): Promise<Measured> {
  const [input, output] = [join(folder, "in.tar"), join(folder, "out.tar")];
  const bytes = writeLayer(input, layer, bench.seed);
  const map = idMap([SHIFT]);
  const python = pythonTarfile(SHIFT);
  if (!python) bench.miss("no Python tarfile: python3 does not run");
  const sideOf = (way: TarWay): Side => ({
    name: way.name,
    kept: true,
    async time(runs) {
      const start = process.hrtime.bigint();
      for (let k = 0; k < runs; k++) await way.shift(input, output);
      return Number(process.hrtime.bigint() - start);
    },
    async sum() {
      rmSync(output, { force: true });
      await way.shift(input, output);
      return entriesOf(output).reduce((sum, field) => Math.imul(sum ^ field, 16_777_619), layer.files) >>> 0;
    },
  });
  const shifting = [throughStream(WASM, shifter(bench.wasm, map)), tarStream(map), ...(python ? [python] : [])];
  const rounds = Math.min(ROUNDS, bench.rounds);
  const timings = await measure([shifting.map(sideOf), [sideOf(plainCopy)]], { rounds, budgetMs: 6000 });
  const measured = rowOf({ id, n: 1, ids: "zipf", size: 2 * layer.files }, timings);
  const speeds = [...timings].map(([name, { median }]) => `${name} ${((bytes / median) * 1000).toFixed(0)} MB/s`);
  bench.say(`${id} (${(bytes / 1e6).toFixed(0)} MB): ${speeds.join(", ")}`);
  return measured;
}
