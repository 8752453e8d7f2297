import { BLOCK, FIELDS } from "./header.ts";
import { readNumber, writeNumber } from "./number-field.ts";

/** How a header's bytes were added up. POSIX says unsigned; some old tars took them as signed. */
export type Summing = "unsigned" | "signed";

const { at: SUM_AT, width: SUM_WIDTH } = FIELDS.checksum;
const BLANK = 0x20;

function sumOf(bytes: Uint8Array, header: number, summing: Summing): number {
  let sum = SUM_WIDTH * BLANK;
  let high = 0;
  for (let k = 0; k < BLOCK; k++) {
    if (k === SUM_AT) k += SUM_WIDTH;
    const byte = bytes[header + k] ?? 0;
    sum += byte;
    high += byte >>> 7;
  }
  return summing === "unsigned" ? sum : sum - 256 * high;
}

/** @returns how the checksum was made, or null when it is not that of the header */
export function verifyChecksum(bytes: Uint8Array, header: number): Summing | null {
  const stored = readNumber(bytes, header, FIELDS.checksum);
  if (stored === sumOf(bytes, header, "unsigned")) return "unsigned";
  return stored === sumOf(bytes, header, "signed") ? "signed" : null;
}

/** Put the checksum right after a change, in the form that it had. */
export function writeChecksum(bytes: Uint8Array, header: number, summing: Summing): void {
  // A sum has at most six octal digits, and the field seven: it fits. A signed sum below 0 cannot be written in octal.
  const sum = sumOf(bytes, header, summing);
  writeNumber(bytes, header, FIELDS.checksum, sum < 0 ? sumOf(bytes, header, "unsigned") : sum);
}

/** Is the block all zero? Two such blocks end an archive. */
export function isZeroBlock(bytes: Uint8Array, at: number): boolean {
  for (let k = 0; k < BLOCK; k++) if (bytes[at + k] !== 0) return false;
  return true;
}
