/**
 * Texts of JSON or YAML as sources: what they hold, and where in the text each value stands, for errors that say so.
 *
 * This layer leaves the parsing itself to the package `yaml`; it reads no file, and knows nothing of what a scenario is.
 * It may import core and scenario.
 */
export { parseSource } from "./parse-source.ts";
