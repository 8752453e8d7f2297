/** The rules that every way shares: which digit of the mode holds, and what flags and capabilities make of it. */
import { type AccessUser, INODE_BITS, RIGHT } from "../../../src/core/index.ts";

/** Which of the mode's three digits holds, as how far it is shifted. */
export const OWNER = 6;
export const GROUP = 3;
export const OTHERS = 0;

/** The answer for an inode with these bits. @param shift  one of the three above */
export function answerOf({ passes, covered }: AccessUser, has: number, shift: number): number {
  const isDirectory = (has & INODE_BITS.directory) !== 0;
  let may = (has >> shift) & 7;
  if (passes !== "nothing" && (has & (INODE_BITS.covered << covered)) !== 0) {
    const isRunnable = isDirectory || (has & 0o111) !== 0;
    if (passes === "search") may |= isDirectory ? RIGHT.read | RIGHT.execute : RIGHT.read;
    else may |= isRunnable ? 7 : RIGHT.read | RIGHT.write;
  }
  if ((has & INODE_BITS.sealed) !== 0) may &= ~RIGHT.write;
  return (has & INODE_BITS.acl) !== 0 && shift !== OWNER ? may | RIGHT.acl : may;
}

const TABLES = new Map<string, Uint8Array>();

/** The answers for all bits there are, 65536 each: of others, of members of the group, and twice of the owner. Kept. */
export function answerTable(user: AccessUser): Uint8Array {
  const key = `${user.passes} ${user.covered}`;
  const table = TABLES.get(key) ?? new Uint8Array(4 << 16);
  if (TABLES.has(key)) return table;
  for (const [index, shift] of [OTHERS, GROUP, OWNER, OWNER].entries())
    for (let has = 0; has < 1 << 16; has++) table[(index << 16) | has] = answerOf(user, has, shift);
  TABLES.set(key, table);
  return table;
}

/** Up to four groups, signed, for registers. */
export function fourGroups(gids: readonly number[]): readonly [number, number, number, number] {
  const [a = 0, b = a, c = a, d = a] = gids;
  if (gids.length > 4) throw new Error(`at most four groups (got ${gids.length})`);
  return [a | 0, b | 0, c | 0, d | 0];
}
