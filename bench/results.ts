import type { Measured, Row, Spread } from "./row.ts";

/** What was measured, on what and how. `--json` writes it as it is. */
export interface Results {
  readonly meta: Meta;
  readonly rows: readonly Row[];
}

export interface Meta {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
  readonly nodeFlags: readonly string[];
  readonly engine: string;
  /** Size of the core's Wasm. */
  readonly wasmBytes: number;
  /** The C compiler with its version, or why there are no C rivals. */
  readonly c: string;
  readonly cFlags: Readonly<Record<string, readonly string[]>>;
  readonly seed: number;
  /** Rounds of samples a row; a side that is clearly not the fastest, or slow, has fewer. */
  readonly rounds: number;
  readonly loadAverage: readonly number[];
  /** Rivals that could not be had, and rows that were left out, with the reason. */
  readonly missing: readonly string[];
  /** Row by row: half of each side's samples lie between these figures, in the row's unit. */
  readonly spread: Readonly<Record<string, Readonly<Record<string, Spread>>>>;
  /** Row by row: the engine measured a second time, as a multiple of the first. */
  readonly noise: Readonly<Record<string, number>>;
}

/** The machine's part of {@link Meta} is the caller's; the rest comes from what was measured. */
export function resultsOf(machine: Omit<Meta, "spread" | "noise">, measured: readonly Measured[]): Results {
  const noise = measured.flatMap(({ row, noise: ratio }): [string, number][] =>
    ratio === null ? [] : [[row.id, ratio]],
  );
  return {
    meta: {
      ...machine,
      spread: Object.fromEntries(measured.map(({ row, spread }) => [row.id, spread])),
      noise: Object.fromEntries(noise),
    },
    rows: measured.map(({ row }) => row),
  };
}
