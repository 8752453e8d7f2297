import type { AccessRival } from "./access-rival.ts";
import { answerOf, GROUP, OTHERS, OWNER } from "./access-rules.ts";

/** The rules as they are written down, inode by inode. */
export const accessNaive: AccessRival = {
  name: "rules",
  run(users, { uids, gids, bits }, answers) {
    for (const [index, user] of users.entries()) {
      const to = answers[index] ?? new Uint8Array(0);
      for (let row = 0; row < uids.length; row++) {
        const shift = uids[row] === user.uid ? OWNER : user.gids.includes(gids[row] ?? 0) ? GROUP : OTHERS;
        to[row] = answerOf(user, bits[row] ?? 0, shift);
      }
    }
  },
};
