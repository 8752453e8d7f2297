import { UsernsError } from "../../core/errors.ts";
import { isId } from "../../core/id.ts";
import { type Capability, CAPABILITIES, type CapSet, capSet, capsWithout, isCapability, NO_CAPS } from "../capability.ts";
import { ALL_CAPS } from "../capability.ts";
import type { Task } from "../task.ts";
import type { UserNamespace } from "../user-namespace.ts";
import type { World } from "../world.ts";

/** A JSON Schema, as data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** One argument of a call: what JSON it takes, and how that is read. */
export interface Argument<T> {
  readonly schema: JsonSchema;
  /** May the key be left out? */
  readonly isOptional: boolean;
  /**
   * @param value  undefined when the key was left out
   * @param where  the JSON path, for errors
   * @throws UsernsError ERR_SCENARIO
   */
  readonly read: (value: unknown, where: string, world: World) => T;
}

/** Wrong JSON at `where`. */
export function scenarioError(where: string, expected: string, got: unknown, fix?: string): UsernsError {
  return new UsernsError("ERR_SCENARIO", { where, expected, got: show(got), ...(fix ? { fix } : {}) });
}

function show(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function argument<T>(schema: JsonSchema, read: Argument<T>["read"]): Argument<T> {
  return { schema, isOptional: false, read };
}

/** The same argument, with a value for when it is left out. */
export function optional<T, D>(of: Argument<T>, absent: D): Argument<T | D> {
  const schema = absent === undefined ? of.schema : { ...of.schema, default: absent };
  return {
    schema,
    isOptional: true,
    read: (value, where, world) => (value === undefined ? absent : of.read(value, where, world)),
  };
}

/** The same argument, or null. */
export function nullable<T>(of: Argument<T>): Argument<T | null> {
  return {
    ...of,
    schema: { anyOf: [of.schema, { type: "null" }] },
    read: (value, where, world) => (value === null ? null : of.read(value, where, world)),
  };
}

export function listOf<T>(of: Argument<T>): Argument<readonly T[]> {
  return argument({ type: "array", items: of.schema }, (value, where, world) => {
    if (!Array.isArray(value)) throw scenarioError(where, "a list", value);
    return value.map((item: unknown, index) => of.read(item, `${where}[${index}]`, world));
  });
}

/** One of a few words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Argument<Word> {
  return argument({ enum: words }, (value, where) => {
    const word = words.find((known) => known === value);
    if (word === undefined) throw scenarioError(where, `one of ${words.join(", ")}`, value);
    return word;
  });
}

export const text: Argument<string> = argument({ type: "string" }, (value, where) => {
  if (typeof value !== "string") throw scenarioError(where, "text", value);
  return value;
});

export const flag: Argument<boolean> = argument({ type: "boolean" }, (value, where) => {
  if (typeof value !== "boolean") throw scenarioError(where, "true or false", value);
  return value;
});

export const integer: Argument<number> = argument({ type: "integer" }, (value, where) => {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw scenarioError(where, "an integer", value);
  return value;
});

/** A 32-bit id in the calling task's own namespace; 4294967295 is (uid_t)-1. */
export const id: Argument<number> = argument(
  { type: "integer", minimum: 0, maximum: 4294967295 },
  (value, where) => {
    if (typeof value !== "number" || !isId(value)) throw scenarioError(where, "an id, 0 … 4294967295", value);
    return value;
  },
);

/** Permission bits, as octal text. */
export const mode: Argument<number> = argument({ type: "string", pattern: "^[0-7]{1,5}$" }, (value, where) => {
  if (typeof value !== "string" || !/^[0-7]{1,5}$/.test(value))
    throw scenarioError(where, 'a mode in octal, like "0644"', value);
  return Number.parseInt(value, 8);
});

export const capability: Argument<Capability> = argument({ enum: CAPABILITIES }, (value, where) => {
  if (typeof value !== "string" || !isCapability(value))
    throw scenarioError(where, 'a capability without CAP_, like "setuid"', value);
  return value;
});

const capList = listOf(capability);

/** `"all"`, `"none"`, a list, or `{"all_but": [..]}`. */
export const capabilities: Argument<CapSet> = argument(
  {
    anyOf: [
      { enum: ["all", "none"] },
      capList.schema,
      { type: "object", properties: { all_but: capList.schema }, required: ["all_but"], additionalProperties: false },
    ],
  },
  (value, where, world) => {
    if (value === "all") return ALL_CAPS;
    if (value === "none") return NO_CAPS;
    if (Array.isArray(value)) return capSet(capList.read(value, where, world));
    if (typeof value === "object" && value !== null && "all_but" in value)
      return capsWithout(ALL_CAPS, capSet(capList.read(value.all_but, `${where}.all_but`, world)));
    throw scenarioError(where, '"all", "none", a list of capabilities or {"all_but": […]}', value);
  },
);

/** The entry of a table by its name. */
export function namedIn<T>(what: string, tableOf: (world: World) => ReadonlyMap<string, T>): Argument<T> {
  return argument({ type: "string" }, (value, where, world) => {
    const table = tableOf(world);
    const found = typeof value === "string" ? table.get(value) : undefined;
    if (found === undefined) throw scenarioError(where, `the name of a ${what}: ${[...table.keys()].join(", ")}`, value);
    return found;
  });
}

export const userNamespace: Argument<UserNamespace> = namedIn("user namespace", (world) => world.userNamespaces);
export const task: Argument<Task> = namedIn("task", (world) => world.tasks);
