import { quoted, UsernsError } from "../../core/index.ts";

/** What was kept and is read again: a row of a table, or an object of JSON. */
export type Kept = Readonly<Record<string, unknown>>;

function corrupt(where: string, expected: string, got: unknown): UsernsError {
  const text = got === undefined ? "nothing" : quoted(typeof got === "string" ? got : JSON.stringify(got));
  return new UsernsError("ERR_STORE_CORRUPT", {
    where,
    expected,
    got: text,
    fix: "nothing was changed: put back a copy of the ledger, or name another",
  });
}

/** @throws UsernsError ERR_STORE_CORRUPT, as all of these do */
export function keptObject(value: unknown, where: string): Kept {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw corrupt(where, "an object", value);
  return { ...value };
}

/** The object that a JSON text holds. */
export function keptJson(text: string, where: string): Kept {
  try {
    return keptObject(JSON.parse(text), where);
  } catch (error) {
    throw error instanceof SyntaxError ? corrupt(where, "JSON", text) : error;
  }
}

/** A whole number. Databases give one as number, as bigint, or as text. */
export function keptNumber(kept: Kept, name: string, where: string): number {
  const value = kept[name];
  const number =
    typeof value === "bigint" || (typeof value === "string" && /^-?\d+$/.test(value)) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number))
    throw corrupt(`${where}, ${name}`, "a whole number", value);
  return number;
}

export function keptNumberOrNull(kept: Kept, name: string, where: string): number | null {
  return kept[name] === null || kept[name] === undefined ? null : keptNumber(kept, name, where);
}

export function keptText(kept: Kept, name: string, where: string): string {
  const value = kept[name];
  if (typeof value !== "string") throw corrupt(`${where}, ${name}`, "a text", value);
  return value;
}

export function keptTextOrNull(kept: Kept, name: string, where: string): string | null {
  return kept[name] === null || kept[name] === undefined ? null : keptText(kept, name, where);
}

export function keptOneOf<T extends string>(kept: Kept, name: string, all: readonly T[], where: string): T {
  const found = all.find((one) => one === kept[name]);
  if (found === undefined) throw corrupt(`${where}, ${name}`, `one of: ${all.join(", ")}`, kept[name]);
  return found;
}

export function keptList(kept: Kept, name: string, where: string): readonly unknown[] {
  const value: unknown = kept[name];
  if (!Array.isArray(value)) throw corrupt(`${where}, ${name}`, "a list", value);
  return value;
}
