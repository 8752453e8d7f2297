import type { FileTime } from "./entry.ts";

const NANOSECOND_DIGITS = 9;

/** @example showTime({ seconds: 1, nanoseconds: 5 }) // "1.000000005" */
export function showTime({ seconds, nanoseconds }: FileTime): string {
  return `${seconds}.${String(nanoseconds).padStart(NANOSECOND_DIGITS, "0")}`;
}

/**
 * `SECONDS` or `SECONDS.NANOSECONDS`. What stands behind the dot is a number, and no fraction: zeros before it may be
 * left out, as bsdtar leaves them out.
 *
 * @returns null for anything else
 * @source NetBSD's mtree and bsdtar both take `9.5` for five nanoseconds after nine seconds (measured)
 * @example readTime("9.5") // { seconds: 9, nanoseconds: 5 }
 */
export function readTime(text: string): FileTime | null {
  const found = /^(-?\d{1,15})(?:\.(\d{1,9}))?$/.exec(text);
  if (!found) return null;
  const [, seconds = "", fraction = ""] = found;
  return { seconds: Number(seconds), nanoseconds: Number(fraction) };
}
