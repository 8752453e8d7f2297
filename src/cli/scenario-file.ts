import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { UsernsError } from "../core/index.ts";
import type { PathPart, Place, Source } from "../scenario/index.ts";
import { fileFault } from "./fault.ts";

/** The argument that means standard input. */
const STDIN = "-";

/**
 * Read a file of JSON or YAML, which holds JSON.
 *
 * @param path  `-` for `stdin`
 * @throws UsernsError ERR_FILE when it cannot be read, ERR_SCENARIO with file:line:column when it is neither
 */
export async function readSource(path: string, stdin: Readable): Promise<Source> {
  const name = path === STDIN ? "stdin" : path;
  return parseSource(textOf(path === STDIN ? await allOf(stdin) : await bytesOf(path), name), name);
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileFault(error, path, "a file that can be read");
  }
}

async function allOf(stdin: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsernsError("ERR_SCENARIO", { where: name, expected: "text in UTF-8", got: "other bytes" });
  }
}

/**
 * Parse a text of JSON or YAML 1.2, and remember where its values stand.
 *
 * @throws UsernsError ERR_SCENARIO with name:line:column
 */
export function parseSource(text: string, name: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  // A warning is about a tag that nothing here knows: its value would be read as something else.
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) {
    const { line, column } = placeAt(fault.pos[0]);
    const got = fault.code === "MULTIPLE_DOCS" ? "a second document, behind ---" : fault.message;
    throw notYaml(`${name}:${line}:${column}`, got);
  }
  return {
    name,
    json: jsonOf(document, name),
    placeOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === null ? null : placeAt(offset);
    },
  };
}

function notYaml(where: string, got: string): UsernsError {
  return new UsernsError("ERR_SCENARIO", { where, expected: "JSON or YAML", got });
}

function jsonOf(document: Document.Parsed, name: string): unknown {
  try {
    const json: unknown = document.toJS();
    // An alias inside of what it stands for has no JSON.
    JSON.stringify(json);
    return json;
  } catch (error) {
    // An alias of nothing, or more of them than any scenario has use for.
    if (error instanceof ReferenceError) throw notYaml(name, error.message);
    if (error instanceof TypeError) throw notYaml(name, "an alias inside of what it stands for");
    throw error;
  }
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
