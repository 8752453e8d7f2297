import { quoted } from "../core/index.ts";
import { imageFault } from "./image-fault.ts";

/** The way to a value from the top of a document: names of members and numbers of items. */
export type JsonPath = readonly (string | number)[];

/** A value in a document, and where it stands. */
export interface JsonPlace {
  readonly value: unknown;
  readonly path: JsonPath;
  /** Of the document, in errors. */
  readonly document: string;
}

/** Deeper than any document of an image; a hostile one would use up the stack of whoever walks it. */
const MAX_DEPTH = 100;

/** Read a document. @throws UsernsError ERR_IMAGE */
export function readJson(text: string, document: string): JsonPlace {
  if (depthOf(text) > MAX_DEPTH) throw imageFault(document, `JSON of at most ${MAX_DEPTH} levels`, "more of them");
  try {
    return { value: JSON.parse(text), path: [], document };
  } catch (error) {
    throw imageFault(document, "JSON", error instanceof Error ? error.message : String(error));
  }
}

function depthOf(text: string): number {
  let [depth, deepest, isInString] = [0, 0, false];
  for (const [token] of text.matchAll(/[[{]|[\]}]|"|\\./g)) {
    if (token === '"') isInString = !isInString;
    else if (isInString) continue;
    else if (token === "[" || token === "{") deepest = Math.max(deepest, ++depth);
    else depth--;
  }
  return deepest;
}

/** `index.json: manifests[0].digest` */
export function showPlace({ path, document }: JsonPlace): string {
  if (path.length === 0) return document;
  const shown = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return `${document}: ${shown.replace(/^\./, "")}`;
}

function bad(place: JsonPlace, expected: string): Error {
  const { value } = place;
  return imageFault(showPlace(place), expected, value === undefined ? "none" : quoted(JSON.stringify(value)));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member of an object; its value is undefined when it is not there. @throws UsernsError ERR_IMAGE */
export function member(place: JsonPlace, name: string): JsonPlace {
  const { value, path, document } = place;
  if (!isObject(value)) throw bad(place, "an object");
  return { value: Object.hasOwn(value, name) ? value[name] : undefined, path: [...path, name], document };
}

/** Is there such a member? */
export function has(place: JsonPlace, name: string): boolean {
  return isObject(place.value) && Object.hasOwn(place.value, name) && place.value[name] !== null;
}

/** The items of a list. @throws UsernsError ERR_IMAGE */
export function items(place: JsonPlace): JsonPlace[] {
  const { value, path, document } = place;
  if (!Array.isArray(value)) throw bad(place, "a list");
  return value.map((item: unknown, index) => ({ value: item, path: [...path, index], document }));
}

/** The members of an object. @throws UsernsError ERR_IMAGE */
export function members(place: JsonPlace): [name: string, JsonPlace][] {
  if (!isObject(place.value)) throw bad(place, "an object");
  return Object.keys(place.value).map((name) => [name, member(place, name)]);
}

/** @throws UsernsError ERR_IMAGE */
export function textAt(place: JsonPlace): string {
  if (typeof place.value !== "string") throw bad(place, "a text");
  return place.value;
}

/** A text, or the empty one where there is none. @throws UsernsError ERR_IMAGE */
export function textOr(place: JsonPlace): string {
  return place.value === undefined || place.value === null ? "" : textAt(place);
}

/** A number of bytes. @throws UsernsError ERR_IMAGE */
export function sizeAt(place: JsonPlace): number {
  const { value } = place;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw bad(place, "a size, in whole bytes, of less than 2⁵³");
  return value;
}
