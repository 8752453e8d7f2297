import {
  compose,
  cut,
  type Extent,
  fill,
  flip,
  IDENTITY,
  type IdMap,
  idMap,
  insideOf,
  type Kind,
  merge,
  type OwnerKind,
  override,
  sizeOf,
  UsernsError,
} from "../core/index.ts";
import { colons } from "./colon-line.ts";
import { behind, type Field, fieldsOf, placeOf, readNumber, splitField, textFault } from "./fields.ts";
import type { MapContext, MapFormat, ReadMaps, WrittenMap } from "./format.ts";
import { intermediateMap, toIntermediate } from "./intermediate.ts";
import { isAlike, mapOfPlaced } from "./map-lines.ts";
import type { MapPair } from "./map-pair.ts";
import { noLine } from "./no-line.ts";
import { KERNEL_LINES } from "./target.ts";

const EXAMPLE = "--uidmap 0:100000:65536";
const EXPECTED = "[+ug]inside:[@]from[:count], as in +1000:0:1 or u2000:@2000:1";
const SPEC = /^[+ug]*\d+:@?\d+(?::\d+)?$/;

/** Options and Quadlet keys that a map may stand behind, by what they map. */
const OPTIONS: { readonly [name: string]: OwnerKind } = {
  "--uidmap": "uid",
  "--gidmap": "gid",
  UIDMap: "uid",
  GIDMap: "gid",
};

/**
 * Podman's `--uidmap` and `--gidmap`, or UIDMap= and GIDMap= of a Quadlet; lines without an option are of `--uidmap`.
 *
 * Root's Podman counts from host ids. A user's counts from the ids of the namespace that Podman makes first: 0 is the
 * user, 1 the first id granted in /etc/subuid, and so on; the maps read are down to the host's ids all the same.
 * `+` lays a line over those before it; where every line has one, the ids left over are filled in behind.
 *
 * @source podman-run(1), "--uidmap"; vectors/peers/podman-uidmap.json
 */
export const podman: MapFormat = {
  name: "podman",
  title: "Podman's --uidmap and --gidmap",
  example: EXAMPLE,
  target: { maps: "process", limits: [KERNEL_LINES] },
  recognises: (text) => /^\s*(?:--[ug]idmap\b|[UG]IDMap=|[+ug]+\d+:@?\d|\d+:@\d)/.test(text),
  parse,
  write,
};

/** One line of Podman's, its flags read. */
export interface PodmanSpec {
  readonly field: Field;
  readonly isExtending: boolean;
  /** The kinds that its flags name; none where they name none. */
  readonly kinds: readonly OwnerKind[];
  readonly isHostId: boolean;
  readonly first: number;
  readonly from: number;
  readonly count: number;
}

/** @throws UsernsError with `where:line:column` */
export function readPodmanSpec(field: Field, where: string): PodmanSpec {
  const flags = /^[+ug]*/.exec(field.text)?.[0] ?? "";
  const [inside, from, count, ...surplus] = splitField(behind(field, flags.length), ":");
  if (!inside || !from || surplus.length > 0) throw textFault(field, where, EXPECTED);
  const isHostId = from.text.startsWith("@");
  return {
    field,
    isExtending: flags.includes("+"),
    kinds: (["uid", "gid"] as const).filter((kind) => flags.includes(kind[0] ?? "")),
    isHostId,
    first: readNumber(inside, where),
    from: readNumber(isHostId ? behind(from, 1) : from, where),
    count: count ? readNumber(count, where) : 1,
  };
}

/** Lines of each option, in order. */
export type PodmanSpecs = { readonly [K in OwnerKind]: readonly PodmanSpec[] };

/**
 * The lines that make the map of a kind: a flag says which kind a line is of; without one it is of its option's, and of
 * the other kind too where that has no option of its own.
 *
 * @source podman-run(1): u and g; vectors/peers/podman-uidmap.json (compose.copy_to_other_kind)
 */
export function specsOfKind(
  specs: PodmanSpecs,
  kind: OwnerKind,
): readonly (PodmanSpec & { readonly via: OwnerKind })[] {
  const other: OwnerKind = kind === "uid" ? "gid" : "uid";
  const isOf = (option: OwnerKind) => (spec: PodmanSpec) =>
    spec.kinds.length > 0 ? spec.kinds.includes(kind) : option === kind || specs[kind].length === 0;
  return [
    ...specs[other].filter(isOf(other)).map((spec) => ({ ...spec, via: other })),
    ...specs[kind].filter(isOf(kind)).map((spec) => ({ ...spec, via: kind })),
  ];
}

/**
 * The map of one kind, down to the ids that Podman counts from.
 *
 * @param parents  for each option, the map from the ids that Podman counts from down to host ids, for `@`
 * @throws UsernsError with the place of the line that is wrong
 */
