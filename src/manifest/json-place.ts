import { type ErrorCode, isId, NO_ID, quoted, UsernsError } from "../core/index.ts";

/** What the values stand in. */
export interface JsonDocument {
  /** Of the file; null where whoever reads it puts the place in front of the path. */
  readonly name: string | null;
  /** Of its errors. */
  readonly code: ErrorCode;
}

/** A value of a JSON text, and the way to it, for errors. */
export class JsonPlace {
  readonly value: unknown;
  readonly #document: JsonDocument;
  readonly #path: string;

  constructor(value: unknown, document: JsonDocument, path = "$") {
    this.value = value;
    this.#document = document;
    this.#path = path;
  }

  /** `manifest.json: $.entries[3].uid` */
  get where(): string {
    const { name } = this.#document;
    return name === null ? this.#path : `${name}: ${this.#path}`;
  }

  fault(expected: string, got = shown(this.value)): UsernsError {
    return new UsernsError(this.#document.code, { where: this.where, expected, got });
  }

  /** A member of an object; its value is undefined where there is none. */
  member(key: string): JsonPlace {
    const value = isObject(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined;
    return new JsonPlace(value, this.#document, `${this.#path}.${key}`);
  }

  /** The items of a list. @throws UsernsError with the code of the document */
  items(expected: string): readonly JsonPlace[] {
    if (!Array.isArray(this.value)) throw this.fault(expected);
    return this.value.map((value: unknown, index) => new JsonPlace(value, this.#document, `${this.#path}[${index}]`));
  }

  /** The members of an object, each read; none where there is no such object. @throws UsernsError with the code of the document */
  members<T>(expected: string, read: (place: JsonPlace) => T): ReadonlyMap<string, T> {
    if (this.value === undefined) return new Map();
    if (!isObject(this.value)) throw this.fault(expected);
    return new Map(Object.keys(this.value).map((key) => [key, read(this.member(key))]));
  }

  /** @throws UsernsError with the code of the document where it is no object, or has a key that is none of these */
  onlyKeys(known: readonly string[]): void {
    if (!isObject(this.value)) throw this.fault("an object");
    const stranger = Object.keys(this.value).find((key) => !known.includes(key));
    if (stranger !== undefined) throw this.fault(`the keys ${known.join(", ")}`, quoted(stranger));
  }

  /** A text, read. @throws UsernsError with the code of the document where `read` gives null */
  text<T>(expected: string, read: (text: string, where: string) => T | null): T {
    const result = typeof this.value === "string" ? read(this.value, this.where) : null;
    if (result === null) throw this.fault(expected);
    return result;
  }

  /** The same, or null where it is not there. */
  textIfThere<T>(expected: string, read: (text: string, where: string) => T | null): T | null {
    return this.value === undefined ? null : this.text(expected, read);
  }

  /** @throws UsernsError with the code of the document */
  id(): number {
    if (typeof this.value === "number" && isId(this.value) && this.value !== NO_ID) return this.value;
    throw this.fault(`an id from 0 to ${NO_ID - 1}`);
  }

  /** A whole number, 0 or more; null where it is not there. @throws UsernsError with the code of the document */
  countIfThere(): number | null {
    if (this.value === undefined) return null;
    if (typeof this.value === "number" && Number.isSafeInteger(this.value) && this.value >= 0) return this.value;
    throw this.fault("a whole number, 0 or more");
  }
}

/** Objects and lists are named, not printed: they may be large and deep. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "string" ? quoted(value) : String(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
