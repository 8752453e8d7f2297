/** cold/: the built package imported in a fresh process, until its engine is ready. Nanoseconds a start. */
import { execFileSync } from "node:child_process";
import { type Cases, rowOf, WASM } from "../bench.ts";
import { timingOf } from "../harness.ts";

interface Start {
  readonly name: string;
  /** Arguments of cold-start.mjs: what is imported, and which function of it makes the engine. */
  readonly program: readonly string[];
  /** The name of the engine. */
  readonly engine: string | null;
}

const STARTS: readonly Start[] = [
  { name: WASM, program: ["../dist/core/index.js", "initSync"], engine: "wasm" },
  { name: "wasm init()", program: ["../dist/core/index.js", "init"], engine: "wasm" },
  { name: "wasm by package name", program: ["userns/core", "initSync"], engine: "wasm" },
  { name: "ts engine twin", program: ["../dist/core/engine-ts.js", "initSync"], engine: "typescript" },
  { name: "an empty module", program: ["./cold-empty.mjs"], engine: null },
];

export const cold: Cases = async function* (bench) {
  const id = "cold/import-and-init";
  if (!bench.wants(id)) return;
  const samples = new Map<string, number[]>(STARTS.map(({ name }) => [name, []]));
  for (let round = 0; round <= bench.rounds; round++)
    for (const each of STARTS) {
      const ns = start(each);
      // The first round reads the files from disk.
      if (round > 0) samples.get(each.name)?.push(ns);
    }
  const timings = new Map([...samples].map(([name, list]) => [name, timingOf(list)]));
  yield rowOf({ id, n: 0, ids: "uniform", size: 1 }, timings);
};

function start({ program, engine }: Start): number {
  const output = execFileSync(process.execPath, ["bench/cold-start.mjs", ...program], { encoding: "utf8" });
  const started: { readonly ns: number; readonly engine: string | null } = JSON.parse(output);
  if (started.engine !== engine)
    throw new Error(`${program[0]}: expected the engine ${engine} (got ${started.engine})`);
  return started.ns;
}
