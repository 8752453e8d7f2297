import { CORE_WASM_BASE64 } from "#core-wasm";
import type { Engine } from "./engine.ts";
import { twinFor } from "./engine-ts.ts";
import { wasmEngine } from "./engine-wasm.ts";

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
    engine = wasmEngine(new WebAssembly.Module(coreWasm()));
  } catch (error) {
    engine = twinFor(reasonOf(error));
  }
  return engine;
}

/** As {@link initSync}, with the Wasm compiled off the thread where the host does so. */
export async function init(): Promise<Engine> {
  if (engine) return engine;
  try {
    const module = await WebAssembly.compile(coreWasm());
    engine ??= wasmEngine(module);
  } catch (error) {
    engine ??= twinFor(reasonOf(error));
  }
  return engine;
}

/** Why there is no Wasm; anything else that goes wrong is a bug, and thrown on. */
function reasonOf(error: unknown): string {
  if (typeof WebAssembly === "undefined") return "this host has no WebAssembly";
  if (error instanceof WebAssembly.CompileError) return `the Wasm core was not compiled: ${error.message}`;
  throw error;
}

function coreWasm(): Uint8Array<ArrayBuffer> {
  const text = atob(CORE_WASM_BASE64);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = text.charCodeAt(k);
  return bytes;
}
