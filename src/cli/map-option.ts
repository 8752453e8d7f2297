import { type IdMap, idMap, type Kind } from "../core/index.ts";
import type { OwnerMaps } from "../explain/index.ts";
import { MAP_FORMATS, parseMap, readMapArgument } from "../formats/index.ts";
import { readText } from "./text-file.ts";

/** The help of every option that takes a map. */
export const MAP_HELP = "0:100000:65536, several with commas; the text of a uid_map; or a file with either";

/**
 * The map that an option names: its text, or the path of a file that holds it.
 *
 * @param option  named in errors: `--map`
 */
export async function loadMap<K extends Kind = Kind>(value: string, option: string): Promise<IdMap<K>> {
  const argument = readMapArgument<K>(value, option);
  if (argument.type === "map") return argument.map;
  const examples = MAP_FORMATS.map(({ example }) => `"${example}"`).join(" or ");
  const missing = { option, expected: `a map such as ${examples}, or a file with one` };
  return parseMap(await readText(argument.path, "utf8", missing), argument.path);
}

/**
 * The maps of users and of groups that two options name; without the second both are the same. What an option names is
 * read once: it may be a pipe.
 */
export async function loadOwnerMaps(
  uidText: string,
  gidText: string | undefined,
  option: string,
  gidOption: string,
): Promise<OwnerMaps> {
  const uid = await loadMap<"uid">(uidText, option);
  return { uid, gid: gidText === undefined ? idMap(uid.extents) : await loadMap(gidText, gidOption) };
}

/** The maps that `--map` and `--gid-map` name. */
export async function loadMaps(options: {
  readonly map: string;
  readonly gidMap?: string;
}): Promise<{ readonly uids: IdMap<"uid">; readonly gids: IdMap<"gid"> }> {
  const { uid, gid } = await loadOwnerMaps(options.map, options.gidMap, "--map", "--gid-map");
  return { uids: uid, gids: gid };
}
