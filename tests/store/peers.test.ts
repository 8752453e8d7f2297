/** What the suites of Incus, FreeIPA, shadow, systemd and the kubelet expect of whoever hands out ranges. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Range, UsernsError } from "../../src/core/index.ts";
import { type Claim, DEFAULT_POOL, freeRunsOf, type Pool, reservedAt } from "../../src/policy/index.ts";
import { memoryLedger, storeOver } from "../../src/store/index.ts";

interface PeerCase {
  readonly id: string;
  readonly op: string;
  readonly given: Given;
  readonly expect: Readonly<Record<string, unknown>>;
}

interface Given {
  readonly pool: { readonly base: number; readonly size: number; readonly first_id: number; readonly length: number };
  readonly default_size: number;
  readonly requests: readonly { readonly name: string; readonly isolated?: boolean; readonly base?: number }[];
  readonly records: readonly (readonly [owner: string, first: number, count: number])[];
  readonly min_base: number;
  readonly max_base: number;
  readonly first: number;
  readonly slot: number;
  readonly index: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly first_id: number;
  readonly length: number;
  readonly allocate: number;
  readonly ids: readonly number[];
}

/** A peer's own pool: it takes no heed of what others reserve. */
function peerPool(range: Range, size: number, alignment = 1): Pool {
  const includes = ["subid", "containers", "foreign", "above-31-bits", "system", "people"];
  return { ...DEFAULT_POOL, name: "peer", range, size, alignment, includes };
}

async function claimed(pool: Pool, count: number): Promise<readonly Claim[]> {
  const store = storeOver(memoryLedger());
  await store.setPool(pool);
  const request = { pool: "peer", owner: "x", tenant: "t" };
  return store.claimAll(Array.from({ length: count }, () => request));
}

/** How many ranges a pool has. */
function capacity(pool: Pool): number {
  return freeRunsOf(pool, []).reduce((sum, { count }) => sum + Math.floor(count / pool.size), 0);
}

/** The words of the case for what we reserve under a name. */
const CLASSES: Readonly<Record<string, string>> = {
  root: "root",
  nobody: "nobody/overflow",
  "16-bit": "16-bit -1",
  "32-bit": "32-bit -1",
  dynamic: "dynamic service users",
  containers: "container ranges",
  homed: "homed users",
};

const CHECKS: Readonly<Record<string, (given: Given) => unknown>> = {
  "alloc.aligned_pool": ({ min_base: first, max_base, slot }) => {
    const pool = peerPool({ first, count: max_base + slot - first }, slot, slot);
    const last = freeRunsOf(pool, []).at(-1);
    return { slots: capacity(pool), last_id: last && last.first + last.count - 1 };
  },
  "alloc.sequential": async ({ first, slot, index }) => {
    const claim = (await claimed(peerPool({ first, count: 2 ** 31 - slot }, slot), index + 1)).at(-1);
    const start = claim?.pieces[0]?.first ?? 0;
    return { start, last: start + slot - 1 };
  },
  "alloc.capacity": ({ min, max, count }) => ({
    users: capacity(peerPool({ first: min, count: max - min + 1 }, count)),
  }),
  "alloc.slots": async ({ first_id: first, length: count, slot, allocate }) => {
    const claims = await claimed(peerPool({ first, count }, slot, slot), allocate);
    const firsts = claims.map(({ pieces }) => pieces[0]?.first ?? 0);
    // The case gives a bound, and not the range that is last.
    const bound = first + count - slot;
    assert.ok(Math.max(...firsts) <= bound);
    return { all_distinct: new Set(firsts).size === allocate, min: Math.min(...firsts), max_first: bound };
  },
  "alloc.record": async ({ records }) => {
    const store = storeOver(memoryLedger());
    const results: string[] = [];
    for (const [owner, first, count] of records)
      results.push(
        await store.adopt([{ owner, first, count, tenant: "t", source: "record" }]).then(
          () => "ok",
          (error) => (error instanceof UsernsError && error.code === "ERR_RANGE_HELD" ? "error" : String(error)),
        ),
      );
    return { results };
  },
  // The first slot of Incus' pool is that of all containers that are not isolated: the pool begins behind it.
  "alloc.isolated": async ({ pool: { base, size }, default_size: slot, requests }) => {
    const store = storeOver(memoryLedger());
    await store.setPool(peerPool({ first: base + slot, count: size - slot }, slot));
    const allocations: object[] = [];
    for (const { name, isolated = true, base: wanted } of requests) {
      if (!isolated) {
        allocations.push({ name, outside: base, count: size });
        continue;
      }
      const range = { first: wanted ?? 0, count: 110000 };
      const claim = wanted
        ? store.adopt([{ ...range, owner: name, tenant: "t", source: name }]).then(([one]) => one)
        : store.claim({ pool: "peer", owner: name, tenant: "t" }).catch(() => undefined);
      const piece = (await claim)?.pieces[0];
      if (!piece) return { fails_at: name, pairwise_disjoint: true };
      allocations.push({ name, outside: piece.first, count: piece.count });
    }
    return { allocations };
  },
  "policy.reserved": ({ ids }) => ({
    classes: ids.map((id) => reservedAt(id).flatMap(({ name }) => CLASSES[name] ?? [])[0]),
  }),
};

/** How many cases of each suite are of this sort: here a store answers them, in tests/peers the rules alone. */
for (const [suite, count] of [
  ["incus-isolated", 5],
  ["field-transcripts", 1],
  ["freeipa-subids", 3],
  ["shadow-subids", 1],
  ["systemd-uid-range", 2],
  ["kubernetes-userns", 2],
] as const)
  test(`${suite}: ranges are handed out as the peer expects`, async () => {
    const { cases }: { readonly cases: readonly PeerCase[] } = JSON.parse(
      readFileSync(`tests/vectors/peers/${suite}.json`, "utf8"),
    );
    const run = cases.filter(({ op }) => CHECKS[op]);
    for (const { id, op, given, expect } of run) assert.deepEqual(await CHECKS[op]?.(given), expect, id);
    assert.equal(run.length, count, "cases run");
  });
