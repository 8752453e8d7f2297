/**
 * Every way to translate ids in bulk in TypeScript that we know, one a file. The fastest on a workload is "the best
 * TypeScript" there; none is left out for being fast.
 */
import { borrow } from "./borrow.ts";
import { branchlessBsearch } from "./branchless-bsearch.ts";
import { directTable } from "./direct-table.ts";
import { kernelAlgorithm } from "./kernel-algorithm.ts";
import { lastConst } from "./last-const.ts";
import { leaf16 } from "./leaf16.ts";
import { lin1 } from "./lin1.ts";
import { lin1x4 } from "./lin1x4.ts";
import { lin2 } from "./lin2.ts";
import { naiveObjects } from "./naive-objects.ts";
import { pageTable } from "./page-table.ts";
import type { TsRival } from "./rival.ts";
import { trieConst4 } from "./trie-const4.ts";
import { trie2 } from "./trie2.ts";
import { trie2Const4 } from "./trie2-const4.ts";

export { naiveObjects } from "./naive-objects.ts";
export type { TsRival } from "./rival.ts";

export const TS_RIVALS: readonly TsRival[] = [
  naiveObjects,
  kernelAlgorithm,
  lin1,
  lin1x4,
  lin2,
  borrow,
  branchlessBsearch,
  pageTable,
  leaf16,
  directTable,
  trie2,
  trieConst4,
  trie2Const4,
  lastConst,
];
