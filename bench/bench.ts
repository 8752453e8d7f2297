import type { Engine, IdMap, Route, SegmentTable } from "../src/core/index.ts";
import { flattenRoute } from "../src/core/index.ts";
import type { CRivals } from "./c-rivals.ts";
import { type HarnessOptions, measure, type Side, side, type Timing } from "./harness.ts";
import { naiveObjects, TS_RIVALS } from "./rivals/ts/index.ts";
import type { Measured, Row } from "./row.ts";
import { v128Copy } from "./v128-copy.ts";

/** What every case is given. */
export interface Bench {
  readonly wasm: Engine;
  readonly twin: Engine;
  /** null where there is no C compiler. */
  readonly c: CRivals | null;
  readonly seed: number;
  /** Rounds of samples; fewer with `--quick`. */
  readonly rounds: number;
  /** With `--quick`, the longest rows are measured on fewer ids, too. */
  readonly isQuick: boolean;
  /** Was this row asked for? */
  wants(id: string): boolean;
  say(text: string): void;
  /** Say, and put into the report, that a rival or a row could not be had. */
  miss(reason: string): void;
}

/** Cases of one kind, measured one after the other. */
export type Cases = (bench: Bench) => AsyncGenerator<Measured>;

/** For ten million ids at a time: fewer rounds, since a sample is ten times longer. */
export function longRuns(bench: Bench): HarnessOptions {
  return { rounds: Math.min(7, bench.rounds), budgetMs: 600 };
}

type Head = Pick<Row, "id" | "n" | "ids" | "size">;

export const WASM = "wasm";
/** The same side a second time: how far two equal things measure apart. */
export const AGAIN = "wasm again";
/** The side that counts as naive TypeScript. */
export const NAIVE = `ts ${naiveObjects.name}`;

/** A route of one hop down. */
export function routeDown(map: IdMap): Route {
  return [{ direction: "down", map, name: "map" }];
}

/** The table of a route that begins with ids inside a namespace. */
export function tableOf(route: Route): SegmentTable {
  return flattenRoute(route).tables.get(0) ?? [];
}

/** Every TypeScript rival that serves the map, loaded with it. */
export function tsSides(
  table: SegmentTable,
  map: IdMap | null,
  from: () => Uint32Array,
  to: () => Uint32Array,
): Side[] {
  return TS_RIVALS.filter((rival) => rival.load(table, map)).map((rival) =>
    side(`ts ${rival.name}`, () => rival.run(from(), to()), to, rival === naiveObjects),
  );
}

/**
 * Copies of as many bytes: `TypedArray.set` on the ids themselves, and a v128 loop in Wasm. C's memcpy is among the C
 * sides. They translate nothing, and so are measured without a checksum of their own.
 */
export async function copySides(ids: Uint32Array, from: () => Uint32Array, to: () => Uint32Array): Promise<Side[]> {
  const loop = await v128Copy(ids.length);
  loop.from.set(ids);
  return [side("copy set", () => to().set(from()), to, true), side("copy v128", loop.run, () => loop.to, true)];
}

/** Measure translating sides and copying ones in the same rounds. The copies must agree among themselves. */
export async function measureRow(
  bench: Bench,
  head: Head,
  translating: readonly Side[],
  copying: readonly Side[] = [],
  options: Partial<HarnessOptions> = {},
): Promise<Measured> {
  const timings = await measure([translating, copying], { rounds: bench.rounds, ...options });
  const measured = rowOf(head, timings);
  bench.say(describe(measured.row));
  return measured;
}

/** Nanoseconds per id, from nanoseconds a run. */
export function rowOf(head: Head, timings: ReadonlyMap<string, Timing>): Measured {
  const per = (ns: number): number => Number((ns / head.size).toPrecision(5));
  const best = (is: (name: string) => boolean): number | null => {
    const medians = [...timings].flatMap(([name, { median }]) => (is(name) ? [median] : []));
    return medians.length > 0 ? per(Math.min(...medians)) : null;
  };
  const others = [...timings].filter(([name]) => name !== WASM && name !== AGAIN);
  const again = timings.get(AGAIN);
  const wasm = timings.get(WASM);
  return {
    row: {
      ...head,
      wasmNs: best((name) => name === WASM),
      tsNs: best((name) => name.startsWith("ts ")),
      tsNaiveNs: best((name) => name === NAIVE),
      cKernelNs: best((name) => name === "c kernel"),
      cBestNs: best((name) => name === "c vertical" || name === "c trie"),
      memcpyNs: best((name) => name.startsWith("copy ") || name === "c memcpy"),
      rivals: Object.fromEntries(others.map(([name, { median }]) => [name, per(median)])),
    },
    spread: Object.fromEntries(
      [...timings].map(([name, { low, high, samples }]) => [name, { low: per(low), high: per(high), samples }]),
    ),
    noise: again && wasm ? again.median / wasm.median : null,
  };
}

function describe({ id, wasmNs, tsNs, cKernelNs, memcpyNs, rivals }: Row): string {
  const fastest = Object.entries(rivals).find(([name, ns]) => name.startsWith("ts ") && ns === tsNs);
  const figures = { wasm: wasmNs, ts: tsNs, "c kernel": cKernelNs, memcpy: memcpyNs };
  const shown = Object.entries(figures).flatMap(([name, ns]) => (ns === null ? [] : [`${name} ${ns.toPrecision(3)}`]));
  return `${id.padEnd(28)} ${shown.join("  ")}${fastest ? `  (${fastest[0]})` : ""}`;
}
