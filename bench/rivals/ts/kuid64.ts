/** Every way to handle 64-bit ids in TypeScript that we know. */
import { kuid64BigInt } from "./kuid64-bigint.ts";
import { kuid64Lin1 } from "./kuid64-lin1.ts";
import { kuid64Pairs } from "./kuid64-pairs.ts";
import type { Kuid64Rival } from "./kuid64-rival.ts";

export { kuid64BigInt } from "./kuid64-bigint.ts";

export const KUID64_RIVALS: readonly Kuid64Rival[] = [kuid64Pairs, kuid64Lin1, kuid64BigInt];
