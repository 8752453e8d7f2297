import type { Extent } from "../core/extent.ts";
import { isSameKuid64, type Kuid64 } from "../core/kuid64.ts";
import { type Cred, type CredParts, idsOf, type Piles } from "./cred.ts";
import type { KidList } from "./kid-list.ts";
import { makeKids } from "./uidgid.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/*
 * What the ids are good for that setusers() puts beside a task's own, its pile: they may be taken by the set*id calls,
 * and mapped by whoever owns a namespace. No check on files, signals or other tasks asks for them (inferred: the patch
 * left path_resolution(7), kill(2) and ptrace(2) alone).
 */

/** Where the patch and its manual pages can be read in part; the whole of it is not known. */
export const PATCH = "setusers(), 16 November 2014 (linux-api)";
/** What this project added, where the sources only say what it is for. */
export const COMPLETION = "completion of this project";
const TABLE = "vectors/proposals";

export const PILE_RULES = ruleTable({
  setidFromPile: {
    sentence:
      "Wherever a set*id call lets a task choose among its own ids, it may choose one of its pile too; nothing else about the call changes.",
    source: `${PATCH}: setuid(2), setreuid(2), setresuid(2), setfsuid(2) changed; ${TABLE}, B17-B24`,
  },
  mapFromPile: {
    sentence:
      "The owner of a namespace may map its effective id and the ids of its pile, if opener and writer both hold every id of every line.",
    source: `${COMPLETION} of what seed 000 wants them for: "can use any of those IDs in their UID map"; ${TABLE}, B37-B46`,
  },
  gidMapFromPile: {
    sentence:
      "A gid_map made of pile ids denies setgroups from then on, unless the pile is marked droppable; the own group id counts only where setgroups was denied before.",
    source: `${COMPLETION}; user_namespaces(7): a group that is dropped may be one that withholds permission`,
  },
  pileCleared: {
    sentence:
      "With secure-exec-clears the execution of a setuid or setgid file, or of one with capabilities, empties the piles; without, they stay, as supplementary groups do.",
    source: `${COMPLETION}; ${TABLE}, B26, B27`,
  },
});

/** The pile of one kind, for rules that take the kind as a parameter. */
export function pileOf<K extends OwnerKind>(cred: { readonly piles: Piles }, kind: K): KidList<K> {
  return cred.piles[kind];
}

/** Has the task an id of this kind in its pile? */
export function isInPile<K extends OwnerKind>(cred: Cred, kind: K, kid: Kuid64<K>): boolean {
  return pileOf(cred, kind).has(kid);
}

/** What else a map that was permitted does to its namespace. */
export type MapEffect = "none" | "denies setgroups";

/** Who opened a map file, and who writes to it. */
interface OpenerAndWriter {
  readonly opener: Cred;
  readonly writer: Cred;
}

/**
 * May the owner of a namespace map these ids because all of them are its own or of its pile? Asked last, of whoever
 * may not write the map otherwise.
 *
 * @returns null where neither has a pile of this kind, as on a kernel without setusers()
 */
export function mayMapFromPile<K extends OwnerKind>(
  world: World,
  ns: UserNamespace,
  parent: UserNamespace,
  kind: K,
  extents: readonly Extent[],
  { opener, writer }: OpenerAndWriter,
): Verdict<MapEffect> | null {
  if (pileOf(opener, kind).count + pileOf(writer, kind).count === 0) return null;
  const rule = PILE_RULES.mapFromPile;
  if (!isSameKuid64(ns.owner.uid, opener.uid.effective))
    return deny("EPERM", rule, `the opener does not own ${ns.name}`);
  const isOwnGood = kind === "uid" || !ns.setgroupsAllowed;
  for (const [who, cred] of [["opener", opener] as const, ["writer", writer] as const])
    for (const [index, line] of extents.entries()) {
      const id = firstNotHeld(world, cred, parent, kind, line, isOwnGood);
      if (id !== null)
        return { ...deny("EPERM", rule, `the ${who} does not hold ${kind} ${id} of ${parent.name}`), line: index + 1 };
    }
  if (kind === "uid") return allow("none", rule);
  const isDroppable = opener.isPileDroppable && writer.isPileDroppable;
  return allow(isDroppable ? "none" : "denies setgroups", PILE_RULES.gidMapFromPile);
}

/** The first id of a line's lower side, counted in the parent, that the credential does not hold; null: it holds all. */
function firstNotHeld<K extends OwnerKind>(
  world: World,
  cred: Cred,
  parent: UserNamespace,
  kind: K,
  { lowerFirst, count }: Extent,
  isOwnGood: boolean,
): number | null {
  const pile = pileOf(cred, kind);
  // A line of more ids than the credential holds shows one that it does not hold among the first ones.
  const asked = Math.min(count, pile.count + 2);
  const ids: readonly number[] = Array.from({ length: asked }, (_, index) => lowerFirst + index);
  const own = idsOf(cred, kind).effective;
  const kids = makeKids(world, parent, kind, ids);
  const at = kids.findIndex((kid) => !pile.has(kid) && !(isOwnGood && isSameKuid64(kid, own)));
  return at < 0 ? null : lowerFirst + at;
}

const EMPTY: Partial<CredParts> = { piles: { uid: [], gid: [] } };

/** The piles after execve. @param isRaised  did set-id bits or capabilities of the file count? */
export function pilesAfterExec({ profile }: World, isRaised: boolean): Partial<CredParts> {
  return isRaised && profile.setusers?.has("secure-exec-clears") ? EMPTY : {};
}
