import { CORE_WASM_BASE64 } from "#core-wasm";
import { decodeBase64 } from "./base64.ts";
import type { Engine } from "./engine.ts";
import { wasmEngine } from "./engine-wasm.ts";
import { typescriptEngine } from "./twin.ts";

let engine: Engine | undefined;

/**
 * The engine: Wasm, or its twin in TypeScript where the host has no Wasm with SIMD or does not let it be compiled (then
 * `engine.fallback` says why). The same one on every call, so that columns and translators go together.
 *
 * @example initSync().name // "wasm"
 */
export function initSync(): Engine {
  if (engine) return engine;
  try {
    engine = wasmEngine(new WebAssembly.Module(decodeBase64(CORE_WASM_BASE64)));
  } catch (error) {
    engine = typescriptEngine(reasonOf(error));
  }
  return engine;
}

/** As {@link initSync}, with the Wasm compiled off the thread where the host does so. */
export async function init(): Promise<Engine> {
  if (engine) return engine;
  try {
    const module = await WebAssembly.compile(decodeBase64(CORE_WASM_BASE64));
    engine ??= wasmEngine(module);
  } catch (error) {
    engine ??= typescriptEngine(reasonOf(error));
  }
  return engine;
}

/** Why there is no Wasm; anything else that goes wrong is a bug, and thrown on. */
function reasonOf(error: unknown): string {
  if (typeof WebAssembly === "undefined") return "this host has no WebAssembly";
  if (error instanceof WebAssembly.CompileError) return `the Wasm core was not compiled: ${error.message}`;
  if (error instanceof RangeError) return `there is no memory for the Wasm core: ${error.message}`;
  throw error;
}
