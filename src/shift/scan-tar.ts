import type { UsernsError } from "../core/index.ts";
import type { EntryGroup } from "./entry-group.ts";
import { OwnerRewriter } from "./owner-rewriter.ts";
import { CountedOwners } from "./owners.ts";
import { newCounting, type TarCounts } from "./report.ts";
import type { ShiftMaps } from "./shift-maps.ts";
import { type TarInputOptions, through, withPaths } from "./shift-tar.ts";
import type { IdTally } from "./tally.ts";
import type { AfterEnd, TarEnd } from "./tar-end.ts";
import { entryOf, type TarEntry } from "./tar-entry.ts";
import { type EntryVisitor, type Rewritten, TarWalk } from "./tar-walk.ts";

/** Who owns what in an archive. */
export interface TarOwners extends TarCounts {
  readonly entries: number;
  /** Every id that owns an entry, is named by an ACL or is the root id of a capability; users before groups. */
  readonly ids: readonly IdTally[];
  /** Times that further ids were met, beyond the number that is kept. */
  readonly unlisted: number;
  readonly end: TarEnd;
  readonly afterEnd: AfterEnd;
}

/** Makes the error of an entry that is refused: its place in the archive is said by it. */
export type RefuseEntry = (expected: string, got: string) => UsernsError;

/** How {@link scanTar} reads. */
export interface ScanTarOptions extends TarInputOptions {
  /** Told of each entry, in order, and how to refuse it: what it throws ends the reading. */
  readonly onEntry?: (entry: TarEntry, refuse: RefuseEntry) => void;
  /** Told of the bytes of the body of the entry before, in order and in pieces of any size; they are not to be kept. */
  readonly onBody?: (bytes: Uint8Array) => void;
}

/** Tells of each entry, and then has it counted. */
class Told implements EntryVisitor {
  readonly #inner: EntryVisitor;
  readonly #onEntry: NonNullable<ScanTarOptions["onEntry"]>;
  readonly #onBody: ((bytes: Uint8Array) => void) | undefined;
  /** Is the body in hand that of an entry that was told of? A volume label's is not. */
  #isTold = false;

  constructor(
    inner: EntryVisitor,
    onEntry: NonNullable<ScanTarOptions["onEntry"]>,
    onBody?: (bytes: Uint8Array) => void,
  ) {
    this.#inner = inner;
    this.#onEntry = onEntry;
    this.#onBody = onBody;
  }

  plain(): boolean {
    return false;
  }

  entry(group: EntryGroup): Rewritten {
    const rewritten = this.#inner.entry(group);
    const entry = entryOf(group);
    if (group.hasEntry) this.#isTold = entry !== null;
    if (entry) this.#onEntry(entry, (...words) => group.fail(group.header, ...words));
    return rewritten;
  }

  body(bytes: Uint8Array): void {
    if (this.#isTold) this.#onBody?.(bytes);
  }
}

/** Who owns what in an archive, and what of it some maps do not hold. */
export interface LintedTar {
  readonly owners: TarOwners;
  /** The ids that the maps do not hold. */
  readonly unmapped: readonly IdTally[];
  /** Times that further such ids were met, beyond the number that is kept. */
  readonly unlisted: number;
}

/**
 * Read a tar archive once and count the ids in it: the same that {@link shiftTar} would translate.
 *
 * @param input  pieces of any size; they stay as they are
 * @throws UsernsError ERR_TAR for an archive that is not sound
 */
export async function scanTar(input: AsyncIterable<Uint8Array>, options: ScanTarOptions = {}): Promise<TarOwners> {
  return count(input, new CountedOwners(null), options);
}

/**
 * The same, with the ids that some maps do not hold: those that {@link shiftTar} would refuse.
 *
 * @throws as {@link scanTar}
 */
export async function lintTar(
  input: AsyncIterable<Uint8Array>,
  maps: ShiftMaps,
  options: ScanTarOptions = {},
): Promise<LintedTar> {
  const counted = new CountedOwners(maps);
  const owners = await count(input, counted, options);
  const { unmapped } = counted;
  return { owners, unmapped: unmapped.list(), unlisted: unmapped.unlisted };
}

async function count(
  input: AsyncIterable<Uint8Array>,
  owners: CountedOwners,
  options: ScanTarOptions,
): Promise<TarOwners> {
  const counting = newCounting();
  const rules = { owners, dropNames: false, capabilities: "keep", reverse: false, counting } as const;
  const counted = new OwnerRewriter(rules, null);
  const told = options.onEntry ? new Told(counted, options.onEntry, options.onBody) : counted;
  const walk = new TarWalk(options.name ?? "tar", withPaths(told, options), options.endMarker ?? "require");
  for await (const _ of through(walk, input, options));
  const { capabilities, acls } = counting;
  const { entries, end, afterEnd } = walk;
  return { entries, ids: owners.all.list(), unlisted: owners.all.unlisted, capabilities, acls, end, afterEnd };
}
