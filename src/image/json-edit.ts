import type { JsonPath } from "./json-document.ts";

/** A new value at a place in a document. */
export interface JsonEdit {
  readonly path: JsonPath;
  readonly value: unknown;
}

const BLANKS = /[ \t\n\r]*/y;
const SCALAR = /[^,\]}\s]+/y;

/**
 * A JSON text with some values replaced. Every other byte stays: blanks, the order of members, and numbers that would
 * not survive being read and written.
 *
 * @param text   JSON that was read by `readJson`: sound, and not too deep for a walk
 * @param edits  a place that is not there is passed over; none may lie inside another
 * @example withEdits('{"a": [1, 2.0]}', [{ path: ["a", 0], value: "x" }]) // '{"a": ["x", 2.0]}'
 */
export function withEdits(text: string, edits: readonly JsonEdit[]): string {
  const wanted = new Map(edits.map(({ path, value }) => [keyOf(path), JSON.stringify(value)]));
  let out = "";
  let copied = 0;
  new Walk(text, (path, start, end) => {
    const value = wanted.get(keyOf(path));
    if (value === undefined) return;
    out += text.slice(copied, start) + value;
    copied = end;
  }).value([]);
  return out + text.slice(copied);
}

function keyOf(path: JsonPath): string {
  return JSON.stringify(path);
}

/** Goes over the values of a JSON text and tells where each that is finished begins and ends, inner ones first. */
class Walk {
  readonly #text: string;
  readonly #tell: (path: JsonPath, start: number, end: number) => void;
  #at = 0;

  constructor(text: string, tell: (path: JsonPath, start: number, end: number) => void) {
    this.#text = text;
    this.#tell = tell;
  }

  value(path: JsonPath): void {
    this.#pass(BLANKS);
    const start = this.#at;
    const first = this.#text[start];
    if (first === "{") this.#members("}", () => this.#member(path));
    else if (first === "[") {
      let index = 0;
      this.#members("]", () => this.value([...path, index++]));
    } else if (first === '"') this.#string();
    else this.#pass(SCALAR);
    this.#tell(path, start, this.#at);
    this.#pass(BLANKS);
  }

  #member(path: JsonPath): void {
    this.#pass(BLANKS);
    const name: unknown = JSON.parse(this.#string());
    this.#pass(BLANKS);
    this.#at++;
    this.value([...path, String(name)]);
  }

  #members(end: string, one: () => void): void {
    this.#at++;
    this.#pass(BLANKS);
    while (this.#text[this.#at] !== end) {
      one();
      if (this.#text[this.#at] === ",") this.#at++;
    }
    this.#at++;
  }

  #string(): string {
    const start = this.#at++;
    while (this.#text[this.#at] !== '"') this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #pass(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const passed = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += passed.length;
    return passed;
  }
}
