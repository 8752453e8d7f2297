import { idSet, overlapOf, type Range } from "../core/index.ts";
import {
  type Change,
  type Claim,
  changedRuns,
  claimSize,
  dueAt,
  EMPTY_STATE,
  type LedgerEvent,
  type LedgerState,
  type RunsWanted,
  replayHistory,
  runsBeside,
  runsWanted,
} from "../policy/index.ts";
import { inTurn } from "./in-turn.ts";
import { type Ledger, type LedgerReads, type LedgerTransaction, OverlapBarred, type Tenant } from "./ledger.ts";

interface Kept {
  events: LedgerEvent[];
  state: LedgerState;
  runs: Map<string, readonly Range[]>;
}

/** A ledger that is gone with the process: for tests, and for programs that keep the history themselves. */
export function memoryLedger(): Ledger {
  const kept: Kept = { events: [], state: EMPTY_STATE, runs: new Map() };
  const turns = inTurn();
  return {
    name: "memory",
    read: (work) => turns(() => work(readsOf(kept))),
    write: (work) =>
      turns(async () => {
        // Nothing is changed in place: what there was is what there is again.
        const before = { ...kept, events: [...kept.events], runs: new Map(kept.runs) };
        try {
          return await work({ ...readsOf(kept), ...transactionOf(kept) });
        } catch (error) {
          Object.assign(kept, before);
          throw error;
        }
      }),
    close: async () => {},
  };
}

const isHeld = ({ freedAt }: Claim): boolean => freedAt === null;
const all = (kept: Kept): readonly Claim[] => [...kept.state.claims.values()];
const touches = (claim: Claim, range: Range): boolean => claim.pieces.some((piece) => overlapOf(piece, range) !== null);

function readsOf(kept: Kept): LedgerReads {
  return {
    pools: async () => [...kept.state.pools.values()],
    tenants: async () => tenantsOf(kept),
    claims: async (which) => (which === "all" ? all(kept) : all(kept).filter(isHeld)),
    claim: async (id) => kept.state.claims.get(id) ?? null,
    claimOfKey: async (key) => all(kept).findLast((claim) => claim.key === key) ?? null,
    claimsHolding: async (range) => all(kept).filter((claim) => isHeld(claim) && touches(claim, range)),
    claimsEverOf: async (id) => all(kept).filter((claim) => touches(claim, { first: id, count: 1 })),
    history: async () => [...kept.events],
    runs: async (pool) => kept.runs.get(pool) ?? [],
  };
}

function tenantsOf({ state }: Kept): Tenant[] {
  const used = new Map<string, number>([...state.quotas.keys()].map((name) => [name, 0]));
  for (const claim of state.claims.values())
    if (claim.releasedAt === null) used.set(claim.tenant, (used.get(claim.tenant) ?? 0) + claimSize(claim));
  return [...used].map(([name, ids]) => ({ name, quota: state.quotas.get(name) ?? null, used: ids }));
}

function transactionOf(kept: Kept): Omit<LedgerTransaction, keyof LedgerReads> {
  const due = (now: number): Claim[] => all(kept).filter((claim) => (dueAt(claim) ?? Number.POSITIVE_INFINITY) <= now);
  return {
    lastSeq: async () => kept.state.seq,
    async knownForClaims(name, requests, now) {
      const pool = kept.state.pools.get(name);
      const isDue = due(now).length > 0;
      if (!pool) return { facts: null, isDue };
      const keys = new Set(requests.flatMap(({ key }) => key ?? []));
      const keyed = new Map<string, Claim>();
      for (const claim of all(kept)) if (claim.key !== null && keys.has(claim.key)) keyed.set(claim.key, claim);
      const tenants = new Map(tenantsOf(kept).map((tenant) => [tenant.name, tenant]));
      const runs = chosenRuns(kept.runs.get(name) ?? [], runsWanted(requests, pool));
      return { facts: { now, lastSeq: kept.state.seq, pool, keyed, tenants, runs }, isDue };
    },
    due: async (now, most) => due(now).slice(0, most),
    runsBeside: async (pool, ranges) => runsBeside(kept.runs.get(pool) ?? [], ranges),
    heldIn: async (range) =>
      all(kept)
        .filter(isHeld)
        .flatMap(({ pieces, pool }) => pieces.map((piece) => ({ ...piece, pool })))
        .filter((piece) => overlapOf(piece, range) !== null),
    append: async (change) => append(kept, change),
  };
}

function chosenRuns(runs: readonly Range[], { counts, of, largest }: RunsWanted): readonly Range[] {
  const bySize = [...runs].sort((a, b) => a.count - b.count || a.first - b.first);
  const fitting = counts.flatMap((count) => bySize.filter((run) => run.count >= count).slice(0, of));
  return [...new Set([...fitting, ...bySize.slice(-largest)])];
}

function append(kept: Kept, { events, runs }: Change): void {
  for (const event of events)
    if (event.type === "claimed") {
      const other = all(kept).find(
        (claim) => isHeld(claim) && event.claim.pieces.some((piece) => touches(claim, piece)),
      );
      if (other) throw new OverlapBarred(`c${event.claim.id} would share ids with c${other.id}`);
    }
  kept.state = replayHistory(events, kept.state);
  kept.events = [...kept.events, ...events];
  for (const change of runs) kept.runs.set(change.pool, changedRuns(idSet(kept.runs.get(change.pool) ?? []), change));
}
