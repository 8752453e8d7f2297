import type { Errno } from "../../kernel/index.ts";
import type { Values } from "../../kernel/syscall/index.ts";
import type { Memory } from "./command.ts";
import type { FindsProcFile } from "./proc-path.ts";
import type { Given } from "./words.ts";

/** A call of the registry, with its arguments. */
export interface ScriptCall {
  readonly call: string;
  readonly args: Values;
  /** What a refusal says before its errno: what the command asked for began with this call. */
  readonly stage?: string;
}

/** Why a step is not replayed: what it shows is no matter of the rules that are modelled. */
export interface NotModelled {
  readonly notModelled: string;
}

/** Who acts, on which kernel, and what the script remembers. */
export interface Scene extends FindsProcFile {
  /** The policy of the script. */
  readonly policy: string;
  readonly agent: string;
  readonly memory: Memory;
}

/** A command of the language: how it is written, what calls it is, and how their answers are told. */
export interface Verb {
  readonly usage: string;
  /** What a verb is answered that names a process by its pid, in PID, where the agent knows none by it. */
  readonly withoutPid?: Errno;
  /** Made one after the other, until one says no. */
  readonly calls: (given: Given, scene: Scene) => readonly ScriptCall[] | NotModelled;
  /** Of what the calls gave when all said yes. */
  readonly show: (values: readonly Values[], given: Given, scene: Scene) => string | NotModelled;
}

export function call(name: string, args: Values = {}): ScriptCall {
  return { call: name, args };
}

/** A call that a command begins with, and that is not yet what it asks for. */
export function begin(stage: string, name: string, args: Values): ScriptCall {
  return { ...call(name, args), stage };
}

export function notModelled(reason: string): NotModelled {
  return { notModelled: reason };
}

/** What a verb without a result of its own tells. */
export const RET_0 = () => "ret=0";

/** A verb that is one call, and tells no more than that it was done. */
export function plainVerb(usage: string, one: (given: Given, scene: Scene) => ScriptCall | NotModelled): Verb {
  return verb(usage, one, RET_0);
}

/** A verb that is one call. */
export function verb(
  usage: string,
  one: (given: Given, scene: Scene) => ScriptCall | NotModelled,
  show: (values: Values, given: Given, scene: Scene) => string | NotModelled,
): Verb {
  return {
    usage,
    calls: (given, scene) => {
      const made = one(given, scene);
      return "notModelled" in made ? made : [made];
    },
    show: (values, given, scene) => show(values[0] ?? {}, given, scene),
  };
}

/** A list of an answer, as words. */
export function listIn(values: Values, key: string): readonly unknown[] {
  const list = values[key];
  if (!Array.isArray(list)) throw new Error(`${key} is no list`);
  return list;
}

/** A kernel id of an answer: `(id,number)`. */
export function showKid(kid: unknown): string {
  return Array.isArray(kid) ? `(${kid.join(",")})` : String(kid);
}
