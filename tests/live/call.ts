/** A step on the running kernel. */
import type { Values } from "../../src/kernel/syscall/call.ts";
import type { SysResult } from "./agent.ts";
import type { LiveTask, LiveWorld } from "./world.ts";

/** Makes a step's call and gives the result as it is recorded: `{ok: true, …}` or `{errno, at?}`. */
export type LiveCall = (live: LiveWorld, task: LiveTask, args: Values) => Promise<Values>;

export type LiveCalls = { readonly [call: string]: LiveCall };

/** The result of a system call as it is recorded. */
export function recorded({ errno }: SysResult, at?: string): Values {
  if (errno === null) return { ok: true };
  return at === undefined ? { errno } : { errno, at };
}
