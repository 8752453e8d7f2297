import { quoted } from "../core/index.ts";
import { usageFault } from "./fault.ts";

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The help of an option that takes a time span. */
export const DURATION_HELP = "90s, 30m, 12h or 7d";

/** `90s` in milliseconds. @throws UsernsError ERR_USAGE */
export function readDuration(text: string, option: string): number {
  const match = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text);
  const unit = UNITS_MS[match?.[2] ?? ""];
  if (!match || unit === undefined) throw usageFault(option, `a time such as ${DURATION_HELP}`, quoted(text));
  const ms = Number(match[1]) * unit;
  if (!Number.isSafeInteger(ms)) throw usageFault(option, "a shorter time", quoted(text));
  return ms;
}

/** `2026-11-26T22:00:00Z`, or `@1790000000` as date(1) takes it, in milliseconds since 1970. @throws UsernsError ERR_USAGE */
export function readTime(text: string, option: string): number {
  const seconds = /^@(\d{1,12})$/.exec(text)?.[1];
  const ms =
    seconds !== undefined ? Number(seconds) * 1000 : /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw usageFault(option, "a time such as 2026-11-26T22:00:00Z or @1790000000", quoted(text));
  return ms;
}

/** `2026-11-26T22:00:00.000Z` */
export function showTime(ms: number): string {
  return new Date(ms).toISOString();
}
