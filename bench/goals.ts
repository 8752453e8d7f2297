/** The ratios that the engine is to reach, as a table, and whether the rows reach them. */
import { NAIVE } from "./bench.ts";
import type { Results } from "./results.ts";
import type { Row } from "./row.ts";

interface Goal {
  readonly what: string;
  readonly bound: number;
  readonly is: "at most" | "at least";
  readonly unit?: string;
  /** Better than the goal, and what is worked towards. */
  readonly aim?: number;
  /** The figure of each case that the goal is about. */
  readonly figures: (results: Results) => readonly Figure[];
}

interface Figure {
  readonly id: string;
  readonly value: number;
}

/** A goal and what became of it. */
export interface Outcome {
  readonly what: string;
  readonly goal: string;
  readonly state: "reached" | "NOT reached" | "not measured";
  /** The case that is furthest from the goal, or closest to missing it. */
  readonly worst: Figure | null;
  readonly best: Figure | null;
  readonly cases: number;
  readonly reached: number;
  /** How many of the cases reach the aim; null where there is none. */
  readonly aimed: string | null;
}

type Field = "tsNs" | "cKernelNs" | "memcpyNs";

/** Rows whose id starts so, of these numbers of extents and these orders. */
interface Choice {
  readonly prefix: string;
  readonly n?: readonly number[];
  readonly ids?: readonly Row["ids"][];
}

function chosen({ rows }: Results, { prefix, n, ids }: Choice): readonly Row[] {
  return rows.filter(
    (row) => row.id.startsWith(prefix) && (!n || n.includes(row.n)) && (!ids || ids.includes(row.ids)),
  );
}

function figuresOf(choice: Choice, value: (row: Row) => number | null | undefined): Goal["figures"] {
  return (results) =>
    chosen(results, choice).flatMap((row) => {
      const figure = value(row);
      return figure === null || figure === undefined ? [] : [{ id: row.id, value: figure }];
    });
}

/** How many times faster the engine is. */
const timesFasterThan = (field: Field) => (row: Row) => ratio(row[field], row.wasmNs);
const timesFasterThanRival = (name: string) => (row: Row) => ratio(row.rivals[name], row.wasmNs);
/** How many times slower the engine is. */
const timesSlowerThan = (field: Field) => (row: Row) => ratio(row.wasmNs, row[field]);

function ratio(a: number | null | undefined, b: number | null): number | null {
  return typeof a === "number" && typeof b === "number" && b > 0 ? a / b : null;
}

/** How many times faster the engine is than the fastest rival of a sort, by the beginnings of its names. */
const timesFasterThanAny =
  (...names: readonly string[]) =>
  ({ rivals, wasmNs }: Row) => {
    const times = Object.entries(rivals).flatMap(([name, ns]) =>
      names.some((sort) => name.startsWith(sort)) ? [ns] : [],
    );
    return times.length === 0 ? null : ratio(Math.min(...times), wasmNs);
  };

const bulk = (n: readonly number[], ids?: readonly Row["ids"][]): Choice => ({
  prefix: "bulk/",
  n,
  ...(ids ? { ids } : {}),
});

const rivalNs = (row: Row): number | null => row.rivals.durable ?? null;
const perSecond = (row: Row): number | null => ratio(1e9, rivalNs(row));
const wholeMs = (row: Row): number | null => ratio(rivalNs(row), 1e6 / row.size);

/** Claims a second of one client and of 16 processes, by store. */
const CLAIMS: readonly (readonly [what: string, row: string, atLeast: number])[] = [
  ["SQLite, one client", "alloc/sqlite-claim-1", 3000],
  ["SQLite, 16 processes", "alloc/sqlite-claim-16", 3000],
  ["PostgreSQL, one client", "alloc/postgres-claim-1", 1500],
  ["PostgreSQL, 16 processes", "alloc/postgres-claim-16", 1000],
];

