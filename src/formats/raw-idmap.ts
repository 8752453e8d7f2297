import { type Extent, fits, lowerOf, type Range, rangeBetween } from "../core/index.ts";
import { behind, type Field, placeOf, readNumber, splitField, textFault } from "./fields.ts";
import type { LineKind, MapFormat } from "./format.ts";
import { kindLines, type MapLine, mapsOfLines } from "./map-lines.ts";
import { KERNEL_LINES } from "./target.ts";

const EXAMPLE = "both 1000 1000";
const EXPECTED = `uid, gid or both, then host id and inside id with one blank between, as in ${EXAMPLE} or uid 50-60 500-510`;
const KINDS: { readonly [word: string]: LineKind } = { uid: "uid", gid: "gid", both: "both" };

/**
 * Incus' and LXD's `raw.idmap`: host ids first, then the ids inside that they become. Its lines are laid over the map
 * that the instance has; read alone they are only themselves.
 *
 * @source Incus' documentation, "Idmaps for user namespace"; vectors/peers/lxd-parse.json
 */
export const rawIdmap: MapFormat = {
  name: "raw.idmap",
  title: "raw.idmap of Incus and LXD",
  example: EXAMPLE,
  target: { maps: "process", limits: [KERNEL_LINES] },
  recognises: (text) => /^\s*(?:raw\.idmap\b|(?:uid|gid|both)[ \t]+[\w-])/.test(text),
  parse: (text, { where }) =>
    mapsOfLines(rawIdmapLines(text, where), where, EXAMPLE, [
      "raw.idmap is laid over the map that the instance has: only its own lines are read",
    ]),
  write: (maps) => [{ kind: "both", text: kindLines(maps).map(formatLine).join("\n") }],
};

/**
 * @throws UsernsError with `where:line:column`
 * @example rawIdmapLines("uid 50-60 500-510")[0]?.extent // { first: 500, lowerFirst: 50, count: 11 }
 */
export function rawIdmapLines(text: string, where = "raw.idmap"): readonly MapLine[] {
  return text
    .split("\n")
    .map((content, index): Field => {
      const key = /^\s*(?:raw\.idmap[ \t]*[:=]\s*)?/.exec(content)?.[0] ?? "";
      return behind({ text: content.trimEnd(), line: index + 1, column: 1 }, key.length);
    })
    .filter((line) => line.text !== "")
    .map((line) => readLine(line, where));
}

function readLine(line: Field, where: string): MapLine {
  const [word, host, inside, ...surplus] = splitField(line, " ");
  const kind = word && KINDS[word.text];
  if (!kind || !host || !inside || surplus.length > 0) throw textFault(line, where, EXPECTED);
  const [below, above] = [readRange(host, where), readRange(inside, where)];
  if (below.count !== above.count)
    throw textFault(line, where, `as many ids inside as host ids: ${below.count}, not ${above.count}`);
  return {
    kind,
    extent: { first: above.first, lowerFirst: below.first, count: below.count },
    at: placeOf(where, line),
  };
}

function readRange(field: Field, where: string): Range {
  const [from, to, ...surplus] = splitField(field, "-").map((piece) => readNumber(piece, where));
  if (from === undefined || surplus.length > 0) throw textFault(field, where, "an id or first-last");
  const range = rangeBetween(from, to ?? from);
  if (!range || !fits(range)) throw textFault(field, where, "first-last, the last one not below the first");
  return range;
}

function formatLine({ kind, extent }: { readonly kind: LineKind; readonly extent: Extent }): string {
  return `${kind} ${formatRange(lowerOf(extent))} ${formatRange(extent)}`;
}

function formatRange({ first, count }: Range): string {
  return count === 1 ? String(first) : `${first}-${first + count - 1}`;
}
