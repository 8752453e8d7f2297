import { type Kind, quoted, UsernsError } from "../core/index.ts";
import type { Summing } from "./checksum.ts";
import { BLOCK, FIELDS, type Field, hasNames, hasPrefix, hasRecords, TYPE } from "./header.ts";
import { readNumber } from "./number-field.ts";
import { type Fail, type PaxRecord, readRecords, textOf } from "./pax-records.ts";
import type { Met } from "./tally.ts";

/** A header that says something about the entry behind it, and its body: pax records or a long name. */
export interface Extension {
  readonly type: number;
  /** Where its header lies in {@link EntryGroup.bytes}; the body follows. */
  readonly header: number;
  readonly size: number;
  readonly records: readonly PaxRecord[];
}

/** Longest path that is shown, in characters. */
const LONGEST_PATH = 1024;
/** Digits of a number in a pax record, and one more. */
const LONGEST_NUMBER = 21;

/** A place in an archive: its name, the number of an entry (from 1) and its path if known, and a byte offset. */
export interface TarPlace {
  readonly name: string;
  readonly entry: number;
  readonly path?: string;
  readonly offset: number;
}

/** No file has a longer path. @source limits.h, PATH_MAX */
const MOST_PATH = 4095;

/** A path in a message, whole if it can be one. */
function quotedPath(path: string): string {
  return path.length <= MOST_PATH ? JSON.stringify(path) : quoted(path);
}

/** @example showPlace({ name: "layer.tar", entry: 12, path: "etc/shadow", offset: 6656 }) // 'layer.tar: entry 12 "etc/shadow", byte 6656' */
export function showPlace({ name, entry, path, offset }: TarPlace): string {
  return `${name}: entry ${entry}${path === undefined ? "" : ` ${quotedPath(path)}`}, byte ${offset}`;
}

export function tarFault(place: TarPlace, expected: string, got: string, fix?: string): UsernsError {
  return new UsernsError("ERR_TAR", { where: showPlace(place), expected, got, ...(fix ? { fix } : {}) });
}

/** Where the headers of an entry lie, and which entry it is. */
export interface GroupPlace {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Bytes of all extensions. */
  readonly length: number;
  readonly hasEntry: boolean;
  /** Where each extension begins, counted from `start`. */
  readonly extensions: readonly number[];
  /** Where `start` lies in the archive. */
  readonly offset: number;
  readonly name: string;
  readonly entry: number;
}

/** An entry's headers, one behind the other in `bytes`: extensions, then its own (none behind a global one). */
export class EntryGroup implements Met {
  readonly bytes: Uint8Array;
  /** Where the group begins in `bytes`, and where the entry's own header does. */
  readonly start: number;
  readonly header: number;
  /** False when the group is a global extension alone. */
  readonly hasEntry: boolean;
  readonly extensions: readonly Extension[];
  /** How the checksum of the entry's own header was made. */
  readonly summing: Summing;
  /** Makes errors that name the entry. */
  readonly fail: Fail;

  constructor(place: GroupPlace, summing: Summing) {
    const { bytes, start, name, entry } = place;
    this.bytes = bytes;
    this.start = start;
    this.header = start + place.length;
    this.hasEntry = place.hasEntry;
    this.summing = summing;
    // While the extensions are still being read the path is not known.
    let isRead = false;
    this.fail = (at, expected, got) => {
      const offset = place.offset + at - start;
      return tarFault({ name, entry, offset, ...(isRead ? { path: this.path() } : {}) }, expected, got);
    };
    this.extensions = place.extensions.map((at) => this.#extension(start + at));
    isRead = this.hasEntry;
  }

  #extension(header: number): Extension {
    const type = this.bytes[header + FIELDS.type.at] ?? 0;
    const size = readNumber(this.bytes, header, FIELDS.size);
    const body = header + BLOCK;
    const records = hasRecords(type) ? readRecords(this.bytes, body, body + size, this.fail) : [];
    return { type, header, size, records };
  }

  /** One past the last byte of the group's headers. */
  get end(): number {
    return this.header + (this.hasEntry ? BLOCK : 0);
  }

  /** The entry's path, for people: of a pax record, a GNU long name or the header; cut when it is very long. */
  path(): string {
    if (!this.hasEntry) return "";
    return pathOf(this.bytes, this.header, this.extensions);
  }

