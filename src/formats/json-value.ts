import { isId, NO_ID, quoted, UsernsError } from "../core/index.ts";

/** A value of a JSON text, and the way to it, for messages. */
export interface JsonValue {
  readonly value: unknown;
  /** `config.json: linux.uidMappings[0]` */
  readonly at: string;
}

/** Does a text begin as a JSON object or array, and name each of these keys? */
export function looksLikeJson(text: string, ...keys: readonly string[]): boolean {
  return /^\s*[[{]/.test(text) && keys.every((key) => text.includes(`"${key}"`));
}

/** @throws UsernsError ERR_MAP_TEXT with the engine's own account of what is wrong where */
export function readJson(text: string, where: string): JsonValue {
  try {
    // RFC 8259, 8.1: no writer puts a byte order mark there, and a reader may pass over one that is.
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ""));
    return { value, at: `${where}:` };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsernsError("ERR_MAP_TEXT", { where, expected: "JSON", got: error.message }, { cause: error });
  }
}

/** A member of an object; undefined where the value is no object or lacks it. */
export function member({ value, at }: JsonValue, key: string): JsonValue {
  const path = at.endsWith(":") ? `${at} ${key}` : `${at}.${key}`;
  return { value: isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined, at: path };
}

/** The first of these members that is there; the first name where none is. */
export function anyMember(object: JsonValue, first: string, ...others: readonly string[]): JsonValue {
  const found = [first, ...others].map((key) => member(object, key)).find(({ value }) => value !== undefined);
  return found ?? member(object, first);
}

/** The elements of an array; none where there is no such member. @throws UsernsError ERR_MAP_TEXT for anything else */
export function elements(array: JsonValue): readonly JsonValue[] {
  const { value, at } = array;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw jsonFault(array, "a list of maps");
  return value.map((element: unknown, index) => ({
    value: element,
    at: at.endsWith(":") ? `${at} [${index}]` : `${at}[${index}]`,
  }));
}

/** A number of a map. @throws UsernsError ERR_MAP_TEXT, ERR_ID_RANGE */
export function idMember(object: JsonValue, first: string, ...others: readonly string[]): number {
  const found = anyMember(object, first, ...others);
  if (typeof found.value !== "number" || !Number.isInteger(found.value)) throw jsonFault(found, "a whole number");
  if (!isId(found.value))
    throw new UsernsError("ERR_ID_RANGE", {
      where: found.at,
      expected: `a number from 0 to ${NO_ID}`,
      got: String(found.value),
    });
  return found.value;
}

/** `true` or `false`. @throws UsernsError ERR_MAP_TEXT */
export function booleanMember(object: JsonValue, key: string): boolean {
  const found = member(object, key);
  if (typeof found.value !== "boolean") throw jsonFault(found, "true or false");
  return found.value;
}

export function jsonFault({ value, at }: JsonValue, expected: string): UsernsError {
  return new UsernsError("ERR_MAP_TEXT", {
    where: at,
    expected,
    got: shown(value),
  });
}

/** Objects and lists are named, not printed: they may be large and deep. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : quoted(String(value));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
