/**
 * Text in and out: one way of writing a map a file, and a registry that tells which one a text is written in.
 *
 * This layer reads and writes strings that it is handed; it opens no file and applies no rule of who may write a map.
 * It may import core.
 */
export * from "./format.ts";
export * from "./registry.ts";
export * from "./triples.ts";
export * from "./uid-map.ts";
