import type { AccessRival } from "./access-rival.ts";
import { answerTable, fourGroups } from "./access-rules.ts";
import { signed } from "./rival.ts";

/** A table of answers, four inodes a turn and no branch: 32 is a bit of `clz32` of 0 alone. */
function runOne(
  to: Uint8Array,
  uids: Int32Array,
  gids: Int32Array,
  bits: Uint16Array,
  table: Uint8Array,
  uid: number,
  a: number,
): void {
  const { length } = to;
  for (let row = 0; row + 3 < length; row += 4) {
    const p = ((Math.clz32((uids[row] ?? 0) ^ uid) & 32) << 12) | ((Math.clz32((gids[row] ?? 0) ^ a) & 32) << 11);
    const q =
      ((Math.clz32((uids[row + 1] ?? 0) ^ uid) & 32) << 12) | ((Math.clz32((gids[row + 1] ?? 0) ^ a) & 32) << 11);
    const r =
      ((Math.clz32((uids[row + 2] ?? 0) ^ uid) & 32) << 12) | ((Math.clz32((gids[row + 2] ?? 0) ^ a) & 32) << 11);
    const s =
      ((Math.clz32((uids[row + 3] ?? 0) ^ uid) & 32) << 12) | ((Math.clz32((gids[row + 3] ?? 0) ^ a) & 32) << 11);
    to[row] = table[p | (bits[row] ?? 0)] ?? 0;
    to[row + 1] = table[q | (bits[row + 1] ?? 0)] ?? 0;
    to[row + 2] = table[r | (bits[row + 2] ?? 0)] ?? 0;
    to[row + 3] = table[s | (bits[row + 3] ?? 0)] ?? 0;
  }
  const whole = length & ~3;
  if (whole < length) runFew(to, uids, gids, bits, table, uid, [a, a, a, a], whole);
}

function runFew(
  to: Uint8Array,
  uids: Int32Array,
  gids: Int32Array,
  bits: Uint16Array,
  table: Uint8Array,
  uid: number,
  [a, b, c, d]: readonly [number, number, number, number],
  from: number,
): void {
  const { length } = to;
  for (let row = from; row < length; row++) {
    const gid = gids[row] ?? 0;
    const isMember = (Math.clz32(gid ^ a) | Math.clz32(gid ^ b) | Math.clz32(gid ^ c) | Math.clz32(gid ^ d)) & 32;
    const place = ((Math.clz32((uids[row] ?? 0) ^ uid) & 32) << 12) | (isMember << 11);
    to[row] = table[place | (bits[row] ?? 0)] ?? 0;
  }
}

export const accessClz: AccessRival = {
  name: "clz32 x4",
  run(users, { uids, gids, bits }, answers) {
    for (const [index, user] of users.entries()) {
      const groups = fourGroups(user.gids);
      const to = answers[index] ?? new Uint8Array(0);
      const table = answerTable(user);
      if (user.gids.length === 1) runOne(to, signed(uids), signed(gids), bits, table, user.uid | 0, groups[0]);
      else runFew(to, signed(uids), signed(gids), bits, table, user.uid | 0, groups, 0);
    }
  },
};
