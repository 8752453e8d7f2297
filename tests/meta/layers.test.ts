/** The layers of the source tree, as data: an import that points up or sideways fails here. */
import assert from "node:assert/strict";
import { builtinModules } from "node:module";
import { test } from "node:test";
import { type Arrow, arrows, arrowsOf, files, isLocal } from "./imports.ts";

const LAYERS: readonly (readonly string[])[] = [
  ["core"],
  ["formats", "kernel"],
  ["policy", "shift", "scenario"],
  ["explain", "store", "live"],
  ["cli", "playground"],
];

/** The one arrow that points sideways: the kernel's own reading of a uid_map has one home. */
const SIDEWAYS: readonly (readonly [from: string, to: string])[] = [["formats", "kernel/map-write.ts"]];

/** Layers that may import Node modules and packages. */
const HOSTED = new Set(["store", "live", "cli", "playground"]);

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
  if (SIDEWAYS.some(([source, target]) => source === from && target === arrow.to)) return null;
  return levelOf(to) < levelOf(from) ? null : `${arrow.from} imports ${arrow.to}: ${from} may not import ${to}`;
}

test("every folder of src is in the table of layers", () => {
  const folders = new Set(files.filter((file) => file.includes("/")).map(folderOf));
  assert.deepEqual(
    [...folders].filter((folder) => levelOf(folder) < 0),
    [],
  );
});

test("imports point down, and nothing portable imports a Node module or a package", () => {
  assert.ok(arrows.length > files.length, "the imports were read");
  assert.deepEqual(
    arrows.flatMap((arrow) => complaint(arrow) ?? []),
    [],
  );
});

test("an import that points up, sideways or out of a portable layer is found", () => {
  const bad: Arrow[] = [
    { from: "core/route.ts", to: "kernel/routes.ts" },
    { from: "shift/tar.ts", to: "policy/lint.ts" },
    { from: "formats/uid-map.ts", to: "kernel/cred.ts" },
    { from: "shift/tar.ts", to: "node:fs" },
    { from: "index.ts", to: "commander" },
  ];
  for (const arrow of bad) assert.notEqual(complaint(arrow), null, `${arrow.from} → ${arrow.to}`);
  assert.equal(complaint({ from: "formats/uid-map.ts", to: "kernel/map-write.ts" }), null);
  assert.equal(arrowsOf("shift/tar.ts", 'import type {\n  A,\n} from "../policy/lint.ts";').length, 1);
});

test("Node modules are imported by their node: names only", () => {
  const bare = arrows.filter((arrow) => builtinModules.includes(arrow.to));
  assert.deepEqual(bare, []);
});
