import { UsernsError } from "../../core/errors.ts";
import { isId } from "../../core/id.ts";
import {
  ALL_CAPS,
  CAPABILITIES,
  type Capability,
  type CapSet,
  capSet,
  capsWithout,
  isCapability,
  NO_CAPS,
} from "../capability.ts";
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
export function optional<T, const D>(of: Argument<T>, absent: D): Argument<T | D> {
  const isPlain = ["string", "number", "boolean"].includes(typeof absent);
  const schema = isPlain ? { ...of.schema, default: absent } : of.schema;
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

/** A list of so many. */
export function tupleOf<T>(of: Argument<T>, count: number): Argument<readonly T[]> {
  return argument({ type: "array", items: of.schema, minItems: count, maxItems: count }, (value, where, world) => {
    const list = listOf(of).read(value, where, world);
    if (list.length !== count) throw scenarioError(where, `a list of ${count}`, value);
    return list;
  });
}

/** Arguments by key, and what they read. */
export type Arguments = { readonly [key: string]: Argument<unknown> };
export type ValuesOf<A extends Arguments> = {
  readonly [Key in keyof A]: A[Key] extends Argument<infer T> ? T : never;
};

/** An object of these keys and no others. */
export function objectOf<A extends Arguments>(args: A): Argument<ValuesOf<A>> {
  const entries = Object.entries(args);
  const schema = {
    type: "object",
    properties: Object.fromEntries(entries.map(([key, of]) => [key, of.schema])),
    required: entries.filter(([, of]) => !of.isOptional).map(([key]) => key),
    additionalProperties: false,
  };
  return argument(schema, (value, where, world) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw scenarioError(where, "an object", value);
    const given = new Map<string, unknown>(Object.entries(value));
    const unknown = [...given.keys()].find((key) => !Object.hasOwn(args, key));
    if (unknown !== undefined)
      throw scenarioError(`${where}.${unknown}`, `one of ${Object.keys(args).join(", ") || "no keys"}`, unknown);
    const values: Record<string, unknown> = {};
    for (const [key, of] of entries) {
      if (given.get(key) === undefined && !of.isOptional) throw scenarioError(`${where}.${key}`, "a value", undefined);
      values[key] = of.read(given.get(key), `${where}.${key}`, world);
    }
    if (!areRead(args, values)) throw new Error("arguments lost");
    return values;
  });
}

/** Every value was made by the argument of its key, so the record has the arguments' types. */
function areRead<A extends Arguments>(
  args: A,
  values: Record<string, unknown>,
): values is Record<string, unknown> & ValuesOf<A> {
  return Object.keys(args).every((key) => key in values);
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

/** A whole number between two others, which count too. */
export function integerIn(minimum: number, maximum: number): Argument<number> {
  return argument({ type: "integer", minimum, maximum }, (value, where) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < minimum || value > maximum)
      throw scenarioError(where, `a whole number, ${minimum} … ${maximum}`, value);
    return value;
  });
}

/** A C int: what the kernel takes another number for, it takes it for another one of these. */
export const int: Argument<number> = integerIn(-2147483648, 2147483647);
export const natural: Argument<number> = integerIn(0, Number.MAX_SAFE_INTEGER);

/** What is written to a setting: a number, or the text itself. */
export const settingText: Argument<string> = argument(
  { anyOf: [{ type: "integer" }, { type: "string" }] },
  (value, where) => {
    if (typeof value !== "string" && !Number.isSafeInteger(value))
      throw scenarioError(where, "an integer, or the text that is written", value);
    return String(value);
  },
);

/** A 32-bit id, or one of the scenario's names for one; 4294967295 is (uid_t)-1. */
export const id: Argument<number> = argument(
  { anyOf: [{ type: "integer", minimum: 0, maximum: 4294967295 }, { type: "string" }] },
  (value, where, world) => {
    const number = typeof value === "string" ? world.idNames.get(value) : value;
    if (typeof number === "number" && isId(number)) return number;
    const isPlaced = typeof value === "string" && value.includes("@");
    throw scenarioError(
      where,
      "an id, 0 … 4294967295, or a name for one",
      value,
      isPlaced ? "give the id alone, as the namespace of the task has it" : undefined,
    );
  },
);

function octal(pattern: string, expected: string): Argument<number> {
  return argument({ type: "string", pattern }, (value, where) => {
    if (typeof value !== "string" || !new RegExp(pattern).test(value))
      throw scenarioError(where, expected, value, typeof value === "number" ? "put it in quotes" : undefined);
    return Number.parseInt(value, 8);
  });
}

/** A mode as octal text; calls take no notice of bits above 07777. */
export const mode: Argument<number> = octal("^[0-7]{1,5}$", 'a mode in octal, like "0644"');
/** The mode that a file has: up to 07777. */
export const fileMode: Argument<number> = octal("^0?[0-7]{1,4}$", 'a mode in octal up to 7777, like "0644"');
/** What a task's umask can be: up to 0777. */
export const umask: Argument<number> = octal("^0{0,2}[0-7]{1,3}$", 'a mask in octal up to 777, like "0022"');

function readCapability(value: unknown, where: string): Capability {
  if (typeof value !== "string" || !isCapability(value))
    throw scenarioError(where, 'a capability without CAP_, like "setuid"', value);
  return value;
}

export const capability: Argument<Capability> = argument({ enum: CAPABILITIES }, readCapability);

function readCapList(value: unknown, where: string): CapSet {
  if (!Array.isArray(value)) throw scenarioError(where, "a list", value);
  return capSet(value.map((item: unknown, index) => readCapability(item, `${where}[${index}]`)));
}

/** A capability set from JSON: `"all"`, `"none"`, a list, or `{"all_but": [..]}`, as {@link showCaps} writes it. */
export function readCapSet(value: unknown, where: string): CapSet {
  if (value === "all") return ALL_CAPS;
  if (value === "none") return NO_CAPS;
  if (Array.isArray(value)) return readCapList(value, where);
  if (typeof value === "object" && value !== null && "all_but" in value)
    return capsWithout(ALL_CAPS, readCapList(value.all_but, `${where}.all_but`));
  throw scenarioError(where, '"all", "none", a list of capabilities or {"all_but": […]}', value);
}

const CAP_LIST: JsonSchema = listOf(capability).schema;

export const capabilities: Argument<CapSet> = argument(
  {
    anyOf: [
      { enum: ["all", "none"] },
      CAP_LIST,
      { type: "object", properties: { all_but: CAP_LIST }, required: ["all_but"], additionalProperties: false },
    ],
  },
  readCapSet,
);

/** The entry of a table by its name. */
export function namedIn<T>(what: string, tableOf: (world: World) => ReadonlyMap<string, T>): Argument<T> {
  return argument({ type: "string" }, (value, where, world) => {
    const table = tableOf(world);
    const found = typeof value === "string" ? table.get(value) : undefined;
    if (found === undefined)
      throw scenarioError(where, `the name of a ${what}: ${[...table.keys()].join(", ") || "there is none"}`, value);
    return found;
  });
}

export const userNamespace: Argument<UserNamespace> = namedIn("user namespace", (world) => world.userNamespaces);
export const task: Argument<Task> = namedIn("task", (world) => world.tasks);

/** A task by name, also one that has ended and whose pid is no process's any more. */
export const pidOfTask: Argument<Task> = {
  ...task,
  read: (value, where, world) =>
    (typeof value === "string" ? world.reaped.get(value) : undefined) ?? task.read(value, where, world),
};
