import {
  type Document,
  type ErrorCode,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import { UsernsError } from "../core/index.ts";
import type { PathPart, Source, TextPlace } from "../scenario/index.ts";
import { findOutside } from "./yaml-json.ts";

/** What the parser finds, where its own words would not help. */
const WORDS: Readonly<Partial<Record<ErrorCode, string>>> = {
  MULTIPLE_DOCS: "a second document, behind ---",
  RESOURCE_EXHAUSTION: "lists or objects too deep in one another",
};

/** How the parser tells that an end is missing. */
const MISSED_ENDS: ReadonlySet<ErrorCode> = new Set(["BAD_INDENT", "MISSING_CHAR"]);

/**
 * Parse a text of JSON or YAML 1.2, and remember where its values stand.
 *
 * @throws UsernsError ERR_SCENARIO with name:line:column
 */
export function parseSource(text: string, name: string): Source {
  if (text.trim() === "")
    throw new UsernsError("ERR_SCENARIO", { where: name, expected: "JSON or YAML", got: "an empty text" });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  // A warning is about a tag that nothing here knows: its value would be read as something else.
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) {
    const opening = MISSED_ENDS.has(fault.code) ? openingOf(document, fault.pos[0]) : null;
    const { line, column } = placeAt(opening ?? fault.pos[0]);
    const got = opening === null ? (WORDS[fault.code] ?? fault.message) : `a ${text[opening]} that is not closed`;
    throw new UsernsError("ERR_SCENARIO", { where: `${name}:${line}:${column}`, expected: "JSON or YAML", got });
  }
  const outside = findOutside(document.contents);
  if (outside) {
    const { line, column } = placeAt(outside.offset);
    throw new UsernsError("ERR_SCENARIO", { where: `${name}:${line}:${column}`, ...outside.fault });
  }
  // An alias stands for what it names as often as it is written: how often that is was counted above.
  const json: unknown = document.toJS({ maxAliasCount: -1 });
  return {
    name,
    json,
    placeOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === null ? null : placeAt(offset);
    },
  };
}

/**
 * Where a list, an object or a quoted text begins whose end is missed at an offset: there something else begins, often
 * lines below.
 *
 * @returns null where none ends at the offset
 */
function openingOf(document: Document.Parsed, offset: number): number | null {
  let opening: number | null = null;
  visit(document, (_, node) => {
    const isOpen =
      (isCollection(node) && node.flow === true) || (isScalar(node) && node.type?.startsWith("QUOTE") === true);
    if (isOpen && node.range?.[1] === offset) opening = node.range[0];
  });
  return opening;
}

/** Where the key or item at a path begins. */
function offsetOf(document: Document.Parsed, path: readonly PathPart[]): number | null {
  let at: Node | null | undefined = document.contents;
  let offset = startOf(at);
  for (const part of path) {
    const next = entryOf(resolved(document, at), part);
    if (!next) return null;
    at = next.value;
    offset = startOf(next.named);
  }
  return offset;
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

/** What an alias stands for. */
function resolved(document: Document.Parsed, node: Node | null | undefined): Node | null | undefined {
  return isAlias(node) ? node.resolve(document) : node;
}

interface NamedNode {
  /** The key of a map's value; an item of a list by itself. */
  readonly named: unknown;
  readonly value: Node | null;
}

function entryOf(node: Node | null | undefined, part: PathPart): NamedNode | null {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) === String(part) : false));
    return pair ? { named: pair.key, value: isNode(pair.value) ? pair.value : null } : null;
  }
  const item = isSeq(node) && typeof part === "number" ? node.items[part] : undefined;
  return isNode(item) ? { named: item, value: item } : null;
}
