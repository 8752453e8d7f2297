import { type IdMap, type Kind, quoted, UsernsError } from "../core/index.ts";
import type { MapFormat } from "./format.ts";
import { triples } from "./triples.ts";
import { uidMap } from "./uid-map.ts";

/** Every way to write a map, most particular first. */
export const MAP_FORMATS: readonly MapFormat[] = [triples, uidMap];

/** The format that a text begins like, or null. */
export function recogniseMapFormat(text: string): MapFormat | null {
  return MAP_FORMATS.find((format) => format.recognises(text)) ?? null;
}

/**
 * Read a map in whichever format it is written.
 *
 * @param where  the name of the input; errors say `where:line:column`
 * @throws UsernsError ERR_MAP_TEXT when it looks like none of them, and what the format throws
 * @example parseMap("0:100000:65536", "--map").extents.length // 1
 */
export function parseMap<K extends Kind = Kind>(text: string, where = "map"): IdMap<K> {
  const format = recogniseMapFormat(text);
  if (format) return format.parse(text, where);
  throw new UsernsError("ERR_MAP_TEXT", {
    where,
    expected: `a map such as ${MAP_FORMATS.map(({ example }) => example).join(" or ")}`,
    got: text.trim() === "" ? "no text" : quoted(text.trim()),
  });
}

/** What was given where a map is asked for: the map's own text, or the path of a file that holds it. */
export type MapArgument<K extends Kind = Kind> =
  | { readonly type: "map"; readonly map: IdMap<K> }
  | { readonly type: "path"; readonly path: string };

/**
 * Tell a map from the path of a file with one. What begins like a map is one: a file of such a name is given as `./0:1:1`.
 *
 * @throws UsernsError with `where:line:column` when it begins like a map and is none
 * @example readMapArgument("/proc/self/uid_map", "--map") // { type: "path", path: "/proc/self/uid_map" }
 */
export function readMapArgument<K extends Kind = Kind>(value: string, where: string): MapArgument<K> {
  if (recogniseMapFormat(value)) return { type: "map", map: parseMap(value, where) };
  if (value.trim() === "" || /[\r\n]/.test(value)) return { type: "map", map: parseMap(value, where) };
  return { type: "path", path: value };
}
