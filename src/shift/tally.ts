import type { Kind } from "../core/index.ts";

/** Where an id stood: it owns an entry, an ACL names it, or it is the root id of a file capability. */
export type Place = "owner" | "acl" | "capability";

/** One id, and where it was met. */
export interface IdTally {
  readonly kind: Kind;
  readonly id: number;
  /** Entries that it owns. */
  readonly owner: number;
  /** Entries of ACLs that name it. */
  readonly acl: number;
  /** File capabilities whose root it is. */
  readonly capability: number;
  /** Up to three paths of such entries. */
  readonly examples: readonly string[];
  /** Names beside it as an owner, most frequent first: at most eight, and those of the first thousand ids only. */
  readonly names: readonly NameTally[];
}

/** A name of a user or group, and on how many entries it stands. */
export interface NameTally {
  readonly name: string;
  readonly entries: number;
}

/** The entry at which an id is met; asked only for what is kept. */
export interface Met {
  path(): string;
  /** The name beside the owner of a kind; empty when there is none. */
  ownerName(kind: Kind): string;
}

/** Paths kept for an id. */
const EXAMPLES = 3;
/** Names kept for an id. One that has more is used for many people; the first ones say so. */
const NAMES = 8;
/** Ids with example paths and names; and ids counted at all. Beyond them memory would grow with the input. */
const MOST_WITH_EXAMPLES = 1000;
const MOST_IDS = 100_000;

interface Counted {
  readonly kind: Kind;
  readonly id: number;
  owner: number;
  acl: number;
  capability: number;
  readonly examples: string[];
  readonly names: Map<string, number>;
}

/** Counts ids in memory that does not grow past a limit. */
export class Tally {
  readonly #byKind = new Map<Kind, Map<number, Counted>>();
  #ids = 0;
  #unlisted = 0;

  count(kind: Kind, id: number, place: Place, met: Met): void {
    const ids = this.#idsOf(kind);
    let counted = ids.get(id);
    if (!counted) {
      if (this.#ids >= MOST_IDS) {
        this.#unlisted++;
        return;
      }
      counted = { kind, id, owner: 0, acl: 0, capability: 0, examples: [], names: new Map() };
      ids.set(id, counted);
      this.#ids++;
    }
    counted[place]++;
    if (this.#ids > MOST_WITH_EXAMPLES) return;
    if (place === "owner") countName(counted.names, met.ownerName(kind));
    if (counted.examples.length >= EXAMPLES) return;
    const example = met.path();
    if (counted.examples.at(-1) !== example) counted.examples.push(example);
  }

  #idsOf(kind: Kind): Map<number, Counted> {
    const known = this.#byKind.get(kind);
    if (known) return known;
    const ids = new Map<number, Counted>();
    this.#byKind.set(kind, ids);
    return ids;
  }

  /** The ids, users before groups, in ascending order. */
  list(): IdTally[] {
    const kinds: readonly Kind[] = ["uid", "gid", "projid"];
    return kinds.flatMap((kind) =>
      [...(this.#byKind.get(kind)?.values() ?? [])]
        .sort((a, b) => a.id - b.id)
        .map((counted) => ({ ...counted, examples: [...counted.examples], names: listed(counted.names) })),
    );
  }

  /** How many times an id was met that is not in the list, because the list is full. */
  get unlisted(): number {
    return this.#unlisted;
  }
}

function countName(names: Map<string, number>, name: string): void {
  if (name === "") return;
  const entries = names.get(name);
  if (entries !== undefined || names.size < NAMES) names.set(name, (entries ?? 0) + 1);
}

function listed(names: ReadonlyMap<string, number>): NameTally[] {
  return [...names].map(([name, entries]) => ({ name, entries })).sort((a, b) => b.entries - a.entries);
}
