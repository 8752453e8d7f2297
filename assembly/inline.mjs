/**
 * Writes the built Wasm as a module that holds it in base64: one file, for every host and bundler. It stands beside
 * core-wasm.d.ts, which says what that module has.
 */
import { readFileSync, writeFileSync } from "node:fs";

const base64 = readFileSync("dist/core.wasm").toString("base64");
writeFileSync("dist/core-wasm.js", `export const CORE_WASM_BASE64 = "${base64}";\n`);
