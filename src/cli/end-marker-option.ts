import { Option } from "commander";
import type { EndMarkerRule } from "../shift/index.ts";

const RULES: readonly EndMarkerRule[] = ["require", "optional"];

/** The option of every command that reads a layer: what becomes of one without the blocks of zeros at its end. */
export function endMarkerOption(): Option {
  return new Option("--end-marker <rule>", "a layer without zeros at its end: cut off, or whole")
    .choices(RULES)
    .default("require");
}
