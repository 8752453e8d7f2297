/**
 * Texts of JSON or YAML as sources: what they hold, where in the text each value stands, and the same text with a value
 * changed.
 *
 * This layer leaves the parsing itself to the package `yaml`; it reads no file, and knows nothing of what a scenario is.
 * It may import core and scenario.
 */
export * from "./edit-source.ts";
export { parseSource } from "./parse-source.ts";
