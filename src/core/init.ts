import { CORE_WASM_BASE64 } from "#core-wasm";
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
    engine = wasmEngine(new WebAssembly.Module(coreWasm()));
  } catch (error) {
    engine = typescriptEngine(reasonOf(error));
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

/** Eight bytes a turn: this runs once and uncompiled, a third as long so (measured: 0.5 ms for 11 kB). */
function coreWasm(): Uint8Array<ArrayBuffer> {
  const text = atob(CORE_WASM_BASE64);
  const { length } = text;
  const bytes = new Uint8Array(length + 7);
  for (let k = 0; k < length; k += 8) {
    bytes[k] = text.charCodeAt(k);
    bytes[k + 1] = text.charCodeAt(k + 1);
    bytes[k + 2] = text.charCodeAt(k + 2);
    bytes[k + 3] = text.charCodeAt(k + 3);
    bytes[k + 4] = text.charCodeAt(k + 4);
    bytes[k + 5] = text.charCodeAt(k + 5);
    bytes[k + 6] = text.charCodeAt(k + 6);
    bytes[k + 7] = text.charCodeAt(k + 7);
  }
  return bytes.subarray(0, length);
}
