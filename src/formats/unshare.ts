import { cutOut, type Extent, flip, IDENTITY, lowerOf, type OwnerKind, type Range } from "../core/index.ts";
import { colons, readColons } from "./colon-line.ts";
import { type Field, placeOf, readNumber, splitField, textFault } from "./fields.ts";
import type { MapContext, MapFormat, ReadMaps, ToolUser } from "./format.ts";
import { type MapLine, mapsOfLines } from "./map-lines.ts";
import { readOptions } from "./options.ts";
import { userMissing } from "./relative.ts";
import { KERNEL_LINES } from "./target.ts";

const EXAMPLE = "--map-users=0:100000:65536";
const OPTIONS = {
  "--map-users": "value",
  "--map-groups": "value",
  "--map-user": "value",
  "--map-group": "value",
  "--map-root-user": "flag",
  "--map-current-user": "flag",
  "--map-auto": "flag",
  "--map-subids": "flag",
  "-r": "flag",
  "-c": "flag",
} as const;

/**
 * The options of unshare(1) that map ids. `auto` and `subids` take the first range granted to the user; `--map-user` and
 * its kin lay one id over it.
 *
 * @source unshare(1); vectors/peers/util-linux.json
 */
export const unshare: MapFormat = {
  name: "unshare",
  title: "unshare --map-users and --map-groups",
  example: EXAMPLE,
  target: { maps: "process", limits: [KERNEL_LINES] },
  recognises: (text) =>
    /^\s*unshare\b|(?:^|\s)--map-(?:users?|groups?|root-user|current-user|auto|subids)(?:[=\s]|$)/.test(text),
  parse,
  write: (maps) => {
    const options = (["uid", "gid"] as const).flatMap((kind) =>
      maps[kind].extents.map((extent) => `--map-${kind === "uid" ? "users" : "groups"}=${colons(extent)}`),
    );
    return [{ kind: "both", text: options.join(" ") }];
  },
};

/**
 * One line of `--map-users`: `inner:outer:count`, or with commas `outer,inner,count` as before util-linux 2.39.
 *
 * @throws UsernsError with `where:line:column`
 */
export function readUnshareLine(value: Field, where: string): Extent {
  if (!value.text.includes(",")) return readColons(value, where, "inner:outer:count or outer,inner,count");
  const numbers = splitField(value, ",");
  if (numbers.length !== 3) throw textFault(value, where, "outer,inner,count");
  const [lowerFirst = 0, first = 0, count = 0] = numbers.map((number) => readNumber(number, where));
  return { first, lowerFirst, count };
}

/**
 * One id laid over the ranges before it: those inside go on behind it, so the last id of the range is lost.
 *
 * @source vectors/peers/util-linux.json (unshare.maps)
 * @example layUnshareId([{ first: 0, lowerFirst: 100000, count: 3 }], 0, 1000).length // 2
 */
export function layUnshareId(extents: readonly Extent[], inside: number, outside: number): readonly Extent[] {
  const single = { first: inside, lowerFirst: outside, count: 1 };
  const moved = extents
    .flatMap((extent) => cutOut(flip(extent), lowerOf(single)).map(flip))
    .flatMap((extent): readonly Extent[] => {
      const before = inside - extent.first;
      if (before < 0 || before >= extent.count) return [extent];
      return [
        { ...extent, count: before },
        { first: inside + 1, lowerFirst: extent.lowerFirst + before, count: extent.count - before - 1 },
      ].filter(({ count }) => count > 0);
    });
  return [...moved, single].sort((a, b) => a.first - b.first);
}

function parse(text: string, context: MapContext): ReadMaps {
  const { where } = context;
  const given = readOptions(text, where, OPTIONS);
  const ranges: { readonly [K in OwnerKind]: MapLine[] } = { uid: [], gid: [] };
  const singles: { kind: OwnerKind; inside: number; at: Field }[] = [];
  for (const { name, value } of given) {
    const kind: OwnerKind = name.includes("group") ? "gid" : "uid";
    switch (name) {
      case "--map-users":
      case "--map-groups":
        ranges[kind].push(...rangesOf(value, kind, context));
        break;
      case "--map-auto":
      case "--map-subids": {
        const text = name === "--map-auto" ? "auto" : "subids";
        for (const each of ["uid", "gid"] as const) ranges[each].push(...rangesOf({ ...value, text }, each, context));
        break;
      }
      case "--map-user":
      case "--map-group":
        singles.push({ kind, inside: readNumber(value, where), at: value });
        break;
      default: {
        const user = userOf(context);
        const isRoot = name === "-r" || name === "--map-root-user";
        for (const each of ["uid", "gid"] as const)
          singles.push({ kind: each, inside: isRoot ? 0 : user[each], at: value });
      }
    }
  }
  const lines = (["uid", "gid"] as const).flatMap((kind) => {
    const own = singles.filter((single) => single.kind === kind);
    if (own.length === 0) return ranges[kind];
    const user = userOf(context);
    const extents = own.reduce(
      (laid: readonly Extent[], { inside }) => layUnshareId(laid, inside, user[kind]),
      ranges[kind].map(({ extent }) => extent),
    );
    return extents.map((extent) => ({ kind, extent, at: where }));
  });
  return mapsOfLines(lines, where, EXAMPLE);
}

function userOf({ where, user }: MapContext): ToolUser {
  if (!user) throw userMissing(where, unshare.title);
  return user;
}

function rangesOf(value: Field, kind: OwnerKind, context: MapContext): readonly MapLine[] {
  const { where } = context;
  const at = placeOf(where, value);
  const lines = (extents: readonly Extent[]) => extents.map((extent) => ({ kind, extent, at }));
  if (value.text === "all") return lines(IDENTITY.extents);
  if (value.text !== "auto" && value.text !== "subids") return lines([readUnshareLine(value, where)]);
  const [granted]: readonly Range[] = userOf(context).granted[kind];
  if (!granted) throw textFault(value, where, `a range granted in /etc/sub${kind}`);
  const first = value.text === "auto" ? 0 : granted.first;
  return lines([{ first, lowerFirst: granted.first, count: granted.count }]);
}