export const GOALS: readonly Goal[] = [
  ...(
    [
      [1, 2.2],
      [2, 3],
      [5, 4],
    ] as const
  ).map(
    ([n, bound]): Goal => ({
      what: `1M ids in Wasm memory, ${n} ${n === 1 ? "extent" : "extents"}, time against memcpy`,
      bound,
      is: "at most",
      unit: "×",
      figures: figuresOf(bulk([n]), timesSlowerThan("memcpyNs")),
    }),
  ),
  ...[1, 2, 5].map(
    (n): Goal => ({
      what: `1M ids in Wasm memory, ${n} ${n === 1 ? "extent" : "extents"}, every order, against the best TypeScript`,
      bound: 5,
      is: "at least",
      unit: "×",
      figures: figuresOf(bulk([n]), timesFasterThan("tsNs")),
    }),
  ),
  ...[16, 64, 340].map(
    (n): Goal => ({
      what: `${n} extents, uniform ids, against the best TypeScript`,
      bound: 1.6,
      is: "at least",
      unit: "×",
      aim: 2,
      figures: figuresOf(bulk([n], ["uniform"]), timesFasterThan("tsNs")),
    }),
  ),
  ...[16, 64, 340].map(
    (n): Goal => ({
      what: `${n} extents, sorted ids or runs, against the best TypeScript`,
      bound: 5,
      is: "at least",
      unit: "×",
      figures: figuresOf(bulk([n], ["sorted", "runs"]), timesFasterThan("tsNs")),
    }),
  ),
  {
    what: "340 extents, uniform ids, against native C of the kernel's algorithm",
    bound: 10,
    is: "at least",
    unit: "×",
    figures: figuresOf(bulk([340], ["uniform"]), timesFasterThan("cKernelNs")),
  },
  {
    what: "JavaScript-owned arrays, 10M ids, 1–5 extents, against the best TypeScript",
    bound: 2,
    is: "at least",
    unit: "×",
    figures: figuresOf({ prefix: "owned/", n: [1, 2, 5] }, timesFasterThan("tsNs")),
  },
  {
    what: "JavaScript-owned arrays, 10M ids, 340 extents, against the best TypeScript",
    bound: 1.2,
    is: "at least",
    unit: "×",
    figures: figuresOf({ prefix: "owned/", n: [340] }, timesFasterThan("tsNs")),
  },
  {
    what: "a route of 4 hops flattened, 1–2 extents a hop, against hop by hop",
    bound: 3.5,
    is: "at least",
    unit: "×",
    figures: figuresOf({ prefix: "route/", n: [1, 2] }, timesFasterThanRival("wasm hop by hop")),
  },
  {
    what: "a route of 4 hops flattened, 340 extents a hop, against hop by hop",
    bound: 1.5,
    is: "at least",
    unit: "×",
    figures: figuresOf({ prefix: "route/", n: [340] }, timesFasterThanRival("wasm hop by hop")),
  },
  ...[1, 5, 340].map(
    (n): Goal => ({
      what: `64-bit ids, classical and isolated mixed, by two isolated namespaces to a disk, ${n} ${n === 1 ? "extent" : "extents"} a map, against the best TypeScript on pairs of u32s`,
      bound: 2,
      is: "at least",
      unit: "×",
      figures: figuresOf({ prefix: "kuid64/across-", n: [n] }, timesFasterThan("tsNs")),
    }),
  ),
  {
    what: "the same, against the fastest BigInt",
    bound: 30,
    is: "at least",
    unit: "×",
    figures: figuresOf({ prefix: "kuid64/across-" }, timesFasterThanAny(NAIVE, "ts BigInt")),
  },
  ...["packed", "split"].map(
    (layout): Goal => ({
      what: `64-bit ids up into an isolated namespace, ${layout}, against the best TypeScript on pairs of u32s`,
      bound: 2,
      is: "at least",
      unit: "×",
      figures: figuresOf({ prefix: `kuid64/${layout}-` }, timesFasterThan("tsNs")),
    }),
  ),
  {
    what: "who may do what with a million inodes, 1 or 8 users, against the best TypeScript",
    bound: 5,
    is: "at least",
    unit: "×",
    figures: figuresOf({ prefix: "access/" }, timesFasterThan("tsNs")),
  },
  {
    what: "loading a 340-line map, a direction, its bulk tables included",
    bound: 250,
    is: "at most",
    unit: " µs",
    figures: figuresOf({ prefix: "map-load/", n: [340] }, (row) => (row.wasmNs === null ? null : row.wasmNs / 1000)),
  },
  {
    what: "`userns/core` imported and ready in a fresh process",
    bound: 5,
    is: "at most",
    unit: " ms",
    figures: figuresOf({ prefix: "cold/" }, (row) => (row.wasmNs === null ? null : row.wasmNs / 1e6)),
  },
  {
    what: "size of the Wasm core",
    bound: 16,
    is: "at most",
    unit: " kB",
    figures: ({ meta }) => [{ id: "core.wasm", value: meta.wasmBytes / 1000 }],
  },
  {
    what: "shifting a layer, speed as a part of a plain copy's",
    bound: 0.85,
    is: "at least",
    unit: "×",
    figures: figuresOf({ prefix: "tar/" }, timesFasterThanRival("plain copy")),
  },
  {
    what: "shifting 50,000 small files, against tar-stream",
    bound: 1.4,
    is: "at least",
    unit: "×",
    figures: figuresOf({ prefix: "tar/small" }, timesFasterThanRival("tar-stream")),
  },
  {
    what: "shifting 50,000 small files, against Python's tarfile",
    bound: 10,
    is: "at least",
    unit: "×",
    figures: figuresOf({ prefix: "tar/small" }, timesFasterThanRival("Python tarfile")),
  },
  ...CLAIMS.map(
    ([what, id, bound]): Goal => ({
      what: `claims that are on disk, ${what}`,
      bound,
      is: "at least",
      unit: " /s",
      figures: (results) => figuresOf({ prefix: id }, perSecond)(results).filter((figure) => figure.id === id),
    }),
  ),
  {
    what: "1,000 claims in one call",
    bound: 100,
    is: "at most",
    unit: " ms",
    figures: (results) =>
      ["alloc/sqlite-bulk", "alloc/postgres-bulk"].flatMap((prefix) => figuresOf({ prefix }, wholeMs)(results)),
  },
  {
    what: "who has an id, among 100,000 ranges in SQLite",
    bound: 1,
    is: "at most",
    unit: " ms",
    figures: figuresOf({ prefix: "alloc/sqlite-who-owns" }, (row) => ratio(rivalNs(row), 1e6)),
  },
];

