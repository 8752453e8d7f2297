/**
 * Ids, id maps and their algebra, 64-bit kernel ids, routes, and the engine that runs them.
 *
 * This layer is integers and values: it knows no system call, no file and no rule of Linux beyond what an id map is.
 * It imports nothing but itself.
 */
export {
  type AccessColumns,
  type AccessTable,
  type AccessUser,
  COVERED_FLAGS,
  INODE_BITS,
  RIGHT,
} from "./access.ts";
export * from "./algebra.ts";
export { fromBase64, toBase64 } from "./base64.ts";
export * from "./engine.ts";
export { type WasmModule, wasmEngine } from "./engine-wasm.ts";
export * from "./errors.ts";
export * from "./extent.ts";
export * from "./flat-route.ts";
export * from "./id.ts";
export * from "./id-map.ts";
export * from "./id-set.ts";
export * from "./init.ts";
export * from "./kuid64.ts";
export * from "./route.ts";
export { typescriptEngine } from "./twin.ts";
