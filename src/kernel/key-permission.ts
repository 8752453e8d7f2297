import { isSameKuid64, isValidKuid64, showKuid64 } from "../core/kuid64.ts";
import type { Cred } from "./cred.ts";
import type { KeyRef } from "./key.ts";
import { keyUser } from "./key-user.ts";
import type { Profile } from "./profile.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

/** What may be asked for of a key, as bits. @source keyrings(7), Access rights */
export const KEY_MAY = { view: 0x01, read: 0x02, write: 0x04, search: 0x08, link: 0x10, setattr: 0x20 } as const;
export type KeyRight = keyof typeof KEY_MAY;

/** All rights of one of those that a key tells apart. */
export const ALL_RIGHTS = 0x3f;

/** How far the bits of each are shifted. */
export const RIGHTS_OF = { possessor: 24, user: 16, group: 8, other: 0 } as const;

const RULES = ruleTable({
  keyRights: {
    sentence:
      "A key grants its user, or else its group, or else all others their rights, and to whoever possesses it the possessor's besides.",
    source: "keyrings(7), Access rights; tests/vectors/own/keys.json",
  },
});

/** `key_permission`: whole kernel ids are compared, so an isolated id is no classical one of the same number. @returns EACCES */
export function keyPermission(
  world: { readonly profile: Profile },
  cred: Cred,
  { key, isPossessed }: KeyRef,
  right: KeyRight,
): Verdict {
  const { owner, permissions } = key;
  const user = keyUser(world, cred);
  const grantsGroup = isValidKuid64(owner.gid) && ((permissions >>> RIGHTS_OF.group) & ALL_RIGHTS) !== 0;
  const isIn = isSameKuid64(user.gid, owner.gid) || cred.groups.has(owner.gid);
  const as = isSameKuid64(user.uid, owner.uid) ? "user" : grantsGroup && isIn ? "group" : "other";
  const rights = (permissions >>> RIGHTS_OF[as]) | (isPossessed ? permissions >>> RIGHTS_OF.possessor : 0);
  if ((rights & KEY_MAY[right]) !== 0) return allow(undefined, RULES.keyRights);
  const who = `${showKuid64(user.uid)} as ${as}, ${isPossessed ? "and possessor" : "not possessor"}`;
  return deny(
    "EACCES",
    RULES.keyRights,
    `"${key.description}" of ${showKuid64(owner.uid)} grants no ${right} to ${who}`,
  );
}
