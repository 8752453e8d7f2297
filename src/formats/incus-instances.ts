import type { IdRecord } from "./id-record.ts";
import { incusJson } from "./incus-json.ts";
import { elements, type JsonValue, jsonFault, member, readJson } from "./json-value.ts";

/** Where the map of an instance stands: while it runs, when it starts again, and in LXD when it last ran. */
const KEYS = ["volatile.idmap.current", "volatile.idmap.next", "volatile.last_state.idmap"] as const;

/**
 * The instances that `incus list --format json` prints, or `lxc list --format json` of LXD, with their maps. One without
 * a map, such as a virtual machine or a privileged container, is left out.
 *
 * @throws UsernsError ERR_MAP_TEXT, ERR_ID_RANGE
 * @source Incus' documentation, "Instance volatile keys"
 * @example incusRecords('[{"name":"c1","config":{}}]', "incus.json") // []
 */
export function incusRecords(text: string, where: string): readonly IdRecord[] {
  return elements(readJson(text, where)).flatMap((instance) => recordOf(instance) ?? []);
}

function recordOf(instance: JsonValue): IdRecord | null {
  const config = member(instance, "config");
  const name = textOf(member(instance, "name"));
  for (const key of KEYS) {
    const found = member(config, key);
    if (found.value === undefined || found.value === "" || found.value === "[]") continue;
    return { owner: name, where: found.at, maps: incusJson.parse(textOf(found), { where: found.at }) };
  }
  return null;
}

function textOf(value: JsonValue): string {
  if (typeof value.value !== "string") throw jsonFault(value, "text");
  return value.value;
}
