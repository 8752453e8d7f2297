import { IDENTITY } from "../core/index.ts";
import { colons, type KindWords, readKindColons } from "./colon-line.ts";
import { behind, type Field, splitField } from "./fields.ts";
import type { MapFormat } from "./format.ts";
import { type KeyedFile, readKeyed } from "./keyed-lines.ts";
import { apartLines, type MapLine, mapsOfLines } from "./map-lines.ts";
import type { MapPair } from "./map-pair.ts";
import { KERNEL_LINES } from "./target.ts";

const EXAMPLE = "idmap=u:1005:1005:1;g:1005:1005:1";
const WORDS: KindWords = { u: "uid", g: "gid" };
const KEY = /(?:^|[\s,])idmap=/;

/**
 * `idmap=` of a mount point of a Proxmox container: the container's id, the host's, and how many.
 *
 * @source pve-devel, 2026-03-30, "per-mountpoint idmap"; vectors/peers/field-transcripts.json (parse.pve_mp_idmap)
 */
export const proxmox: MapFormat = {
  name: "proxmox",
  title: "idmap= of a Proxmox mount point",
  example: EXAMPLE,
  target: { maps: "mount", limits: [KERNEL_LINES] },
  recognises: (text) => /(?:^|[\s,])idmap=(?:[ug]:|passthrough)/.test(text) || /^\s*[ug]:\d+:\d+:\d+;/.test(text),
  parse: (text, { where }) => {
    const value = valueIn(text);
    if (value.text === "passthrough")
      return { uid: IDENTITY, gid: IDENTITY, notes: ["passthrough: ids on disk are shown as they are"] };
    return mapsOfLines(proxmoxLines(value, where), where, EXAMPLE);
  },
  write: (maps) => [{ kind: "both", text: `idmap=${proxmoxText(maps)}` }],
};

function proxmoxLines(value: Field, where: string): readonly MapLine[] {
  return splitField(value, ";")
    .filter(({ text }) => text !== "")
    .map((piece) => readKindColons(piece, where, WORDS, null, `u: or g:, then ct:host:length, as in ${EXAMPLE}`));
}

function valueIn(text: string): Field {
  const key = KEY.exec(text);
  const whole: Field = { text, line: 1, column: 1 };
  const rest = key ? behind(whole, key.index + key[0].length) : behind(whole, text.length - text.trimStart().length);
  return { ...rest, text: rest.text.split(/[\s,]/, 1)[0] ?? "" };
}

function proxmoxText(maps: MapPair): string {
  return apartLines(maps)
    .map(({ kind, extent }) => `${kind[0]}:${colons(extent)}`)
    .join(";");
}

/** A container's configuration: its mount points are entries, all other lines stay as they are. */
export function readProxmoxConfig(text: string, where = "container.conf"): KeyedFile {
  return readKeyed(text, where, (line) => /^mp\d+:/.test(line));
}

/** The file with this map for one mount point (`mp0`), its other options kept; a file without it stays as it is. */
export function setProxmoxMap(file: KeyedFile, mountPoint: string, maps: MapPair): KeyedFile {
  const lines = file.lines.map((line) => {
    if (!line.text.startsWith(`${mountPoint}:`)) return line;
    const others = line.text.split(",").filter((option) => !option.startsWith("idmap="));
    return { ...line, text: [...others, `idmap=${proxmoxText(maps)}`].join(",") };
  });
  return { ...file, lines };
}
