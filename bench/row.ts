import type { Order } from "./workloads.ts";

/**
 * One measured case. All times are nanoseconds per id (per inode and user for `access/`, per load for `map-load/`, per
 * start for `cold/`, per claim or question for `alloc/`), medians; null where there is no such rival.
 */
export interface Row {
  /** `bulk/ owned/ one/ route/ kuid64/ access/ map-load/ tar/ alloc/ cold/`, then the case. */
  readonly id: string;
  /** Extents of the map; of each map for a route. */
  readonly n: number;
  readonly ids: Order;
  /** How many ids were translated in one go. */
  readonly size: number;
  readonly wasmNs: number | null;
  /** The fastest TypeScript, whichever that is; each is in `rivals`. */
  readonly tsNs: number | null;
  readonly tsNaiveNs: number | null;
  readonly cKernelNs: number | null;
  readonly cBestNs: number | null;
  readonly memcpyNs: number | null;
  readonly rivals: Readonly<Record<string, number>>;
}

/** Half of a side's samples lie between `low` and `high`. */
export interface Spread {
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/** A row and how far its samples lie apart, a side by its name. */
export interface Measured {
  readonly row: Row;
  readonly spread: Readonly<Record<string, Spread>>;
  /** How many times slower the engine measured against itself; null where it ran only once. */
  readonly noise: number | null;
}
