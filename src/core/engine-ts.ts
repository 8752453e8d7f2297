import type { Engine } from "./engine.ts";
import { typescriptEngine } from "./twin.ts";

let engine: Engine | undefined;

/** The engine in plain TypeScript, which runs anywhere; the same one on every call. */
export function initSync(): Engine {
  engine ??= typescriptEngine();
  return engine;
}

/** As {@link initSync}; a promise, so that the engines can be exchanged for one another. */
export async function init(): Promise<Engine> {
  return initSync();
}
