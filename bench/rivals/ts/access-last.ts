import type { AccessRival } from "./access-rival.ts";
import { answerTable, fourGroups } from "./access-rules.ts";
import { signed } from "./rival.ts";

/** A table of answers, and the last owners' part of it kept: inodes of one owner stand together. */
function run(
  to: Uint8Array,
  uids: Int32Array,
  gids: Int32Array,
  bits: Uint16Array,
  table: Uint8Array,
  uid: number,
  [a, b, c, d]: readonly [number, number, number, number],
): void {
  const { length } = to;
  let lastUid = ~(uids[0] ?? 0);
  let lastGid = 0;
  let part = 0;
  for (let row = 0; row < length; row++) {
    const owner = uids[row] ?? 0;
    const gid = gids[row] ?? 0;
    if (owner !== lastUid || gid !== lastGid) {
      lastUid = owner;
      lastGid = gid;
      part = owner === uid ? 0x2_0000 : gid === a || gid === b || gid === c || gid === d ? 0x1_0000 : 0;
    }
    to[row] = table[part | (bits[row] ?? 0)] ?? 0;
  }
}

export const accessLast: AccessRival = {
  name: "last owner",
  run(users, { uids, gids, bits }, answers) {
    for (const [index, user] of users.entries()) {
      const to = answers[index] ?? new Uint8Array(0);
      run(to, signed(uids), signed(gids), bits, answerTable(user), user.uid | 0, fourGroups(user.gids));
    }
  },
};
