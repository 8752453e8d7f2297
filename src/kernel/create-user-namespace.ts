import { UNWRITTEN } from "../core/id-map.ts";
import { CLASSICAL, type Kuid64, type NamespaceNumber, showKuid64 } from "../core/kuid64.ts";
import { hasCap } from "./capability.ts";
import type { Cred } from "./cred.ts";
import type { HasNamespaceNumbers } from "./namespace-numbers.ts";
import { mayCountNamespace } from "./ucounts.ts";
import type { OwnerIds, OwnerKind, UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

/** A task at level 32 can still make a namespace: 33 levels below the initial one can exist. */
const LAST_LEVEL_WITH_CHILDREN = 32;

const RULES = ruleTable({
  levelLimit: {
    sentence: "A namespace more than 32 levels below the initial one has no children.",
    source: "vectors/linux-6.18/2_id_translation.json (tag depth); user_namespaces(7) says 32 levels",
  },
  numbersLeft: {
    sentence: "Where numbers are never reused, no namespace is made once the last number was given.",
    source: "proposal 2 of this project for isolated namespaces, which leaves the errno open: ENOSPC",
  },
  creatorMapped: {
    sentence: "The creator's effective user and group id must both be mapped in its own namespace.",
    source: "user_namespaces(7); vectors/linux-6.18/2_id_translation.json (tag unshare-unmapped)",
  },
});

/**
 * A child as a setup describes it: no check is made.
 *
 * @param number  its number, where it is known and no other has it; the next free one without
 */
export function childUserNamespace(
  world: HasNamespaceNumbers,
  parent: UserNamespace,
  name: string,
  owner: OwnerIds,
  parentCouldSetfcap: boolean,
  number?: NamespaceNumber,
): UserNamespace {
  const numbers = number === undefined ? world.numbers.give(areReused(world)) : world.numbers.claim(number);
  const child: UserNamespace = {
    ...numbers,
    name,
    parent,
    level: parent.level + 1,
    owner,
    parentCouldSetfcap,
    maps: { uid: UNWRITTEN, gid: UNWRITTEN, projid: UNWRITTEN },
    fsMaps: { uid: UNWRITTEN, gid: UNWRITTEN },
    setgroupsAllowed: parent.setgroupsAllowed,
    isIsolated: parent.isIsolated,
    maxUserNamespaces: null,
    processLimit: null,
    get number() {
      return this.isIsolated ? this.id : CLASSICAL;
    },
  };
  world.numbers.add(child);
  return child;
}

function areReused({ profile }: HasNamespaceNumbers): boolean {
  return !profile.isolated?.has("numbers-never-reused");
}

/** Is there a number for one namespace more? */
export function hasNumberLeft(world: HasNamespaceNumbers): boolean {
  return areReused(world) || world.numbers.hasUnused;
}

/**
 * Create a user namespace as the task with this credential would.
 *
 * @param isMapped  does an id of the creator have a number in its own namespace?
 * @source clone(2) and unshare(2), CLONE_NEWUSER: ENOSPC, EPERM
 */
export function createUserNamespace(
  world: HasNamespaceNumbers,
  cred: Cred,
  name: string,
  isMapped: <K extends OwnerKind>(ns: UserNamespace, kind: K, kuid: Kuid64<K>) => boolean,
): Verdict<UserNamespace> {
  const parent = cred.userNs;
  if (parent.level > LAST_LEVEL_WITH_CHILDREN)
    return deny("ENOSPC", RULES.levelLimit, `${parent.name} is at level ${parent.level}`);
  const counted = mayCountNamespace(world, cred);
  if (!counted.ok) return counted;
  const owner = { uid: cred.uid.effective, gid: cred.gid.effective };
  if (!isMapped(parent, "uid", owner.uid) || !isMapped(parent, "gid", owner.gid))
    return deny(
      "EPERM",
      RULES.creatorMapped,
      `${showKuid64(owner.uid)} or ${showKuid64(owner.gid)} has no number in ${parent.name}`,
    );
  if (!hasNumberLeft(world)) return deny("ENOSPC", RULES.numbersLeft);
  return allow(childUserNamespace(world, parent, name, owner, hasCap(cred.effective, "setfcap")));
}