  /** The name of the user or group that owns the entry: of a pax record or the header; cut when it is very long. */
  ownerName(kind: Kind): string {
    if (kind === "projid") return "";
    const [key, field] = kind === "uid" ? ["uname", FIELDS.uname] : ["gname", FIELDS.gname];
    const record = this.extensions
      .filter(({ type }) => type !== TYPE.paxGlobal || !this.hasEntry)
      .flatMap(({ records }) => records)
      .findLast((one) => one.key === key && one.valueEnd > one.valueAt);
    if (record) return shown(this.bytes, record.valueAt, record.valueEnd);
    return this.hasEntry && hasNames(this.bytes, this.header) ? fieldText(this.bytes, this.header, field) : "";
  }

  /** Bytes of the entry's body. @throws UsernsError ERR_TAR when neither a record nor the header states them */
  size(): number {
    const size = this.numberOf("size") ?? readNumber(this.bytes, this.header, FIELDS.size);
    if (size >= 0 && Number.isSafeInteger(size + BLOCK)) return size;
    throw this.fail(this.header + FIELDS.size.at, "a size, less than 2⁵³, of 0 or more bytes", String(size));
  }

  /**
   * The number that a pax record of the entry's own states, or null. An empty value states none: the header's counts.
   *
   * @throws UsernsError ERR_TAR for a value that is no number, and where readers disagree on what counts: two that
   *         differ, and one that stands before another pax header (GNU tar heeds the last header alone)
   */
  numberOf(key: string): number | null {
    let stated: number | null = null;
    // The record of the header in hand, and that of one before it.
    let lastStated: PaxRecord | null = null;
    let earlier: PaxRecord | null = null;
    for (const { type, records } of this.extensions) {
      if (!hasRecords(type) || type === TYPE.paxGlobal) continue;
      earlier = lastStated ?? earlier;
      lastStated = null;
      for (const record of records) {
        if (record.key !== key) continue;
        const value = this.numberIn(record);
        if (value !== null && stated !== null && value !== stated)
          throw this.fail(record.at, `one ${key} for the entry`, `pax records of ${stated} and of ${value}`);
        stated = value ?? stated;
        if (value !== null) lastStated = record;
      }
    }
    if (earlier && !lastStated)
      throw this.fail(earlier.at, `the ${key} in the last pax header of the entry`, "it in an earlier one");
    return stated;
  }

  /** The number in a record; null when its value is empty. @throws UsernsError ERR_TAR */
  numberIn(record: PaxRecord): number | null {
    if (record.valueEnd === record.valueAt) return null;
    const text = textOf(this.bytes, record.valueAt, Math.min(record.valueEnd, record.valueAt + LONGEST_NUMBER));
    if (/^[0-9]+$/.test(text) && record.valueEnd - record.valueAt < LONGEST_NUMBER) return Number(text);
    throw this.fail(record.valueAt, `a number for the pax record ${record.key}`, JSON.stringify(text));
  }
}

/** The path of the entry whose header begins at `header`. */
export function pathOf(bytes: Uint8Array, header: number, extensions: readonly Extension[] = []): string {
  for (const extension of extensions) {
    const body = extension.header + BLOCK;
    if (extension.type === TYPE.longName) return shown(bytes, body, body + extension.size);
    const record = extension.records.findLast(({ key }) => key === "path");
    if (record) return shown(bytes, record.valueAt, record.valueEnd);
  }
  const name = fieldText(bytes, header, FIELDS.name);
  const prefix = hasPrefix(bytes, header) ? fieldText(bytes, header, FIELDS.prefix) : "";
  return prefix ? `${prefix}/${name}` : name;
}

function fieldText(bytes: Uint8Array, header: number, field: Field): string {
  return shown(bytes, header + field.at, header + field.at + field.width);
}

function shown(bytes: Uint8Array, from: number, to: number): string {
  const end = bytes.subarray(from, Math.min(to, from + 4 * LONGEST_PATH)).indexOf(0);
  const text = new TextDecoder().decode(
    bytes.subarray(from, end < 0 ? Math.min(to, from + 4 * LONGEST_PATH) : from + end),
  );
  return text.length > LONGEST_PATH ? `${text.slice(0, LONGEST_PATH)}…` : text;
}
