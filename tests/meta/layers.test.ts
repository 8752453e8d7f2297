/** The layers of the source tree, as data: an import that points up or sideways fails here. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { test } from "node:test";
import { type Arrow, arrows, arrowsOf, files, isLocal, reachedFrom } from "./imports.ts";

const LAYERS: readonly (readonly string[])[] = [
  ["core"],
  ["formats", "kernel"],
  ["policy", "shift", "scenario", "manifest"],
  ["explain", "store", "live", "source", "image"],
  ["pack", "place"],
  ["access"],
  ["cli", "playground"],
];

/**
 * The doors of each layer beside its index.ts: other layers import these files and no others, so that what stands
 * behind them may change. The kernel layer alone takes core's files one by one: who loads it loads no engine.
 */
const DOORS: ReadonlySet<string> = new Set([
  "core/engine-ts.ts",
  "kernel/syscall/index.ts",
  // Bytes alone, so that shifting a layer loads none of the rules.
  "kernel/capability-xattr.ts",
  // Folders for the command's outputs are made as the one of a ledger is; whoever keeps a ledger needs it not.
  "store/make-folder.ts",
  // The page measures the workloads of the project's own benchmarks.
  "../bench/workloads.ts",
]);
const TAKES_CORE_BY_FILE = "kernel";

/** Layers that may import Node modules and packages. */
const HOSTED = new Set(["store", "live", "source", "cli", "playground"]);

const levelOf = (folder: string): number => LAYERS.findIndex((layer) => layer.includes(folder));
const folderOf = (path: string): string => path.split("/")[0] ?? "";

/** Why an arrow is not allowed, or null. */
function complaint(arrow: Arrow): string | null {
  const from = folderOf(arrow.from);
  if (!arrow.from.includes("/")) return isLocal(arrow) ? null : `${arrow.from} imports ${arrow.to}`;
  if (!isLocal(arrow)) {
    if (HOSTED.has(from) || (from === "core" && arrow.to === "#core-wasm")) return null;
    return `${arrow.from} imports ${arrow.to}, and ${from} must run anywhere`;
  }
  const to = folderOf(arrow.to);
  if (from === to) return null;
  if (levelOf(to) >= levelOf(from)) return `${arrow.from} imports ${arrow.to}: ${from} may not import ${to}`;
  const isDoor = arrow.to === `${to}/index.ts` || DOORS.has(arrow.to) || (to === "core" && from === TAKES_CORE_BY_FILE);
  return isDoor ? null : `${arrow.from} imports ${arrow.to}, which is no door of ${to}`;
}

test("every folder of src is in the table of layers", () => {
  const folders = new Set(files.filter((file) => file.includes("/")).map(folderOf));
  assert.deepEqual(
    [...folders].filter((folder) => levelOf(folder) < 0),
    [],
  );
});

test("the README's tree has every layer", () => {
  const readme = readFileSync("README.md", "utf8");
  for (const layer of LAYERS.flat()) assert.match(readme, new RegExp(`^src/${layer}/ +\\S`, "m"));
});

test("imports point down, enter a layer by its doors, and nothing portable imports a Node module or a package", () => {
  assert.ok(arrows.length > files.length, "the imports were read");
  assert.deepEqual(
    arrows.flatMap((arrow) => complaint(arrow) ?? []),
    [],
  );
});

test("an import that points up, sideways, past a door or out of a portable layer is found", () => {
  const bad: Arrow[] = [
    { from: "core/route.ts", to: "kernel/routes.ts" },
    { from: "shift/tar.ts", to: "policy/lint.ts" },
    { from: "formats/uid-map.ts", to: "kernel/index.ts" },
    { from: "shift/tar.ts", to: "node:fs" },
    { from: "index.ts", to: "commander" },
  ];
  assert.match(complaint({ from: "scenario/load.ts", to: "kernel/cred.ts" }) ?? "", /no door of kernel/);
  for (const arrow of bad) assert.notEqual(complaint(arrow), null, `${arrow.from} → ${arrow.to}`);
  assert.equal(complaint({ from: "kernel/cred.ts", to: "core/kuid64.ts" }), null);
  assert.equal(complaint({ from: "cli/map.ts", to: "core/engine-ts.ts" }), null);
  assert.equal(arrowsOf("shift/tar.ts", 'import type {\n  A,\n} from "../policy/lint.ts";').length, 1);
});

test("Node modules are imported by their node: names only", () => {
  const bare = arrows.filter((arrow) => builtinModules.includes(arrow.to));
  assert.deepEqual(bare, []);
});

test("who loads the kernel layer loads no engine", () => {
  const loaded = reachedFrom("kernel/index.ts", arrows);
  assert.ok(loaded.has("kernel/world.ts") && loaded.has("core/kuid64.ts"), "the imports were followed");
  assert.deepEqual(
    [...loaded].filter((file) => /engine-(?:wasm|ts)|#core-wasm/.test(file)),
    [],
  );
});

test("every door is there, and used", () => {
  for (const door of DOORS)
    assert.ok(
      arrows.some(({ from, to }) => to === door && folderOf(from) !== folderOf(door)),
      door,
    );
});
