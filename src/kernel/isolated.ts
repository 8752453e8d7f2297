import { NO_ID, type UserId } from "../core/id.ts";
import { CLASSICAL, type Kuid64, type NamespaceNumber, showKuid64 } from "../core/kuid64.ts";
import { follow, type PlacedId } from "../core/route.ts";
import type { Cred } from "./cred.ts";
import { type OwnerTable, ownerMap } from "./fsid-map.ts";
import { beforeNul, skipSpaces } from "./map-text.ts";
import { mapOf, type NamedMap, outOfKernel } from "./routes.ts";
import { isInOrBelow, type OwnerIds, type OwnerKind, type UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/*
 * Isolated user namespaces: what they add to the rules of Linux. An id that the maps of one do not hold is an id all
 * the same, tagged with the number of the namespace. The tags travel in the routes; here are the file that turns it on,
 * what strangers are shown, and who has power over what such ids own.
 */

const SOURCE = "isolated user namespaces, 29d2f6c3";

const RULES = ruleTable({
  isolatedHasParent: {
    sentence: "The initial user namespace cannot be isolated.",
    source: `${SOURCE}; vectors/isolated P02`,
  },
  isolatedByParent: {
    sentence: "isolated_uns is written by whoever opened it in the namespace or in its parent.",
    source: `${SOURCE}; vectors/isolated P07, P08`,
  },
  isolatedShort: {
    sentence: "isolated_uns takes writes of at most 7 bytes at its start.",
    source: `${SOURCE}; vectors/isolated P04, P05`,
  },
  isolatedWord: {
    sentence: 'The text is "yes" or "no" from the first byte, and only white space after it.',
    source: `${SOURCE}; vectors/isolated P04`,
  },
  isolatedForGood: { sentence: "An isolated namespace stays isolated.", source: `${SOURCE}; vectors/isolated P03` },
});

/** The most bytes that a write may have. */
const LONGEST = 7;
const WORDS = ["yes", "no"] as const;

/** Write the isolated_uns file. Who may open it for writing was asked at open. */
export function writeIsolated(ns: UserNamespace, opener: Cred, text: string, position: number): Verdict {
  if (ns.parent === null) return deny("EPERM", RULES.isolatedHasParent);
  if (opener.userNs !== ns && opener.userNs !== ns.parent)
    return deny("EPERM", RULES.isolatedByParent, `it was opened in ${opener.userNs.name}`);
  if (position !== 0) return deny("EINVAL", RULES.isolatedShort, `the position is ${position}`);
  if (text.length > LONGEST) return deny("EINVAL", RULES.isolatedShort, `${text.length} bytes`);
  const held = beforeNul(text);
  const word = WORDS.find((known) => held.startsWith(known));
  if (!word || skipSpaces(held, word.length) !== held.length)
    return deny("EINVAL", RULES.isolatedWord, JSON.stringify(held));
  if (word === "no" && ns.isIsolated) return deny("EPERM", RULES.isolatedForGood, `${ns.name} is isolated`);
  ns.isIsolated = word === "yes";
  return allow();
}

/** What the isolated_uns file reads. */
export function readIsolated(ns: UserNamespace): string {
  return ns.isIsolated ? "yes\n" : "no\n";
}

/**
 * The map of a namespace for a reader in it, who is shown the creator of an isolated namespace for its ids.
 *
 * @param numbers  those that the ids to be read may carry
 * @param table    fs for owners of files, where there are fsid mappings
 */
export function readerMap<K extends OwnerKind>(
  world: World,
  reader: UserNamespace,
  kind: K,
  numbers: Iterable<NamespaceNumber>,
  table: OwnerTable = "id",
): NamedMap<K> {
  const creators = new Map<NamespaceNumber, UserId<K>>();
  for (const number of numbers) {
    const shown = creatorSeenFrom(world, reader, kind, number);
    if (shown !== null) creators.set(number, shown);
  }
  return { ...ownerMap(world, reader, kind, table), creators };
}

/**
 * Who stands for the ids of an isolated namespace: its creator, or the creator of that one's namespace, up to the first
 * whom the reader's map holds.
 *
 * @returns null where the map holds none of them, the number is unknown to the kernel, or creators are not shown
 * @source  from_kuid_munged, from_kgid_munged of the proposal
 */
function creatorSeenFrom<K extends OwnerKind>(
  world: World,
  reader: UserNamespace,
  kind: K,
  number: NamespaceNumber,
): UserId<K> | null {
  if (world.profile.isolated?.has("overflow-munging")) return null;
  let ns = isolatedAt(world, number);
  while (ns) {
    const owner = ownerOf(ns.owner, kind);
    const id: number = follow(outOfKernel([mapOf(reader, kind)], "checked"), owner).id;
    if (id !== NO_ID) return id;
    ns = isolatedAt(world, owner.number);
  }
  return null;
}

function ownerOf<K extends OwnerKind>(owner: OwnerIds, kind: K): Kuid64<K> {
  return owner[kind];
}

function isolatedAt(world: World, number: NamespaceNumber): UserNamespace | undefined {
  const ns = world.numbers.at(number);
  return ns?.isIsolated ? ns : undefined;
}

/**
 * Where a reader is shown an id of a number that no isolated namespace has: there the sources stop the kernel (BUG_ON).
 * Here it goes on, with the overflow id, and the place is kept among the world's bugs.
 */
export function noteUnknownNumber(world: World, kind: OwnerKind, kid: PlacedId): void {
  const { isolated } = world.profile;
  if (kid.number === CLASSICAL || !isolated) return;
  if (isolated.has("unknown-overflows") || isolated.has("overflow-munging") || isolatedAt(world, kid.number)) return;
  const state = world.numbers.at(kid.number) ? "is not isolated" : "is gone";
  const id: number = kid.id;
  world.bugs.push(`${kind} ${showKuid64({ id, number: kid.number })}: its namespace ${state}`);
}

/**
 * Is the id, though it has no number in the namespace, one of an isolated namespace below it, over whose files
 * capabilities count?
 */
export function isRuledFrom(world: World, ns: UserNamespace, kid: Kuid64): boolean {
  if (!world.profile.isolated?.has("ancestor-privilege")) return false;
  const below = isolatedAt(world, kid.number);
  return below !== undefined && below !== ns && isInOrBelow(below, ns);
}
