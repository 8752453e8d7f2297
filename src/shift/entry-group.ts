import type { Kind } from "../core/index.ts";
import type { Summing } from "./checksum.ts";
import { type EntryHeaders, fieldBytes, pathBytes, shownText } from "./entry-path.ts";
import { type Extension, readExtension } from "./extension.ts";
import { BLOCK, FIELDS, hasNames, hasRecords, TYPE } from "./header.ts";
import { readNumber } from "./number-field.ts";
import { type Fail, type PaxRecord, textOf } from "./pax-records.ts";
import type { Met } from "./tally.ts";
import { tarFault } from "./tar-fault.ts";

/** Digits of a number in a pax record, and one more. */
const LONGEST_NUMBER = 21;

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
export class EntryGroup implements Met, EntryHeaders {
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
    this.extensions = place.extensions.map((at) => readExtension(bytes, start + at, this.fail));
    isRead = this.hasEntry;
  }

  /** One past the last byte of the group's headers. */
  get end(): number {
    return this.header + (this.hasEntry ? BLOCK : 0);
  }

  /** The entry's path, for people; cut when it is very long. */
  path(): string {
    return this.hasEntry ? shownText(pathBytes(this)) : "";
  }

  /** The name of the user or group that owns the entry: of a pax record or the header; cut when it is very long. */
  ownerName(kind: Kind): string {
    if (kind === "projid") return "";
    const [key, field] = kind === "uid" ? ["uname", FIELDS.uname] : ["gname", FIELDS.gname];
    const record = this.extensions
      .filter(({ type }) => type !== TYPE.paxGlobal || !this.hasEntry)
      .flatMap(({ records }) => records)
      .findLast((one) => one.key === key && one.valueEnd > one.valueAt);
    if (record) return shownText(this.bytes.subarray(record.valueAt, record.valueEnd));
    return this.hasEntry && hasNames(this.bytes, this.header) ? shownText(fieldBytes(this, field)) : "";
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
