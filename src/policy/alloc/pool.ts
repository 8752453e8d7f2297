import {
  covers,
  fits,
  type IdSet,
  idSet,
  lastOf,
  MAX_ID,
  overlapOf,
  type Range,
  rangeBetween,
  subtract,
} from "../../core/index.ts";
import type { LedgerRefusal } from "./refusal.ts";
import { RESERVED_RANGES } from "./reserved.ts";

/** Ids to hand out, and how. A range of it is one of users and of groups alike. */
export interface Pool {
  readonly name: string;
  readonly range: Range;
  /** Every range begins at a multiple of it; the ids up to the next multiple are nobody else's. */
  readonly alignment: number;
  /** Ids in a range where the claim does not say. */
  readonly size: number;
  /** Ids behind every range that stay free. */
  readonly guard: number;
  /** How long a released range waits for a scrub before it is handed out all the same; null: until the scrub. */
  readonly quarantineMs: number | null;
  /** Reserved ranges, by name, that this pool hands out all the same. */
  readonly includes: readonly string[];
}

const DAY_MS = 86_400_000;

/**
 * The pool of a host that has none: 4,094 ranges above everything that systemd and shadow hand out, below systemd's
 * foreign ids.
 *
 * @source RESERVED_RANGES
 * @example freeRunsOf(DEFAULT_POOL, []).map(({ count }) => count / 65536) // [4094]
 */
export const DEFAULT_POOL: Pool = {
  name: "host",
  range: { first: 1879048192, count: 268304384 },
  alignment: 65536,
  size: 65536,
  guard: 0,
  quarantineMs: DAY_MS,
  includes: [],
};

/** What is wrong with a pool by itself, or null. */
export function findPoolFault(pool: Pool): LedgerRefusal | null {
  const bad = (field: string, expected: string, got: unknown): LedgerRefusal => ({
    code: "ERR_POOL",
    where: `pool ${pool.name}, ${field}`,
    expected,
    got: String(got),
  });
  if (!/^[A-Za-z0-9][\w.-]*$/.test(pool.name))
    return bad("name", "letters, digits, dots, dashes and underscores", JSON.stringify(pool.name));
  if (!Number.isInteger(pool.range.first) || !Number.isInteger(pool.range.count) || !fits(pool.range))
    return bad("range", `ids from 0 to ${MAX_ID}`, `${pool.range.first}:${pool.range.count}`);
  if (!isCount(pool.alignment) || pool.alignment === 0)
    return bad("alignment", "a number of at least 1", pool.alignment);
  if (!isCount(pool.size) || pool.size === 0) return bad("size", "a number of at least 1", pool.size);
  if (!isCount(pool.guard)) return bad("guard", "a number of ids", pool.guard);
  if (pool.quarantineMs !== null && !isCount(pool.quarantineMs))
    return bad("quarantine", "a time in milliseconds", pool.quarantineMs);
  const unknown = pool.includes.find((name) => !RESERVED_RANGES.some((range) => range.name === name));
  if (unknown !== undefined)
    return bad("includes", `one of: ${RESERVED_RANGES.map(({ name }) => name).join(", ")}`, JSON.stringify(unknown));
  if (!freeRunsOf(pool, []).some((run) => run.count >= blockCount(pool, pool.size)))
    return {
      ...bad("range", `room for a range of ${pool.size} ids beside what is reserved`, showRange(pool.range)),
      fix: "choose other ids, or include the reserved range by its name",
    };
  return null;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** `5-10`, both in it. */
export function showRange(range: Range): string {
  return `${range.first}-${lastOf(range)}`;
}

/** The ids of a pool that may be handed out at all. */
export function grantableIds(pool: Pool): IdSet {
  const reserved = RESERVED_RANGES.filter(({ name }) => !pool.includes.includes(name));
  return subtract(idSet([pool.range]), idSet(reserved));
}

/** How many ids a range of `count` keeps from others: the guard, and what is left up to the next multiple. */
export function blockCount({ alignment, guard }: Pool, count: number): number {
  return Math.ceil((count + guard) / alignment) * alignment;
}

/** The ids that a range handed out by the pool keeps from others. */
export function blockOf(pool: Pool, piece: Range): Range {
  return { first: piece.first, count: blockCount(pool, piece.count) };
}

/** The multiples of the alignment that a range touches, whole: what others have of the pool beside it. */
export function touchedBlocks({ alignment }: Pool, range: Range): Range {
  const first = Math.floor(range.first / alignment) * alignment;
  const end = Math.ceil((range.first + range.count) / alignment) * alignment;
  return { first, count: end - first };
}

/**
 * What is left of a pool: runs of whole multiples of the alignment, sorted; none adjoins the next.
 *
 * @param taken  blocks, each of whole multiples, that are somebody's
 */
export function freeRunsOf(pool: Pool, taken: readonly Range[]): IdSet {
  const whole = grantableIds(pool).flatMap((range) => wholeBlocks(pool, range) ?? []);
  return subtract(whole, idSet(taken));
}

function wholeBlocks({ alignment }: Pool, range: Range): Range | null {
  const first = Math.ceil(range.first / alignment) * alignment;
  const end = Math.floor((range.first + range.count) / alignment) * alignment;
  return rangeBetween(first, end - 1);
}

/** Why a pool may not stand beside the others, or in place of the one of its name; null when it may. */
export function findPoolConflict(pool: Pool, others: readonly Pool[], held: readonly Range[]): LedgerRefusal | null {
  const other = others.find(({ name, range }) => name !== pool.name && overlapOf(range, pool.range));
  if (other)
    return {
      code: "ERR_POOL",
      where: `pool ${pool.name}, range`,
      expected: "ids that no other pool hands out",
      got: `${showRange(pool.range)}, which shares ids with pool ${other.name}, ${showRange(other.range)}`,
      fix: `claim from pool ${other.name} by its name, or make pool ${pool.name} of other ids`,
    };
  const before = others.find(({ name }) => name === pool.name);
  if (!before || held.length === 0) return null;
  if (before.alignment !== pool.alignment || before.guard !== pool.guard)
    return {
      code: "ERR_POOL",
      where: `pool ${pool.name}, alignment and guard`,
      expected: `${before.alignment} and ${before.guard}, as long as ranges of it are held`,
      got: `${pool.alignment} and ${pool.guard}`,
      fix: "make another pool",
    };
  const outside = held.find((range) => !covers(pool.range, range));
  if (!outside) return null;
  return {
    code: "ERR_POOL",
    where: `pool ${pool.name}, range`,
    expected: `every range that is held, ${showRange(outside)} among them`,
    got: showRange(pool.range),
    fix: "release it first, or make another pool",
  };
}
