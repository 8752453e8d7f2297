import { type IdMap, idMap, type Kind, type OwnerKind } from "../core/index.ts";
import type { OwnerMaps } from "../explain/index.ts";
import {
  type MapContext,
  mapArgument,
  type NamedMaps,
  parseMap,
  readFileMaps,
  readMaps,
  triples,
  uidMap,
} from "../formats/index.ts";
import { usageFault } from "./fault.ts";
import { readText } from "./text-file.ts";

/** The help of every option that takes a map. */
export const MAP_HELP =
  "0:100000:65536, several with commas; the text of a uid_map; any form of `userns convert`; or a file with one";

/** A map as an option gave it, and where it stood: the option, or the file. */
interface GivenText {
  readonly text: string;
  readonly where: string;
  readonly isFile: boolean;
}

/** The text that an option gives: its own, or that of the file that it names. */
export async function loadMapText(value: string, option: string): Promise<GivenText> {
  const argument = mapArgument(value);
  if (argument.type === "text") return { text: argument.text, where: option, isFile: false };
  const examples = [triples, uidMap].map(({ example }) => `"${example}"`).join(" or ");
  const missing = { option, expected: `a map such as ${examples}, or a file with one` };
  return { text: await readText(argument.path, "utf8", missing), where: argument.path, isFile: true };
}

/**
 * The maps that an option gives, in whichever form.
 *
 * @param option  named in errors: `--map`
 * @param known   what the ids of some forms are counted from
 */
export async function loadNamedMaps(
  value: string,
  option: string,
  known: Omit<MapContext, "where"> = {},
): Promise<NamedMaps> {
  const { text, where, isFile } = await loadMapText(value, option);
  const read = isFile ? readFileMaps : readMaps;
  return read(text, { ...known, where });
}

/** The map of one kind, whichever it is: the text has to say the same of users and groups, or of one of them. */
export async function loadMap<K extends Kind = Kind>(value: string, option: string): Promise<IdMap<K>> {
  const { text, where } = await loadMapText(value, option);
  return parseMap(text, where);
}

/**
 * The maps of users and of groups that two options name; without the second, the first gives both. What an option names
 * is read once: it may be a pipe.
 */
export async function loadOwnerMaps(
  uidText: string,
  gidText: string | undefined,
  option: string,
  gidOption: string,
): Promise<OwnerMaps> {
  const first = await loadNamedMaps(uidText, option);
  const uid = mapOfKind(first, "uid", option);
  if (gidText === undefined) return { uid, gid: mapOfKind(first, "gid", option, gidOption) };
  const second = await loadNamedMaps(gidText, gidOption);
  return { uid, gid: mapOfKind(second, "gid", gidOption) };
}

/** The map of a kind. @param other  the option that could name it */
export function mapOfKind<K extends OwnerKind>(maps: NamedMaps, kind: K, option: string, other?: string): IdMap<K> {
  const map = maps[kind];
  if (map) return idMap<K>(map.extents);
  const fix = other === undefined ? "" : `, or ${other} beside it`;
  throw usageFault(option, `a line of ${kind} too${fix}`, `none in this text of ${maps.format.title}`);
}

/** The maps that `--map` and `--gid-map` name. */
export async function loadMaps(options: {
  readonly map: string;
  readonly gidMap?: string;
}): Promise<{ readonly uids: IdMap<"uid">; readonly gids: IdMap<"gid"> }> {
  const { uid, gid } = await loadOwnerMaps(options.map, options.gidMap, "--map", "--gid-map");
  return { uids: uid, gids: gid };
}
