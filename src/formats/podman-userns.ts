import { compose, type Extent, IDENTITY, idMap, type OwnerKind, sizeOf } from "../core/index.ts";
import { behind, type Field, fieldsOf, readNumber, splitField, textFault } from "./fields.ts";
import type { MapContext, MapFormat, ReadMaps, ToolUser } from "./format.ts";
import { intermediateMap } from "./intermediate.ts";
import { noLine } from "./no-line.ts";
import { madeLater, userMissing } from "./relative.ts";

const EXAMPLE = "keep-id:uid=200,gid=210";
const MODES = "host, nomap, keep-id[:uid=N,gid=N,size=N] or auto[:size=N,uidmapping=I:H:N,gidmapping=I:H:N]";

/**
 * The mode of Podman's `--userns`, UserNS= or PODMAN_USERNS: a rule that makes a map of the user's ids.
 *
 * @source podman-run(1), "--userns"; vectors/peers/podman-uidmap.json (userns.keep_id)
 */
export const podmanUserns: MapFormat = {
  name: "podman-userns",
  title: "Podman's --userns",
  example: EXAMPLE,
  target: { maps: "process", limits: [] },
  recognises: (text) =>
    /^\s*(?:(?:--userns|UserNS|PODMAN_USERNS)[=\s]|(?:keep-id|auto)(?::[a-z]+=|\s*$)|nomap\s*$)/.test(text),
  parse,
  write: null,
};

/** What keep-id is told. */
export interface KeepId {
  readonly id: number;
  /** How many ids the namespace has at most; 0 for all. */
  readonly size: number;
}

/**
 * The map of `keep-id`, down to the user's own count: the user is `id` inside, the granted ids stand around it.
 *
 * @param granted  how many ids the user was granted
 * @example keepIdExtents({ id: 1, size: 0 }, 2).length // 3
 */
export function keepIdExtents({ id, size }: KeepId, granted: number): readonly Extent[] {
  const others = size > 0 ? Math.min(granted, size - 1) : granted;
  const below = Math.min(id, others);
  return [
    { first: 0, lowerFirst: 1, count: below },
    { first: id, lowerFirst: 0, count: 1 },
    { first: id + 1, lowerFirst: id + 1, count: others - below },
  ].filter(({ count }) => count > 0);
}

function parse(text: string, context: MapContext): ReadMaps {
  const { where, user } = context;
  const [mode, surplus] = fieldsOf(text, /[^\s="']+(?:=[^\s"']*)?/g)
    .map((word) => {
      const key = /^(?:--userns|UserNS|PODMAN_USERNS)=?/.exec(word.text);
      return key ? behind(word, key[0].length) : word;
    })
    .filter((word) => word.text !== "");
  if (!mode) throw noLine(where, EXAMPLE);
  if (surplus) throw textFault(surplus, where, "nothing behind the mode");
  const [word, ...rest] = splitField(mode, ":");
  const options = rest.length === 0 ? [] : splitField(behind(mode, (word?.text.length ?? 0) + 1), ",");
  switch (word?.text) {
    case "host":
      return { uid: IDENTITY, gid: IDENTITY, notes: ["host: the container has no user namespace of its own"] };
    case "auto":
      throw madeLater(where, "auto", "podman inspect --format '{{.HostConfig.IDMappings}}' CONTAINER");
    case "keep-id":
      if (!user) throw userMissing(where, podmanUserns.title);
      return keepId(options, user, where);
    case "nomap":
      if (!user) throw userMissing(where, podmanUserns.title);
      return { ...grantedOnly(user), notes: [`${user.name}'s own id is in no map: nomap`] };
    default:
      throw textFault(mode, where, MODES);
  }
}

function keepId(options: readonly Field[], user: ToolUser, where: string): ReadMaps {
  const given: { uid: number; gid: number; size: number } = { uid: user.uid, gid: user.gid, size: 0 };
  for (const option of options) {
    const [name, value, ...surplus] = splitField(option, "=");
    const key = (["uid", "gid", "size"] as const).find((known) => known === name?.text);
    if (!key || !value || surplus.length > 0) throw textFault(option, where, "uid=N, gid=N or size=N");
    given[key] = readNumber(value, where);
  }
  const mapOf = <K extends OwnerKind>(kind: K) =>
    compose(
      idMap<K>(keepIdExtents({ id: given[kind], size: given.size }, sizeOf(user.granted[kind])), { where }),
      intermediateMap(user, kind),
    );
  return { uid: mapOf("uid"), gid: mapOf("gid"), notes: [`${user.name} is ${given.uid}:${given.gid} inside`] };
}

function grantedOnly(user: ToolUser): Pick<ReadMaps, "uid" | "gid"> {
  const mapOf = <K extends OwnerKind>(kind: K) => {
    const count = sizeOf(user.granted[kind]);
    return compose(idMap<K>(count > 0 ? [{ first: 0, lowerFirst: 1, count }] : []), intermediateMap(user, kind));
  };
  return { uid: mapOf("uid"), gid: mapOf("gid") };
}
