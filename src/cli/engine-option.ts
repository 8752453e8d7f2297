import { initSync as initTypescript } from "../core/engine-ts.ts";
import { type Engine, init } from "../core/index.ts";

/** What `--engine` takes, the default first, and how each is had. */
const ENGINES = {
  wasm: init,
  typescript: async () => initTypescript(),
} as const satisfies Record<string, () => Promise<Engine>>;

export type EngineName = keyof typeof ENGINES;
export const ENGINE_NAMES: readonly EngineName[] = ["wasm", "typescript"];

export function isEngineName(name: string): name is EngineName {
  return Object.hasOwn(ENGINES, name);
}

/** @returns  the engine; where Wasm cannot be had, its twin, and `fallback` says why */
export function startEngine(name: EngineName): Promise<Engine> {
  return ENGINES[name]();
}
