import { UsernsError } from "../../core/index.ts";

/** What a link holds, not yet known to be anything. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws UsernsError ERR_USAGE where `json` is no object */
export function fieldsOf(json: unknown, where: string): Fields {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw badLink(where, "an object", json);
  return Object.fromEntries(Object.entries(json));
}

/** A text of an object, or what stands there when it is left out. */
export function textOf(fields: Fields, key: string, otherwise: string): string {
  const value = fields[key] ?? otherwise;
  if (typeof value !== "string") throw badLink(key, "text", value);
  return value;
}

export function numberOf(fields: Fields, key: string, otherwise: number): number {
  const value = fields[key] ?? otherwise;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0)
    throw badLink(key, "a whole number from 0", value);
  return value;
}

export function flagOf(fields: Fields, key: string): boolean {
  const value = fields[key] ?? false;
  if (typeof value !== "boolean") throw badLink(key, "true or false", value);
  return value;
}

/** One of a few words. */
export function wordOf<Word extends string>(
  fields: Fields,
  key: string,
  words: readonly Word[],
  otherwise: NoInfer<Word>,
): Word {
  const value = fields[key] ?? otherwise;
  const found = words.find((word) => word === value);
  if (found === undefined) throw badLink(key, `one of ${words.join(", ")}`, value);
  return found;
}

export function badLink(where: string, expected: string, got: unknown): UsernsError {
  return new UsernsError("ERR_USAGE", { where: `link: ${where}`, expected, got: JSON.stringify(got) ?? "nothing" });
}
