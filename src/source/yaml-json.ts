import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { Fault } from "../core/index.ts";

/** Lists and objects in one another. No scenario comes near it; a stack has an end. */
const MOST_DEPTH = 100;
/** Values that aliases stand for, in all. Aliases of aliases grow tenfold a line, and are written in no time. */
const MOST_COPIED = 100_000;

/** What YAML can say and JSON cannot, and where it is said. */
export interface Outside {
  readonly offset: number;
  readonly fault: Omit<Fault, "where">;
}

/** Walks a document in the order it is written, so an anchor is known before an alias can name it. */
class Walk {
  readonly #anchors = new Map<string, Node>();
  /** How many values there are in the node of an anchor; not there while the walk is inside of it. */
  readonly #sizes = new Map<Node, number>();
  #copied = 0;
  found: Outside | null = null;

  /** @returns how many values the node is made of; what it holds behind {@link Walk.found} is not looked at */
  size(node: unknown, depth: number): number {
    if (this.found || !isNode(node)) return 0;
    if (isAlias(node)) return this.#aliasSize(node, node.source);
    if (depth > MOST_DEPTH)
      return this.#fail(node, `at most ${MOST_DEPTH} lists or objects in one another`, "one more");
    if ("anchor" in node && typeof node.anchor === "string") this.#anchors.set(node.anchor, node);
    let size = 1;
    if (isSeq(node)) for (const item of node.items) size += this.size(item, depth + 1);
    if (isMap(node)) for (const pair of node.items) size += this.#pairSize(node, pair, depth + 1);
    this.#sizes.set(node, size);
    return size;
  }

  #pairSize(map: Node, { key, value }: Pair, depth: number): number {
    if (!isScalar(key) || typeof key.value !== "string") {
      const at = isNode(key) ? key : isNode(value) ? value : map;
      return this.#fail(at, "a key that is text", keyText(key), "put it in quotes");
    }
    return this.size(key, depth) + this.size(value, depth);
  }

  #aliasSize(alias: Node, name: string): number {
    const node = this.#anchors.get(name);
    if (!node)
      return this.#fail(alias, "an alias of an anchor before it", `*${name}, and there is no &${name} before it`);
    const size = this.#sizes.get(node);
    if (size === undefined)
      return this.#fail(alias, "JSON or YAML without end in itself", "an alias inside of what it stands for");
    this.#copied += size;
    if (this.#copied <= MOST_COPIED) return size;
    return this.#fail(alias, `aliases that stand for at most ${MOST_COPIED} values in all`, "more by this one");
  }

  #fail(node: Node, expected: string, got: string, fix?: string): number {
    this.found ??= { offset: node.range?.[0] ?? 0, fault: { expected, got, ...(fix ? { fix } : {}) } };
    return 0;
  }
}

function keyText(key: unknown): string {
  if (isScalar(key)) return key.source === undefined || key.source === "" ? "no key" : String(key.value);
  return isAlias(key) ? "an alias" : isNode(key) ? "a list or an object" : "no key";
}

/**
 * The first thing in a document that has no JSON: a key that is not text, an alias of nothing or of what it stands in;
 * or more of either than can be held.
 */
export function findOutside(contents: Node | null): Outside | null {
  const walk = new Walk();
  walk.size(contents, 0);
  return walk.found;
}
