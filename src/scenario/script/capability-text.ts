import type { CapSet } from "../../kernel/index.ts";
import { readCapSet } from "../../kernel/syscall/index.ts";

/** A set as JSON has it, as /proc/PID/status writes it. @example hexOf(["chown"]) // "0000000000000001" */
export function hexOf(shown: unknown): string {
  const set: CapSet = readCapSet(shown, "$.caps");
  return set.toString(16).padStart(16, "0");
}
