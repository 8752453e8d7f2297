/** cold/: the built package imported in a fresh process, until its engine is ready. Nanoseconds a start. */
import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { type Cases, rowOf, WASM } from "../bench.ts";
import { timingOf } from "../harness.ts";

const STARTS: readonly (readonly [name: string, program: string])[] = [
  [WASM, `const { initSync } = await import(at("core/index.js")); ready(initSync().name, "wasm");`],
  ["wasm init()", `const { init } = await import(at("core/index.js")); ready((await init()).name, "wasm");`],
  [
    "ts engine twin",
    `const { initSync } = await import(at("core/engine-ts.js")); ready(initSync().name, "typescript");`,
  ],
  ["an empty module", `await import("data:text/javascript,export {}"); ready(1, 1);`],
];

export const cold: Cases = async function* (bench) {
  const id = "cold/import-and-init";
  if (!bench.wants(id)) return;
  const dist = pathToFileURL("dist/").href;
  const samples = new Map<string, number[]>(STARTS.map(([name]) => [name, []]));
  for (let round = 0; round <= bench.rounds; round++)
    for (const [name, program] of STARTS) {
      const ns = start(dist, program);
      // The first round reads the files from disk.
      if (round > 0) samples.get(name)?.push(ns);
    }
  const timings = new Map([...samples].map(([name, list]) => [name, timingOf(list)]));
  yield rowOf({ id, n: 0, ids: "uniform", size: 1 }, timings);
};

function start(dist: string, program: string): number {
  const script = `
    const at = (path) => ${JSON.stringify(dist)} + path;
    const began = process.hrtime.bigint();
    const ready = (got, wanted) => {
      const took = process.hrtime.bigint() - began;
      if (got !== wanted) throw new Error("expected the engine " + wanted + ", got " + got);
      console.log(String(took));
    };
    ${program}`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }));
}
