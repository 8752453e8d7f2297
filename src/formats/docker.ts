import { quoted } from "../core/index.ts";
import { fieldsOf, textFault } from "./fields.ts";
import type { MapFormat, ReadMaps } from "./format.ts";
import { intermediateMap } from "./intermediate.ts";
import { jsonFault, looksLikeJson, member, readJson } from "./json-value.ts";
import { userMissing } from "./relative.ts";
import { countedFrom0 } from "./subid-map.ts";

/** The user that `default` stands for. */
const DEFAULT = "dockremap";

/**
 * `userns-remap` of Docker's daemon.json, or of its command line: 0 inside is the first id granted to the user that it
 * names in /etc/subuid and /etc/subgid.
 *
 * @source dockerd(8), "--userns-remap"
 */
export const docker: MapFormat = {
  name: "docker",
  title: "Docker's userns-remap",
  example: '{"userns-remap":"default"}',
  target: { maps: "process", limits: [] },
  recognises: (text) => looksLikeJson(text, "userns-remap") || /^\s*--userns-remap[=\s]/.test(text),
  parse: (text, { where, user }): ReadMaps => {
    const named = remapUser(text, where);
    if (!user) throw userMissing(where, `userns-remap (${quoted(named)})`);
    return {
      uid: countedFrom0(user.granted.uid, where),
      gid: countedFrom0(user.granted.gid, where),
      notes: [`0 inside is the first id granted to ${user.name}; userns-remap names ${named}`],
    };
  },
  write: null,
};

function remapUser(text: string, where: string): string {
  if (looksLikeJson(text)) {
    const value = member(readJson(text, where), "userns-remap");
    if (typeof value.value !== "string" || value.value === "") throw jsonFault(value, "default, user or user:group");
    return userOf(value.value);
  }
  const [option, word] = fieldsOf(text, /[^\s=]+/g);
  if (!option || !word)
    throw textFault({ text: text.trim(), line: 1, column: 1 }, where, "default, user or user:group behind it");
  return userOf(word.text);
}

function userOf(value: string): string {
  const [name = ""] = value.split(":");
  return name === "default" ? DEFAULT : name;
}

/**
 * The map of rootless Docker, Podman or Buildah: 0 inside is the user, then every id granted to it. The text behind the
 * prefix is empty or the user's name.
 *
 * @source rootlesskit; vectors/peers/rootlesskit.json
 */
export const rootless: MapFormat = {
  name: "rootless",
  title: "a rootless engine's own map",
  example: "rootless:ben",
  target: { maps: "process", limits: [] },
  recognises: () => false,
  parse: (text, { where, user }) => {
    if (!user) throw userMissing(where, "a rootless engine");
    if (text.trim() !== "" && text.trim() !== user.name)
      throw textFault({ text: text.trim(), line: 1, column: 1 }, where, `nothing, or ${user.name}`);
    return { uid: intermediateMap(user, "uid"), gid: intermediateMap(user, "gid"), notes: [] };
  },
  write: null,
};
