import { quoted } from "../core/index.ts";
import { usageFault } from "./fault.ts";

/** A number of things: decimal digits, at least 1 unless told. @throws UsernsError ERR_USAGE */
export function readCount(text: string, option: string, least = 1): number {
  const count = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(count >= least)) throw usageFault(option, `a number of at least ${least}`, quoted(text));
  return count;
}
