import { readFile } from "node:fs/promises";
import { type IdMap, type Kind, UsernsError } from "../core/index.ts";
import { MAP_FORMATS, parseMap, readMapArgument } from "../formats/index.ts";
import { fileFault, isSystemError } from "./fault.ts";

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
  return parseMap(await readMapFile(argument.path, option), argument.path);
}

async function readMapFile(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT")
      throw new UsernsError("ERR_FILE", {
        where: option,
        expected: `a map such as ${MAP_FORMATS.map(({ example }) => `"${example}"`).join(" or ")}, or a file with one`,
        got: `${JSON.stringify(path)}, and there is no such file`,
      });
    throw fileFault(error, path, "a file that can be read");
  }
}

/** The maps of users and of groups that `--map` and `--gid-map` name; without `--gid-map` both are the same. */
export async function loadMaps(options: {
  readonly map: string;
  readonly gidMap?: string;
}): Promise<{ readonly uids: IdMap<"uid">; readonly gids: IdMap<"gid"> }> {
  const uids = await loadMap<"uid">(options.map, "--map");
  const gids =
    options.gidMap === undefined
      ? await loadMap<"gid">(options.map, "--map")
      : await loadMap<"gid">(options.gidMap, "--gid-map");
  return { uids, gids };
}
