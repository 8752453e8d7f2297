/** The scenarios of tests/scenarios: what a teacher would show. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSource } from "../../src/cli/scenario-file.ts";
import type { Source } from "../../src/scenario/index.ts";

const FOLDER = "tests/scenarios/linux";

export const EXAMPLES: readonly Source[] = readdirSync(FOLDER)
  .sort()
  .map((name) => join(FOLDER, name))
  .map((path) => parseSource(readFileSync(path, "utf8"), path));
