import type { UsernsError } from "../core/index.ts";

/** Makes the error for the byte at an index of the buffer in hand. */
export type Fail = (at: number, expected: string, got: string) => UsernsError;

/** One record, `LENGTH KEY=VALUE\n`, as indexes into the buffer it lies in. */
export interface PaxRecord {
  /** Keys that are too long to mean anything here are the empty string. */
  readonly key: string;
  readonly at: number;
  readonly valueAt: number;
  readonly valueEnd: number;
  /** One past the newline. */
  readonly end: number;
}

const [BLANK, EQUALS, NEWLINE, ZERO] = [0x20, 0x3d, 0x0a, 0x30];
/** Longer than every key that is looked for: the name of an extended attribute has at most 255 bytes. */
const LONGEST_KEY = 300;
/** Digits of a record's length: more would be longer than any extension that is taken. */
const LONGEST_LENGTH = 8;

/**
 * Take an extended header apart.
 *
 * @throws what `fail` makes, ERR_TAR, for a record that is not one
 * @source POSIX pax, "pax Extended Header"
 */
export function readRecords(bytes: Uint8Array, from: number, to: number, fail: Fail): PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let at = from; at < to; ) {
    const record = readRecord(bytes, at, to, fail);
    records.push(record);
    at = record.end;
  }
  return records;
}

function readRecord(bytes: Uint8Array, at: number, to: number, fail: Fail): PaxRecord {
  let length = 0;
  let p = at;
  for (; p < to && p - at < LONGEST_LENGTH; p++) {
    const digit = (bytes[p] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    length = length * 10 + digit;
  }
  const expected = 'a pax record "LENGTH KEY=VALUE" that ends with a newline';
  if (p === at || p >= to || bytes[p] !== BLANK)
    throw fail(at, expected, `${JSON.stringify(textOf(bytes, at, Math.min(at + 20, to)))}`);
  const end = at + length;
  if (end > to || end <= p) throw fail(at, expected, `a length of ${length}, where ${to - at} bytes are left`);
  if (bytes[end - 1] !== NEWLINE) throw fail(at, expected, `a length of ${length}, and no newline there`);
  const equals = bytes.indexOf(EQUALS, p + 1);
  if (equals < 0 || equals >= end || equals === p + 1) throw fail(at, expected, "no KEY=");
  const key = equals - p - 1 <= LONGEST_KEY ? textOf(bytes, p + 1, equals) : "";
  return { key, at, valueAt: equals + 1, valueEnd: end - 1, end };
}

/** A record, its length counted in. */
export function recordOf(key: string, value: Uint8Array): Uint8Array {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  // The length's own digits may make it one digit longer.
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  const record = new Uint8Array(length);
  record.set(bytesOf(`${length} ${key}=`));
  record.set(value, length - value.length - 1);
  record[length - 1] = NEWLINE;
  return record;
}

/**
 * The body of an extended header after its records were changed.
 *
 * @param change  the new value of a record; null to leave the record out; undefined to keep every byte of it
 * @returns       null when nothing changed
 */
export function rewriteRecords(
  bytes: Uint8Array,
  records: readonly PaxRecord[],
  change: (record: PaxRecord) => Uint8Array | null | undefined,
): Uint8Array | null {
  const parts: Uint8Array[] = [];
  let isChanged = false;
  for (const record of records) {
    const value = change(record);
    if (value === undefined) {
      parts.push(bytes.subarray(record.at, record.end));
      continue;
    }
    isChanged = true;
    if (value === null) continue;
    if (value.length === record.valueEnd - record.valueAt) {
      const same = bytes.slice(record.at, record.end);
      same.set(value, record.valueAt - record.at);
      parts.push(same);
    } else parts.push(recordOf(record.key, value));
  }
  return isChanged ? joined(parts) : null;
}

/** One array of all the bytes. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Bytes as text, one character a byte: nothing is lost, whatever the encoding. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}

/** The bytes of such a text. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return bytes;
}
