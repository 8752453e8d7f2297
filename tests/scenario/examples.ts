/** The scenarios of tests/scenarios: what a teacher would show. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Source } from "../../src/scenario/index.ts";
import { parseSource } from "../../src/source/index.ts";

function examplesIn(folder: string): readonly Source[] {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .map((path) => parseSource(readFileSync(path, "utf8"), path));
}

/** Those that a running kernel answers too. */
export const EXAMPLES = examplesIn("tests/scenarios/linux");

/** Those of fsid mappings, which no released kernel has, and the mount that does the same on one that all have. */
export const FSID_EXAMPLES = examplesIn("tests/scenarios/fsid");

/** Those of isolated namespaces, which no released kernel has. */
export const ISOLATED_EXAMPLES = examplesIn("tests/scenarios/isolated");

/** Those of setusers(), which was never merged. */
export const SETUSERS_EXAMPLES = examplesIn("tests/scenarios/setusers");

/** Those of shifted mounts, with shiftfs, idmapped mounts and what services make of them. */
const SHIFT_EXAMPLES = examplesIn("tests/scenarios/shift");

/** Those of Linux 6.18 that need a machine of their own: its disks, its cgroups, the time that it takes. */
const MACHINE_EXAMPLES = examplesIn("tests/scenarios/machine");

export const ALL_EXAMPLES = [
  ...EXAMPLES,
  ...MACHINE_EXAMPLES,
  ...ISOLATED_EXAMPLES,
  ...SETUSERS_EXAMPLES,
  ...SHIFT_EXAMPLES,
  ...FSID_EXAMPLES,
];
