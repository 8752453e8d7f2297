/** Every way to handle 64-bit ids in TypeScript that we know. */
import { kuid64BigInt } from "./kuid64-bigint.ts";
import { kuid64BigIntFlat } from "./kuid64-bigint-flat.ts";
import { kuid64Few } from "./kuid64-few.ts";
import { kuid64Flat } from "./kuid64-flat.ts";
import { kuid64Lin1 } from "./kuid64-lin1.ts";
import { kuid64Pairs } from "./kuid64-pairs.ts";
import type { Kuid64Rival } from "./kuid64-rival.ts";

export { kuid64BigInt } from "./kuid64-bigint.ts";
export { kuid64BigIntFlat } from "./kuid64-bigint-flat.ts";

export const KUID64_RIVALS: readonly Kuid64Rival[] = [
  kuid64Pairs,
  kuid64Lin1,
  kuid64Few,
  kuid64Flat,
  kuid64BigInt,
  kuid64BigIntFlat,
];