export function podmanMap<K extends Kind>(
  specs: readonly (PodmanSpec & { readonly via: OwnerKind })[],
  parents: { readonly uid: IdMap; readonly gid: IdMap },
  where: string,
): IdMap<K> {
  let map: IdMap<K> = idMap([]);
  for (const spec of specs) {
    const extents = extentsOf(spec, parents[spec.via], where);
    const at = placeOf(where, spec.field);
    mapOfPlaced(
      extents.map((extent) => ({ extent, at })),
      where,
    );
    if (spec.isExtending) for (const extent of extents) map = override(map, extent);
    else
      map = mapOfPlaced<K>(
        [...map.extents, ...extents].map((extent) => ({ extent, at })),
        where,
      );
  }
  return merge(map);
}

/** A line's extents: a range of host ids may stand in several pieces among the ids that Podman counts from. */
function extentsOf(spec: PodmanSpec, parent: IdMap, where: string): readonly Extent[] {
  const { first, from, count } = spec;
  if (!spec.isHostId) return [{ first, lowerFirst: from, count }];
  const pieces = parent.extents
    .map(flip)
    .flatMap((piece) => cut(piece, { first: from, count }) ?? [])
    .map(({ first: host, lowerFirst, count: length }) => ({ first: first + (host - from), lowerFirst, count: length }))
    .sort((a, b) => a.first - b.first);
  if (sizeOf(pieces) === count) return pieces;
  throw textFault(spec.field, where, "host ids that the user has: its own, or granted to it");
}

function parse(text: string, context: MapContext): ReadMaps {
  const { where, user } = context;
  const specs = readSpecs(text, where);
  if (specs.uid.length + specs.gid.length === 0) throw noLine(where, EXAMPLE);
  const parents: MapPair = user
    ? { uid: intermediateMap(user, "uid"), gid: intermediateMap(user, "gid") }
    : { uid: IDENTITY, gid: IDENTITY };
  const mapOf = <K extends OwnerKind>(kind: K): IdMap<K> | null => {
    const own = specsOfKind(specs, kind);
    if (own.length === 0) return null;
    const laid = podmanMap<K>(own, parents, where);
    const isFilled = own.every(({ isExtending }) => isExtending);
    const whole = isFilled ? fill(laid, insideOf(parents[kind])) : laid;
    return user ? flattened(whole, idMap<K>(parents[kind].extents), kind, context) : whole;
  };
  const counted = user
    ? `counted from ${user.name}'s ids: 0 is ${user.name}, then what /etc/subuid and /etc/subgid grant`
    : "counted from host ids, as root's Podman does; a user's counts from its own (--user, --subuid)";
  return { uid: mapOf("uid"), gid: mapOf("gid"), notes: [counted] };
}

/** Down to host ids. @throws UsernsError ERR_UNMAPPED where the user has not all the ids */
function flattened<K extends OwnerKind>(
  map: IdMap<K>,
  parent: IdMap<K>,
  kind: K,
  { where, user }: MapContext,
): IdMap<K> {
  const flat = compose(map, parent);
  const [asked, has] = [sizeOf(map.byFirst), sizeOf(flat.byFirst)];
  if (asked === has) return flat;
  throw new UsernsError("ERR_UNMAPPED", {
    where,
    expected: `ids that ${user?.name ?? "the user"} has: 0 to ${sizeOf(parent.byFirst) - 1} of ${kind}`,
    got: `${asked - has} ids more`,
  });
}

function readSpecs(text: string, where: string): PodmanSpecs {
  const specs: { readonly [K in OwnerKind]: PodmanSpec[] } = { uid: [], gid: [] };
  let option: OwnerKind = "uid";
  for (const word of fieldsOf(text, /[^\s,]+/g)) {
    const named = /^(--[ug]idmap|[UG]IDMap)(=|$)/.exec(word.text);
    if (named) option = OPTIONS[named[1] ?? ""] ?? option;
    const rest = named ? behind(word, named[0].length) : word;
    if (rest.text === "") continue;
    if (!SPEC.test(rest.text) && !/^[+ug]*\d/.test(rest.text)) throw textFault(rest, where, EXPECTED);
    specs[option].push(readPodmanSpec(rest, where));
  }
  return specs;
}

function write(maps: MapPair, context: MapContext): readonly WrittenMap[] {
  const { user } = context;
  const counted: MapPair = user
    ? {
        uid: toIntermediate(maps.uid, user, "uid", context.where),
        gid: toIntermediate(maps.gid, user, "gid", context.where),
      }
    : maps;
  const options = (kind: OwnerKind) => counted[kind].extents.map((extent) => `--${kind}map ${colons(extent)}`);
  const texts = isAlike(counted) ? options("uid") : [...options("uid"), ...options("gid")];
  return [{ kind: "both", text: texts.join(" ") }];
}
