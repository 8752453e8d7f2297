import type { Range } from "../core/index.ts";
import type { Change, Claim, ClaimFacts, ClaimRequest, HeldPiece, LedgerEvent, Pool } from "../policy/index.ts";

/** A tenant's quota, null for none, and the ids of its live claims as they were last written down. */
export interface Tenant {
  readonly name: string;
  readonly quota: number | null;
  readonly used: number;
}

/** What can be read of what is kept. Ranges that are held are those of claims that are not freed. */
export interface LedgerReads {
  pools(): Promise<readonly Pool[]>;
  tenants(): Promise<readonly Tenant[]>;
  /** In the order in which they were made; without those that are freed, unless all are asked for. */
  claims(which: "held" | "all"): Promise<readonly Claim[]>;
  claim(id: number): Promise<Claim | null>;
  /** The last one made with the key. */
  claimOfKey(key: string): Promise<Claim | null>;
  /** Those that hold an id of the range. */
  claimsHolding(range: Range): Promise<readonly Claim[]>;
  /** Every one that ever had the id. */
  claimsEverOf(id: number): Promise<readonly Claim[]>;
  history(): Promise<readonly LedgerEvent[]>;
  /** The free runs of a pool, sorted: to be checked, and nothing to decide by. */
  runs(pool: string): Promise<readonly Range[]>;
}

/** What decides about claims on one pool, read in one go. */
export interface KnownForClaims {
  /** null where there is no such pool. */
  readonly facts: ClaimFacts | null;
  /** Has time changed a claim since that was last written down? */
  readonly isDue: boolean;
}

/** Nobody else writes while one of these is open. */
export interface LedgerTransaction extends LedgerReads {
  lastSeq(): Promise<number>;
  knownForClaims(pool: string, requests: readonly ClaimRequest[], now: number): Promise<KnownForClaims>;
  /** Claims that time has changed, at most so many. */
  due(now: number, most: number): Promise<readonly Claim[]>;
  /** Free runs that hold, share or adjoin one of the ranges. */
  runsBeside(pool: string, ranges: readonly Range[]): Promise<readonly Range[]>;
  /** What is held of a range; pieces are whole, also where they reach beyond it. */
  heldIn(range: Range): Promise<readonly HeldPiece[]>;
  /** Write a change. Nothing of it is kept when the transaction ends with an error. */
  append(change: Change): Promise<void>;
}

/**
 * Where allocations are kept: one adapter a file. An adapter keeps and finds; what is right is decided in src/policy. By
 * itself it bars only two claims from holding the same id, as the last line of defence.
 */
export interface Ledger {
  /** What messages call it: a path, or the address of a database without the password. */
  readonly name: string;
  /** Read what belongs together: nothing changes in between. */
  read<T>(work: (reads: LedgerReads) => Promise<T>): Promise<T>;
  /** Read and write, alone. What was written is on disk when this resolves; when `work` throws, nothing is. */
  write<T>(work: (transaction: LedgerTransaction) => Promise<T>): Promise<T>;
  /**
   * Where this is quicker than a transaction: a claim that nothing stands in the way of, all in one go. It is what
   * `decideClaims` would have decided; whatever is not plain is left to that.
   *
   * @returns null when nothing was done, and a transaction must decide
   */
  claimAtOnce?(request: ClaimRequest, now: number): Promise<Claim | null>;
  close(): Promise<void>;
}

/** The adapter's promise was broken: a bug, or somebody who writes to the tables by hand. */
export class OverlapBarred extends Error {
  override readonly name = "OverlapBarred";
}
