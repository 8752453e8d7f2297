import { lastOf, overlapOf, type Range } from "../core/index.ts";
import { ruleTable, type World } from "../kernel/index.ts";
import { type Decision, grant, refuse } from "./decision.ts";
import { pickBlock } from "./pick-block.ts";
import { holdersOf, showHolders } from "./range-holders.ts";
import { BLOCK, UID_RANGES } from "./uid-ranges.ts";

const SOURCE = "completion of this project";

const RULES = ruleTable({
  neverGranted: {
    sentence: "No pile holds 0, 65534, 65535, 4294967295 or the id of an account.",
    source: `${SOURCE}, policy defaults; vectors/proposals B34`,
  },
  pilesDisjoint: {
    sentence: "Piles of two owners share no id.",
    source: `${SOURCE}, policy defaults; vectors/proposals B59`,
  },
  rangeBusy: {
    sentence:
      "A range is leased again when nobody holds an id of it: a credential cannot be taken back, and a file keeps its owner.",
    source: `${SOURCE}, lease, not grant; vectors/proposals B60`,
  },
  oneKind: {
    sentence:
      "A range is persistent, and one owner's for good, or transient, and then it never reaches a disk: it is not both in turn.",
    source: `${SOURCE}, lease, not grant`,
  },
  nothingFree: { sentence: "A hundred blocks are tried for a name.", source: "systemd, nspawn and nsresourced" },
});

/** Whose a range is when its holder is gone: the owner's still, or nobody's. */
export type PileKind = "persistent" | "transient";

/** A range that somebody has. */
export interface Lease extends Range {
  readonly owner: string;
  /** What it is for: the session, the container. */
  readonly name: string;
  readonly kind: PileKind;
  /** How often this owner was given this range, from 1. */
  readonly generation: number;
}

/** What is asked for. */
export interface LeaseRequest {
  readonly owner: string;
  readonly name: string;
  readonly kind: PileKind;
  /** null: any block that is free. */
  readonly base: number | null;
  readonly count: number;
}

/** An account of passwd or group. */
export interface Account {
  readonly name: string;
  readonly id: number;
}

const NEVER: readonly Range[] = [UID_RANGES.root, UID_RANGES.nobody, UID_RANGES.noId16, UID_RANGES.noId];

/** Who has which range, and who had which persistent one. */
export class PileRegistry {
  readonly #accounts: readonly Account[];
  readonly #live: Lease[] = [];
  /** The last lease of each range that was given for good. */
  readonly #assigned: Lease[] = [];

  constructor(accounts: readonly Account[]) {
    this.#accounts = accounts;
  }

  get live(): readonly Lease[] {
    return this.#live;
  }

  /** Is no id of the range leased, assigned, an account's, or one that nobody is given? */
  isFree(range: Range): boolean {
    return (
      this.#whyNever(range) === null && ![...this.#live, ...this.#assigned].some((lease) => overlapOf(lease, range))
    );
  }

  /**
   * Lease a range. The owner of a persistent range has it again, with whatever it left there; a transient one is leased
   * when no process and no file holds an id of it.
   */
  lease(world: World, request: LeaseRequest): Decision<Lease> {
    const range = this.#rangeFor(world, request);
    if (!range.ok) return range;
    const { owner, name, kind } = request;
    const never = this.#whyNever(range.value);
    if (never !== null) return refuse(RULES.neverGranted, never);
    const before = this.#assigned.find((lease) => overlapOf(lease, range.value));
    const isSame = (lease: Lease) => lease.first === range.value.first && lease.count === range.value.count;
    const isOwn = before !== undefined && before.owner === owner && isSame(before);
    if (before && kind === "transient") return refuse(RULES.oneKind, `it is ${showLease(before)}'s for good`);
    if (before && !isOwn) return refuse(RULES.pilesDisjoint, `it shares ids with ${showLease(before)}`);
    const other = this.#live.find((lease) => overlapOf(lease, range.value) && lease.owner !== owner);
    if (other) return refuse(RULES.rangeBusy, `it shares ids with ${showLease(other)}, which has not ended`);
    const holders = isOwn ? [] : holdersOf(world, range.value, true);
    if (holders.length > 0) return refuse(RULES.rangeBusy, `held by ${showHolders(holders)}`);
    const lease: Lease = { ...range.value, owner, name, kind, generation: (before?.generation ?? 0) + 1 };
    this.#live.push(lease);
    if (kind === "persistent") {
      if (before) this.#assigned.splice(this.#assigned.indexOf(before), 1);
      this.#assigned.push(lease);
    }
    return grant(lease);
  }

  /**
   * End a lease. Whoever held it is gone; files may stay, and keep a transient range from being leased again.
   *
   * @returns refused while a process holds an id of the range
   */
  end(world: World, lease: Lease): Decision<Lease> {
    const holders = holdersOf(world, lease, false);
    if (holders.length > 0) return refuse(RULES.rangeBusy, `held by ${showHolders(holders)}`);
    const at = this.#live.indexOf(lease);
    if (at >= 0) this.#live.splice(at, 1);
    return grant(lease);
  }

  #rangeFor(world: World, { owner, name, kind, base, count }: LeaseRequest): Decision<Range> {
    if (base !== null) return grant({ first: base, count });
    const before = this.#assigned.find((lease) => lease.owner === owner && lease.name === name);
    if (before && kind === "persistent") return grant({ first: before.first, count: before.count });
    const isFree = (block: Range) => this.isFree(block) && holdersOf(world, block, true).length === 0;
    const picked = pickBlock(`${owner}/${name}`, isFree);
    return picked && count === BLOCK ? grant(picked) : refuse(RULES.nothingFree, `for ${owner}/${name}, ${count} ids`);
  }

  #whyNever(range: Range): string | null {
    if (!Number.isSafeInteger(range.count) || range.count < 1) return `${range.count} ids`;
    const never = NEVER.find((other) => overlapOf(other, range));
    if (never) return `${never.first} is in it`;
    const account = this.#accounts.find(({ id }) => overlapOf({ first: id, count: 1 }, range));
    return account ? `it holds ${account.id} of ${account.name}` : null;
  }
}

/** As in: alice's 100000-165535 (web). */
function showLease(lease: Lease): string {
  return `${lease.owner} (${lease.name}, ${lease.first}-${lastOf(lease)})`;
}
