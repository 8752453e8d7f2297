import { BLOCK, FIELDS, hasRecords } from "./header.ts";
import { readNumber } from "./number-field.ts";
import { type Fail, type PaxRecord, readRecords } from "./pax-records.ts";

/** A header that says something about the entry behind it, and its body: pax records or a long name. */
export interface Extension {
  readonly type: number;
  /** Where its header lies in the buffer in hand; the body follows. */
  readonly header: number;
  readonly size: number;
  readonly records: readonly PaxRecord[];
}

/** The extension whose header begins at `header`. @throws what `fail` makes, for records that are none */
export function readExtension(bytes: Uint8Array, header: number, fail: Fail): Extension {
  const type = bytes[header + FIELDS.type.at] ?? 0;
  const size = readNumber(bytes, header, FIELDS.size);
  const body = header + BLOCK;
  const records = hasRecords(type) ? readRecords(bytes, body, body + size, fail) : [];
  return { type, header, size, records };
}
