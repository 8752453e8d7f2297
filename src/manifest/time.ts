import type { FileTime } from "./entry.ts";

const NANOSECOND_DIGITS = 9;

/** @example showTime({ seconds: 1, nanoseconds: 5 }) // "1.000000005" */
export function showTime({ seconds, nanoseconds }: FileTime): string {
  return `${seconds}.${String(nanoseconds).padStart(NANOSECOND_DIGITS, "0")}`;
}

/** `SECONDS` or `SECONDS.NANOSECONDS`, of which trailing zeros may be left out. @returns null for anything else */
export function readTime(text: string): FileTime | null {
  const found = /^(-?\d{1,15})(?:\.(\d{1,9}))?$/.exec(text);
  if (!found) return null;
  const [, seconds = "", fraction = ""] = found;
  return { seconds: Number(seconds), nanoseconds: Number(fraction.padEnd(NANOSECOND_DIGITS, "0")) };
}
