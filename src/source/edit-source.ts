import { type Document, isMap, isNode, isScalar, isSeq, type Node, parseDocument } from "yaml";
import type { PathPart } from "../scenario/index.ts";

/**
 * A text of YAML or JSON with one number changed where it stands. All else stays as it was written, comments too.
 *
 * @param path  where a number or a text stands
 * @returns     the text itself where there is none
 * @example     setNumber("maps: [[0, 1000, 1]] # mine\n", ["maps", 0, 2], 9) // "maps: [[0, 1000, 9]] # mine\n"
 */
export function setNumber(text: string, path: readonly PathPart[], value: number): string {
  const node = nodeAt(parseDocument(text), path);
  if (!isScalar(node) || !node.range) return text;
  const [start, end] = node.range;
  return text.slice(0, start) + String(value) + text.slice(end);
}

/**
 * A text of YAML or JSON with one list of numbers more at the end of a list, in the list's own style. Where the list is
 * not there yet, it becomes a key of the object that should hold it.
 *
 * @param path  of the list; its last part is a key
 * @returns     the text itself where there is neither
 * @example     addNumbers("maps: [[0, 1000, 1]]\n", ["maps"], [1, 5, 9]) // "maps: [[0, 1000, 1], [1, 5, 9]]\n"
 */
export function addNumbers(text: string, path: readonly PathPart[], numbers: readonly number[]): string {
  const document = parseDocument(text);
  const item = `[${numbers.join(", ")}]`;
  const list = nodeAt(document, path);
  if (isSeq(list) && list.range) {
    const end = list.range[1];
    const last = list.items.at(-1);
    if (list.flow) {
      const close = text.lastIndexOf("]", end - 1);
      return insert(
        text,
        list.items.length > 0 ? endOf(last, close) : close,
        (list.items.length > 0 ? ", " : "") + item,
      );
    }
    return insert(text, lineEnd(text, endOf(last, end)), `\n${indentOf(text, startOf(last, end))}- ${item}`);
  }
  const key = path.at(-1);
  const holder = nodeAt(document, path.slice(0, -1));
  if (list || !isMap(holder) || !holder.range || key === undefined) return text;
  const last = holder.items.at(-1);
  const value = isNode(last?.value) ? last.value : last?.key;
  if (holder.flow) return insert(text, endOf(value, holder.range[1] - 1), `, ${key}: [${item}]`);
  const indent = " ".repeat(columnOf(text, startOf(last?.key, holder.range[0])));
  return insert(text, lineEnd(text, endOf(value, holder.range[1])), `\n${indent}${key}: [${item}]`);
}

function nodeAt(document: Document.Parsed, path: readonly PathPart[]): Node | null {
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node : null;
}

function insert(text: string, at: number, piece: string): string {
  return text.slice(0, at) + piece + text.slice(at);
}

function startOf(node: unknown, otherwise: number): number {
  return isNode(node) && node.range ? node.range[0] : otherwise;
}

/** Where a value ends, without the comment behind it. */
function endOf(node: unknown, otherwise: number): number {
  return isNode(node) && node.range ? node.range[1] : otherwise;
}

/** Behind the comment on a line. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function columnOf(text: string, at: number): number {
  return at - (text.lastIndexOf("\n", at - 1) + 1);
}

/** The blanks before the dash of the item that begins at `at`. */
function indentOf(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
  return " ".repeat(line.lastIndexOf("-"));
}
