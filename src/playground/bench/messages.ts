/** A workload, and what an id takes in each engine: the median of rounds that take turns, in nanoseconds. */
export interface BenchRow {
  readonly extents: number;
  readonly order: "uniform" | "sorted";
  readonly wasmNs: number;
  readonly twinNs: number;
}

/** What the worker tells. */
export type BenchMessage =
  | { readonly type: "row"; readonly row: BenchRow }
  /** There is no Wasm to measure. */
  | { readonly type: "none"; readonly why: string }
  | { readonly type: "done" };
