/** RESULTS.md: what was measured on, the goals, the rows we lose, and every row. */
import { type Loss, losses, type Outcome, outcomes } from "./goals.ts";
import { medianOf } from "./harness.ts";
import type { Results } from "./results.ts";
import type { Row } from "./row.ts";

const SECTIONS: readonly (readonly [prefix: string, title: string, note: string])[] = [
  [
    "bulk/",
    "A million ids in Wasm memory",
    "From one column to another. Unmapped ids are counted by the engine, not by its rivals.",
  ],
  ["owned/", "Ten million ids in JavaScript's arrays", "The engine copies windows of them in and out."],
  ["one/", "One id a call", "benchmark.js tables, not interleaved. Wasm does not help here."],
  ["route/", "Four hops", "`wasm hop by hop` is the engine as well, a pass over the ids for every hop."],
  [
    "kuid64/",
    "64-bit kernel ids",
    "memcpy copies 8 bytes an id. Naive TypeScript is BigInt, or the route walked id by id.",
  ],
  [
    "access/",
    "Who may do what",
    "A million inodes, each asked for one user or for eight: nanoseconds an inode and user. Owners and modes are random, or in runs such as an image has. Naive TypeScript is the rules as they are written down.",
  ],
  ["map-load/", "Loading a map", "Nanoseconds a load, not an id."],
  [
    "tar/",
    "Shifting an image layer",
    "Nanoseconds an owner (two an entry): a file of about 200 MB read, shifted and written, both in memory where the machine has /dev/shm. A gigabyte would take Python too long. Maps have one extent; three of four owners are root.",
  ],
  [
    "alloc/",
    "Handing out ranges",
    "Nanoseconds a claim, on disk before it is answered: by one client, by 16 processes on the same store (all their claims by the time of the slowest), 1,000 in one call; and a question who has an id, among 100,000 ranges. PostgreSQL runs on the same machine. None of it has a rival: the columns of the engines are empty.",
  ],
  ["cold/", "Cold start", "Nanoseconds a start: import and init in a fresh process."],
];

export function report(results: Results): string {
  const { meta } = results;
  return [
    "# Results of `npm run bench`",
    "Written by the command; not edited. All times are medians in nanoseconds per id unless a section says otherwise; a bracket holds half of the samples. Ratios hold between columns of one row, which were measured in turns in one run.",
    table(
      ["", ""],
      [
        ["date", meta.date],
        [
          "CPU",
          `${meta.cpu}, ${meta.cores} cores, load average ${meta.loadAverage.map((load) => load.toFixed(2)).join(" ")}`,
        ],
        ["platform", meta.platform],
        ["Node, V8", `${meta.node}, ${meta.v8}`],
        ["flags of Node", meta.nodeFlags.join(" ") || "none"],
        ["engine", `${meta.engine}, ${meta.wasmBytes} bytes of Wasm`],
        [
          "C",
          `${meta.c}; ${Object.entries(meta.cFlags)
            .map(([file, flags]) => `${file} ${flags.join(" ")}`)
            .join("; ")}`,
        ],
        ["seed", String(meta.seed)],
        ["rounds a row", `${meta.rounds}; a side that is slow, or clearly not the fastest of its sort, has fewer`],
        ["noise floor (A/A)", noiseOf(results)],
        ...meta.missing.map((reason) => ["missing", reason]),
      ],
    ),
    "## Goals",
    "A goal is reached when every case of it is; the case shown is the worst.",
    goalsTable(outcomes(results)),
    "## How to read this",
    "The kernel translates one id at a time, in a system call; its algorithm in native C is a scalar lookup, set here against our bulk one, which has a million ids at hand and may look at many of them together. It does not say that the kernel is slow at what it does. Our own algorithms in native C, with the widest vectors that the CPU has, are in the column “C best”.",
    "Wasm does not help with one id a call, where crossing into it costs as much as the lookup; with packing arrays that JavaScript owns; or where a pipe or a disk is the limit. With many extents and ids in random order it is faster than tuned TypeScript by the small factors in the goals above, not tenfold.",
    "## Rows we lose",
    "To TypeScript:",
    lossTable(losses(results, ["ts "])),
    "To our own algorithms in native C, or to other tools:",
    lossTable(losses(results, ["c vertical", "c trie", "c kernel", "plain", "tar-stream", "Python"])),
    ...SECTIONS.flatMap(([prefix, title, note]) => section(results, prefix, title, note)),
  ]
    .join("\n\n")
    .concat("\n");
}

function noiseOf({ meta: { noise } }: Results): string {
  const off = Object.values(noise).map((ratio) => Math.abs(ratio - 1));
  if (off.length === 0) return "not measured";
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
  return `the engine against itself differs by ${percent(medianOf(off))} (median of ${off.length} rows), at most ${percent(Math.max(...off))}`;
}

function goalsTable(all: readonly Outcome[]): string {
  return table(
    ["goal", "to reach", "state", "worst case", "best case", "cases that reach it"],
    all.map(({ what, goal, state, worst, best, reached, cases, aimed }) => [
      what,
      goal,
      state === "NOT reached" ? "**NOT reached**" : state,
      worst ? `${figure(worst.value)} (${worst.id})` : "",
      best ? `${figure(best.value)} (${best.id})` : "",
      `${reached} of ${cases}${aimed ? `; ${aimed}` : ""}`,
    ]),
  );
}

function lossTable(all: readonly Loss[]): string {
  if (all.length === 0) return "none.";
  return table(
    ["row", "to", "it is faster by"],
    all.map(({ id, rival, ratio }) => [id, rival, `${figure(ratio)}×`]),
  );
}

function section(results: Results, prefix: string, title: string, note: string): string[] {
  const rows = results.rows.filter(({ id }) => id.startsWith(prefix));
  if (rows.length === 0) return [];
  const names = [...new Set(rows.flatMap(({ rivals }) => Object.keys(rivals)))];
  return [
    `## ${title}`,
    note,
    table(
      ["row", "n", "size", "Wasm", "best TS", "naive TS", "kernel's C", "C best", "memcpy", "TS/W", "K/W", "W/memcpy"],
      rows.map((row) => [
        row.id,
        String(row.n),
        String(row.size),
        withSpread(results, row),
        bestOf(row),
        figure(row.tsNaiveNs),
        figure(row.cKernelNs),
        figure(row.cBestNs),
        figure(row.memcpyNs),
        over(row.tsNs, row.wasmNs),
        over(row.cKernelNs, row.wasmNs),
        over(row.wasmNs, row.memcpyNs),
      ]),
    ),
    "Every rival:",
    table(
      ["row", ...names],
      rows.map(({ id, rivals }) => [id, ...names.map((name) => figure(rivals[name] ?? null))]),
    ),
  ];
}

function withSpread({ meta }: Results, { id, wasmNs }: Row): string {
  const spread = meta.spread[id]?.wasm;
  return spread ? `**${figure(wasmNs)}** [${figure(spread.low)}–${figure(spread.high)}]` : `**${figure(wasmNs)}**`;
}

function bestOf({ tsNs, rivals }: Row): string {
  const name = Object.keys(rivals).find((rival) => rival.startsWith("ts ") && rivals[rival] === tsNs);
  return name ? `${figure(tsNs)} ${name.slice(3)}` : figure(tsNs);
}

function over(a: number | null, b: number | null): string {
  return a === null || b === null ? "" : figure(a / b);
}

/** Three significant digits; blank for a figure that there is not. */
function figure(value: number | null): string {
  if (value === null) return "";
  if (value >= 1000) return Math.round(value).toString();
  return Number(value.toPrecision(3)).toString();
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
