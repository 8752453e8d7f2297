import type { Kind } from "../core/index.ts";
import { IdCounts, type Place } from "./id-counts.ts";

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

/** What is kept of the first ids besides their counts. */
interface Examples {
  readonly paths: string[];
  readonly names: Map<string, number>;
}

/** The ids of one kind. */
interface KindTally {
  readonly counts: IdCounts;
  /** Of the ids that have any, which were the first to be met. */
  readonly examples: Examples[];
}

const KINDS: readonly Kind[] = ["uid", "gid", "projid"];
/** Shared by all ids that have none. */
const NONE: readonly never[] = Object.freeze([]);

/** Counts ids in memory that does not grow past a limit. */
export class Tally {
  readonly #byKind = new Map<Kind, KindTally>();
  #ids = 0;
  #unlisted = 0;

  count(kind: Kind, id: number, place: Place, met: Met): void {
    const { counts, examples } = this.#tallyOf(kind);
    let index = counts.indexOf(id);
    if (index < 0) {
      if (this.#ids >= MOST_IDS) {
        this.#unlisted++;
        return;
      }
      index = counts.add(id);
      this.#ids++;
    }
    counts.increment(index, place);
    if (this.#ids > MOST_WITH_EXAMPLES) return;
    const kept = examples[index] ?? { paths: [], names: new Map() };
    examples[index] = kept;
    keep(kept, kind, place, met);
  }

  #tallyOf(kind: Kind): KindTally {
    const known = this.#byKind.get(kind);
    if (known) return known;
    const tally = { counts: new IdCounts(), examples: [] };
    this.#byKind.set(kind, tally);
    return tally;
  }

  /** The ids, users before groups, in ascending order. */
  list(): IdTally[] {
    const list: IdTally[] = [];
    for (const kind of KINDS) {
      const tally = this.#byKind.get(kind);
      for (const index of tally?.counts.sorted() ?? []) if (tally) list.push(tallied(kind, index, tally));
    }
    return list;
  }

  /** How many times an id was met that is not in the list, because the list is full. */
  get unlisted(): number {
    return this.#unlisted;
  }
}

function tallied(kind: Kind, index: number, { counts, examples }: KindTally): IdTally {
  const kept = examples[index];
  const { id, owner, acl, capability } = counts.at(index);
  const [paths, names] = kept ? [[...kept.paths], listed(kept.names)] : [NONE, NONE];
  return { kind, id, owner, acl, capability, examples: paths, names };
}

function keep({ paths, names }: Examples, kind: Kind, place: Place, met: Met): void {
  if (place === "owner") countName(names, met.ownerName(kind));
  if (paths.length >= EXAMPLES) return;
  const path = met.path();
  if (paths.at(-1) !== path) paths.push(path);
}

function countName(names: Map<string, number>, name: string): void {
  if (name === "") return;
  const entries = names.get(name);
  if (entries !== undefined || names.size < NAMES) names.set(name, (entries ?? 0) + 1);
}

function listed(names: ReadonlyMap<string, number>): NameTally[] {
  return [...names].map(([name, entries]) => ({ name, entries })).sort((a, b) => b.entries - a.entries);
}
