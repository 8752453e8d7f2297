import type { UserId } from "../core/id.ts";
import { isValidKuid64, type Kuid64 } from "../core/kuid64.ts";
import { capName } from "./capability.ts";
import type { Piles } from "./cred.ts";
import { isNsCapable } from "./ns-capable.ts";
import { COMPLETION, PATCH, pileOf } from "./pile.ts";
import { SETID_CAP } from "./setid.ts";
import { commitCreds, type Task } from "./task.ts";
import { fromKidMunged, makeKid, makeKids } from "./uidgid.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  setusersKernel: {
    sentence: "Only a kernel with setusers() has the call: it was never merged.",
    source: "measured on Linux 6.18: ENOSYS; vectors/proposals B63",
  },
  pileLimit: {
    sentence: "A pile has at most 65536 ids.",
    source: `inferred from setgroups(2) and the patch's test program, whose buffer is that long; vectors/proposals B07`,
  },
  pileReadable: {
    sentence: "The list is read from, or written to, the caller's memory.",
    source: "getgroups(2): EFAULT",
  },
  pileMapped: {
    sentence: "Every id of a new pile must be mapped in the caller's user namespace.",
    source: "inferred from setgroups(2): EINVAL; vectors/proposals B15, B16, B55",
  },
  pileShrinks: {
    sentence:
      "Without CAP_SETUID (CAP_SETGID) in its own user namespace a task may only reduce its pile; its own id is in it only where it was put there.",
    source: `${PATCH}, commit message and test program; vectors/proposals B09-B13`,
  },
  pileRoom: {
    sentence: "The list is given whole or not at all; a size of 0 asks how long it is.",
    source: "inferred from getgroups(2): EINVAL; vectors/proposals B03, B05",
  },
  pileOrder: {
    sentence:
      "The list is in ascending order, as the caller's namespace names the ids; what has no name there is 65534.",
    source: `getgroups(2); the order is a ${COMPLETION}; vectors/proposals B04, B54, B56`,
  },
});

/** What a credential may have in a pile: as many ids as it may have groups. */
export const MAX_PILE = 65536;

/** Has the kernel the calls? @returns ENOSYS */
function hasCalls({ profile }: World): Verdict {
  return profile.setusers ? allow() : deny("ENOSYS", RULES.setusersKernel, `this is ${profile.name}`);
}

/** What setusers() is given. */
export interface PileRequest<K extends OwnerKind> {
  /** null: the pointer leads nowhere. */
  readonly ids: readonly UserId<K>[] | null;
  readonly size: number;
  /** The twin for groups: may whoever maps the pile keep setgroups? Only with the capability. */
  readonly isDroppable?: boolean;
}

/**
 * `setusers`, and its twin for groups: replace a pile as a whole. Ids that the caller cannot name are lost with it.
 *
 * @returns ENOSYS, EINVAL, EFAULT, EPERM
 * @source  vectors/proposals, part B
 */
export function setPile<K extends OwnerKind>(world: World, task: Task, kind: K, request: PileRequest<K>): Verdict {
  const called = hasCalls(world);
  if (!called.ok) return called;
  const { cred } = task;
  if (request.size > MAX_PILE) return deny("EINVAL", RULES.pileLimit, `${request.size} ids`);
  if (request.size > 0 && request.ids === null) return deny("EFAULT", RULES.pileReadable);
  const ids = (request.ids ?? []).slice(0, request.size);
  const kids = makeKids(world, cred.userNs, kind, ids);
  const [lost] = ids.filter((_, index) => !isMapped(kids[index]));
  if (lost !== undefined) {
    makeKid(world, cred.userNs, kind, lost);
    return deny("EINVAL", RULES.pileMapped, `${kind} ${lost} is not mapped in ${cred.userNs.name}`);
  }
  const isCapable = isNsCapable(cred, cred.userNs, SETID_CAP[kind]);
  const [foreign] = isCapable ? [] : ids.filter((_, index) => !isHeld(pileOf(cred, kind), kids[index]));
  if (foreign !== undefined)
    return deny(
      "EPERM",
      RULES.pileShrinks,
      `${kind} ${foreign} is not in the pile, and no ${capName(SETID_CAP[kind])}`,
    );
  commitCreds(world, task, {
    piles: withPile(cred.piles, kind, kids),
    ...(kind === "gid" && isCapable ? { isPileDroppable: request.isDroppable ?? false } : {}),
  });
  return allow(undefined, RULES.pileShrinks, isCapable ? `by ${capName(SETID_CAP[kind])}` : "to a part of it");
}

function isMapped(kid: Kuid64 | undefined): boolean {
  return kid !== undefined && isValidKuid64(kid);
}

function isHeld<K extends OwnerKind>(pile: { has(kid: Kuid64<K>): boolean }, kid: Kuid64<K> | undefined): boolean {
  return kid !== undefined && pile.has(kid);
}

type GivenPiles = { readonly [K in OwnerKind]: Iterable<Kuid64<K>> };

function withPile<K extends OwnerKind>(piles: Piles, kind: K, pile: Iterable<Kuid64<K>>): GivenPiles {
  const changed: { [Key in OwnerKind]: Iterable<Kuid64<Key>> } = { uid: piles.uid, gid: piles.gid };
  put(changed, kind, pile);
  return changed;
}

function put<K extends OwnerKind>(
  into: { [Key in K]: Iterable<Kuid64<Key>> },
  kind: K,
  pile: Iterable<Kuid64<K>>,
): void {
  into[kind] = pile;
}

/** What getusers() answers. */
export interface PileAnswer {
  readonly count: number;
  /** null: only the count was asked for. */
  readonly ids: readonly number[] | null;
}

/**
 * `getusers`, and its twin for groups.
 *
 * @param hasBuffer  does the pointer lead somewhere?
 * @returns ENOSYS, EINVAL, EFAULT
 */
export function getPile<K extends OwnerKind>(
  world: World,
  { cred }: Task,
  kind: K,
  size: number,
  hasBuffer: boolean,
): Verdict<PileAnswer> {
  const called = hasCalls(world);
  if (!called.ok) return called;
  const pile = pileOf(cred, kind);
  const { count } = pile;
  if (size < 0 || (size > 0 && size < count)) return deny("EINVAL", RULES.pileRoom, `room for ${size}, of ${count}`);
  if (size === 0) return allow({ count, ids: null }, RULES.pileRoom);
  if (!hasBuffer && count > 0) return deny("EFAULT", RULES.pileReadable);
  const ids = Array.from(pile, (kid) => fromKidMunged(world, cred.userNs, kind, kid));
  return allow({ count, ids: ids.sort((a, b) => a - b) }, RULES.pileOrder);
}
