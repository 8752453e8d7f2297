import { UsernsError } from "../core/index.ts";
import { writeChecksum } from "./checksum.ts";
import { BLOCK, FIELDS, type Field, inBlocks, MAGIC } from "./header.ts";
import { joined, recordOf } from "./pax-records.ts";
import type { EntryType } from "./tar-entry.ts";

/** An entry to be written. */
export interface NewTarEntry {
  /** Relative; a folder's ends with a slash. */
  readonly path: Uint8Array;
  readonly type: EntryType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of its body; 0 for all but a file. */
  readonly sizeBytes: number;
  readonly mtime: { readonly seconds: number; readonly nanoseconds: number };
  /** What a link leads to; empty for all others. */
  readonly link: Uint8Array;
  readonly device: { readonly major: number; readonly minor: number } | null;
  /** Further records of its pax header, by key: extended attributes and ACLs. */
  readonly records: ReadonlyMap<string, Uint8Array>;
}

const LETTERS = {
  file: "0",
  "hard link": "1",
  symlink: "2",
  "character device": "3",
  "block device": "4",
  directory: "5",
  fifo: "6",
} as const satisfies Record<EntryType, string>;

const TEXT = new TextEncoder();
const SLASH = 0x2f;
/** The name of every pax header: readers pass it over, and it says nothing of when or by whom it was made. */
const PAX_NAME = "PaxHeaders/entry";
const NANOSECOND_DIGITS = 9;

/**
 * The headers of an entry: one of ustar, and before it a pax header for all that does not fit there. The same entry is
 * the same bytes.
 *
 * @throws UsernsError ERR_TAR for a device that no header holds
 * @source POSIX pax, "pax Interchange Format" and "ustar Interchange Format"
 */
export function entryHeader(entry: NewTarEntry): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const records = new Map(entry.records);
  const number = (field: Field, value: number, key: string): void => {
    if (!putOctal(header, field, value)) records.set(key, TEXT.encode(String(value)));
  };
  const place = inFields(entry.path);
  header.set(place?.name ?? cut(entry.path, FIELDS.name), FIELDS.name.at);
  if (place) header.set(place.prefix, FIELDS.prefix.at);
  else records.set("path", entry.path);
  header.set(cut(entry.link, FIELDS.link), FIELDS.link.at);
  if (entry.link.length > FIELDS.link.width) records.set("linkpath", entry.link);
  putOctal(header, FIELDS.mode, entry.mode);
  number(FIELDS.uid, entry.uid, "uid");
  number(FIELDS.gid, entry.gid, "gid");
  number(FIELDS.size, entry.sizeBytes, "size");
  const { seconds, nanoseconds } = entry.mtime;
  if (!putOctal(header, FIELDS.mtime, seconds) || nanoseconds > 0)
    records.set("mtime", TEXT.encode(decimalTime(seconds, nanoseconds)));
  if (entry.device) putDevice(header, entry);
  finish(header, LETTERS[entry.type]);
  return records.size === 0 ? header : joined([paxHeader(records), header]);
}

/** Seconds and a fraction behind them, which counts on from there: -5 and 7 ns are a bit less than 5 s before. */
function decimalTime(seconds: number, nanoseconds: number): string {
  const isBefore = seconds < 0 && nanoseconds > 0;
  const [whole, rest] = isBefore ? [-(seconds + 1), 1e9 - nanoseconds] : [Math.abs(seconds), nanoseconds];
  const fraction = String(rest).padStart(NANOSECOND_DIGITS, "0").replace(/0+$/, "");
  return `${seconds < 0 ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

function putDevice(header: Uint8Array, { device, path }: NewTarEntry): void {
  if (putOctal(header, FIELDS.major, device?.major ?? 0) && putOctal(header, FIELDS.minor, device?.minor ?? 0)) return;
  throw new UsernsError("ERR_TAR", {
    where: new TextDecoder().decode(path),
    expected: "a device whose numbers have at most seven octal digits",
    got: `${device?.major}:${device?.minor}`,
  });
}

function paxHeader(records: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const inOrder = [...records].sort(([a], [b]) => (a < b ? -1 : 1));
  const body = joined(inOrder.map(([key, value]) => recordOf(key, value)));
  const header = new Uint8Array(BLOCK);
  header.set(TEXT.encode(PAX_NAME), FIELDS.name.at);
  putOctal(header, FIELDS.mode, 0o644);
  for (const field of [FIELDS.uid, FIELDS.gid, FIELDS.mtime]) putOctal(header, field, 0);
  putOctal(header, FIELDS.size, body.length);
  finish(header, "x");
  return joined([header, body, new Uint8Array(inBlocks(body.length) - body.length)]);
}

/** The type, the mark of ustar and the checksum: what every header has, the checksum over all the others. */
function finish(header: Uint8Array, letter: string): void {
  putText(header, FIELDS.type, letter);
  putText(header, FIELDS.magic, MAGIC.ustar);
  putText(header, FIELDS.checksum, "000000\0 ");
  writeChecksum(header, 0, "unsigned");
}

/** @returns false, and zeros are there, for a number that is below 0 or has too many digits */
function putOctal(header: Uint8Array, field: Field, value: number): boolean {
  const digits = value.toString(8);
  const fits = value >= 0 && digits.length < field.width;
  putText(header, field, (fits ? digits : "").padStart(field.width - 1, "0"));
  return fits;
}

function putText(header: Uint8Array, { at }: Field, text: string): void {
  for (let k = 0; k < text.length; k++) header[at + k] = text.charCodeAt(k);
}

function cut(bytes: Uint8Array, { width }: Field): Uint8Array {
  return bytes.subarray(0, width);
}

/** A path as the two fields hold it, a slash between them; null where they do not. */
function inFields(path: Uint8Array): { prefix: Uint8Array; name: Uint8Array } | null {
  if (path.length <= FIELDS.name.width) return { prefix: new Uint8Array(0), name: path };
  for (let slash = path.indexOf(SLASH); slash > 0; slash = path.indexOf(SLASH, slash + 1)) {
    const [prefix, name] = [path.subarray(0, slash), path.subarray(slash + 1)];
    if (name.length > 0 && name.length <= FIELDS.name.width && prefix.length <= FIELDS.prefix.width)
      return { prefix, name };
  }
  return null;
}
