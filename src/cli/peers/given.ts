import {
  type Extent,
  IDENTITY,
  type IdMap,
  type IdSet,
  idMap,
  idSet,
  type Range,
  UsernsError,
} from "../../core/index.ts";

/** A line of a map as the cases write it. */
export interface PeerLine {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
  readonly kind?: string;
}

/** What an operation answers, or what is expected of it. */
export type PeerAnswer = { readonly [key: string]: unknown };

export function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The values that a case gives, each read as what its operation takes it for. */
export class Given {
  readonly #values: { readonly [key: string]: unknown };
  readonly #where: string;

  constructor(values: unknown, where: string) {
    if (!isRecord(values)) throw new UsernsError("ERR_SCENARIO", { where, expected: "an object", got: typeof values });
    this.#values = values;
    this.#where = where;
  }

  /** Is there a value, null left out? */
  has(key: string): boolean {
    return this.#values[key] !== undefined && this.#values[key] !== null;
  }

  /** As it stands. */
  value(key: string): unknown {
    return this.#values[key];
  }

  isText(key: string): boolean {
    return typeof this.#values[key] === "string";
  }

  isNumber(key: string): boolean {
    return typeof this.#values[key] === "number";
  }

  number(key: string, without?: number): number {
    const value = this.#values[key] ?? without;
    return typeof value === "number" ? value : this.#wrong(key, "a number");
  }

  text(key: string, without?: string): string {
    const value = this.#values[key] ?? without;
    return typeof value === "string" ? value : this.#wrong(key, "a text");
  }

  flag(key: string): boolean {
    return this.#values[key] === true;
  }

  object(key: string): Given {
    return new Given(this.#values[key], `${this.#where}.${key}`);
  }

  /** The members of a list of objects; none for null. */
  objects(key: string): readonly Given[] {
    return this.#list(key).map((value, index) => new Given(value, `${this.#where}.${key}[${index}]`));
  }

  texts(key: string): readonly string[] {
    return this.#list(key).map((value) => (typeof value === "string" ? value : this.#wrong(key, "a list of texts")));
  }

  numbers(key: string): readonly number[] {
    return this.#list(key).map((value) => (typeof value === "number" ? value : this.#wrong(key, "a list of numbers")));
  }

  /** Pairs of numbers; none for null. */
  pairs(key: string): readonly (readonly [number, number])[] {
    return this.#list(key).map((value) => this.#pair(key, value));
  }

  pair(key: string): readonly [number, number] {
    return this.#pair(key, this.#values[key]);
  }

  /** Rows of a list of lists. */
  rows(key: string): readonly (readonly unknown[])[] {
    return this.#list(key).map((value) => (Array.isArray(value) ? value : this.#wrong(key, "a list of lists")));
  }

  keys(key: string): readonly string[] {
    const value = this.#values[key];
    return isRecord(value) ? Object.keys(value) : [];
  }

  line(key: string): PeerLine {
    return lineOf(this.object(key));
  }

  lines(key: string): readonly PeerLine[] {
    return this.objects(key).map(lineOf);
  }

  /** The map of a key's lines; every id is itself where there is none. */
  map(key: string): IdMap {
    const lines = this.lines(key);
    return lines.length > 0 ? idMap(lines.map(extentOf)) : IDENTITY;
  }

  /** The map of a key's lines, which holds nothing where there is none. */
  ownMap(key: string): IdMap {
    return idMap(this.lines(key).map(extentOf));
  }

  /** For peers to whom no map at all, null, is every id as itself, and an empty list a map that holds nothing. */
  mapOrIdentity(key: string): IdMap {
    return this.has(key) ? this.ownMap(key) : IDENTITY;
  }

  /** Half-open intervals, as containers/storage counts. */
  intervals(key: string): IdSet {
    return idSet(this.pairs(key).map(fromInterval));
  }

  /** `[first, count]`, as systemd counts. */
  counts(key: string): IdSet {
    return idSet(this.pairs(key).map(([first, count]) => ({ first, count })));
  }

  #pair(key: string, value: unknown): readonly [number, number] {
    const [a, b]: readonly unknown[] = Array.isArray(value) ? value : [];
    return typeof a === "number" && typeof b === "number" ? [a, b] : this.#wrong(key, "a pair of numbers");
  }

  #list(key: string): readonly unknown[] {
    const value = this.#values[key] ?? [];
    return Array.isArray(value) ? value : this.#wrong(key, "a list");
  }

  #wrong(key: string, expected: string): never {
    throw new UsernsError("ERR_SCENARIO", {
      where: `${this.#where}.${key}`,
      expected,
      got: typeof this.#values[key],
    });
  }
}

function lineOf(line: Given): PeerLine {
  const numbers = { inside: line.number("inside"), outside: line.number("outside"), count: line.number("count") };
  return line.has("kind") ? { ...numbers, kind: line.text("kind") } : numbers;
}

export function extentOf(line: PeerLine): Extent {
  return { first: line.inside, lowerFirst: line.outside, count: line.count };
}

export function peerLine(extent: Extent): PeerLine {
  return { inside: extent.first, outside: extent.lowerFirst, count: extent.count };
}

export function peerLines(extents: readonly Extent[]): readonly PeerLine[] {
  return extents.map(peerLine);
}

/** A half-open interval; empty where it ends where it begins, or before. */
export function fromInterval([first, end]: readonly [number, number]): Range {
  return { first, count: Math.max(0, end - first) };
}

export function toInterval(range: Range): readonly [number, number] {
  return [range.first, range.first + range.count];
}

export const REFUSED: PeerAnswer = { error: true };