/** What became of every goal. A goal is reached when every case of it is. */
export function outcomes(results: Results, goals: readonly Goal[] = GOALS): Outcome[] {
  return goals.map(({ what, bound, is, unit = "", aim, figures }) => {
    const all = [...figures(results)].sort((a, b) => (is === "at least" ? a.value - b.value : b.value - a.value));
    const reaches = (limit: number) => all.filter(({ value }) => (is === "at least" ? value >= limit : value <= limit));
    const reached = reaches(bound).length;
    return {
      what,
      goal: `${is === "at least" ? "≥" : "≤"} ${bound}${unit}`,
      state: all.length === 0 ? "not measured" : reached === all.length ? "reached" : "NOT reached",
      worst: all[0] ?? null,
      best: all.at(-1) ?? null,
      cases: all.length,
      reached,
      aimed: aim === undefined ? null : `${reaches(aim).length} of ${all.length} reach the aim of ${aim}${unit}`,
    };
  });
}

/** A row that the engine loses, and to whom. */
export interface Loss {
  readonly id: string;
  readonly rival: string;
  readonly ratio: number;
}

/** Rows in which a rival of a sort (by the beginning of its name) is faster, the worst first; its fastest counts. */
export function losses({ rows }: Results, prefixes: readonly string[]): Loss[] {
  return rows
    .flatMap((row) => {
      const faster = Object.entries(row.rivals)
        .filter(
          ([name, ns]) => prefixes.some((prefix) => name.startsWith(prefix)) && row.wasmNs !== null && ns < row.wasmNs,
        )
        .sort(([, a], [, b]) => a - b)[0];
      return faster && row.wasmNs !== null ? [{ id: row.id, rival: faster[0], ratio: row.wasmNs / faster[1] }] : [];
    })
    .sort((a, b) => b.ratio - a.ratio);
}
