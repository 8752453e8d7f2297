/** What every store must do, whatever it keeps its ledger in. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type ErrorCode, UsernsError } from "../../src/core/index.ts";
import { type ClaimRequest, DEFAULT_POOL, mapOfPieces, type Pool } from "../../src/policy/index.ts";
import { type Ledger, type Store, storeOver } from "../../src/store/index.ts";
import { checkState } from "./store-state.ts";

/** Opens an empty ledger that goes with the test; null where the machine has none of its kind, and the test is skipped. */
export type OpenLedger = (t: TestContext) => Promise<Ledger | null>;

interface Given {
  readonly store: Store;
  readonly ledger: Ledger;
  /** The time that the store is told. */
  readonly clock: { now: number };
}

const START = 1_800_000_000_000;
const DAY = 86_400_000;
const SIZE = 65536;
const FIRST = DEFAULT_POOL.range.first;

/** Room for four ranges of 100 ids, from 700,000,000. */
export const SMALL: Pool = {
  name: "small",
  range: { first: 700_000_000, count: 400 },
  alignment: 100,
  size: 100,
  guard: 0,
  quarantineMs: DAY,
  includes: ["containers"],
};

const asking = (owner: string, more: Partial<ClaimRequest> = {}): ClaimRequest => ({
  pool: "small",
  owner,
  tenant: "default",
  ...more,
});

async function refused(code: ErrorCode, work: Promise<unknown>, text?: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof UsernsError, String(error));
    assert.equal(error.code, code);
    if (text) assert.match(error.message, text);
    return true;
  });
}

/** Each rule, by its title. */
const RULES: Readonly<Record<string, (given: Given) => Promise<void>>> = {
  "the first claim needs no set-up, and is at the beginning of the default pool": async ({ store }) => {
    const claim = await store.claim({ pool: "host", owner: "web-0", tenant: "default" });
    assert.deepEqual(claim.pieces, [{ first: FIRST, count: SIZE }]);
    assert.deepEqual(await store.pools(), [DEFAULT_POOL]);
    assert.deepEqual((await store.whoOwns(FIRST + SIZE - 1))?.claim, claim);
    assert.equal(await store.whoOwns(FIRST + SIZE), null);
  },
  "claims follow each other without a gap, and each begins at a multiple of the alignment": async ({ store }) => {
    await store.setPool({ ...SMALL, alignment: 50 });
    const firsts: (number | undefined)[] = [];
    for (const size of [100, 60, 50, 1]) firsts.push((await store.claim(asking("a", { size }))).pieces[0]?.first);
    assert.deepEqual(firsts, [700_000_000, 700_000_100, 700_000_200, 700_000_250]);
  },
  "a guard stays free behind every range": async ({ store }) => {
    await store.setPool({ ...SMALL, alignment: 1, guard: 10 });
    const [a, b, c] = await store.claimAll(["a", "b", "c"].map((owner) => asking(owner)));
    assert.deepEqual(
      [a, b, c].map((claim) => claim?.pieces[0]?.first),
      [700_000_000, 700_000_110, 700_000_220],
    );
    await refused("ERR_POOL_EXHAUSTED", store.claim(asking("d")), /at most 60/);
  },
  "a key names its claim for as long as it is live: asked again, the same claim is the answer": async ({ store }) => {
    await store.setPool(SMALL);
    const first = await store.claim(asking("web", { key: "k" }));
    assert.deepEqual(await store.claim(asking("web", { key: "k" })), first);
    assert.deepEqual(await store.claimAll([asking("web", { key: "k" }), asking("web", { key: "k" })]), [first, first]);
    assert.equal((await store.claims()).length, 1);
    await store.release({ key: "k" });
    assert.notEqual((await store.claim(asking("web", { key: "k" }))).id, first.id);
  },
  "a key asked for with other terms is refused, and the claim stays": async ({ store }) => {
    await store.setPool(SMALL);
    const first = await store.claim(asking("web", { key: "k" }));
    await refused(
      "ERR_CLAIM_KEY",
      store.claim(asking("other", { key: "k" })),
      /key k: expected what c\d+ was made for/,
    );
    await refused("ERR_CLAIM_KEY", store.claim(asking("web", { key: "k", size: 50 })));
    assert.deepEqual(await store.claims(), [first]);
  },
  "an exhausted pool refuses, says how many ids are free in a row, and changes nothing": async ({ store }) => {
    await store.setPool(SMALL);
    await store.claimAll([asking("a"), asking("b"), asking("c")]);
    const before = await store.history();
    await refused(
      "ERR_POOL_EXHAUSTED",
      store.claim(asking("d", { size: 101 })),
      /101 free ids in a row \(got at most 100\)/,
    );
    await refused("ERR_POOL_EXHAUSTED", store.claimAll([asking("d"), asking("e")]));
    assert.deepEqual(await store.history(), before);
  },
  "a hole of the size asked for is filled before a larger run is cut": async ({ store }) => {
    await store.setPool(SMALL);
    const [, second] = await store.claimAll([asking("a"), asking("b"), asking("c")]);
    await store.release({ id: second?.id ?? 0 }, { scrubbed: true });
    assert.deepEqual((await store.claim(asking("d"))).pieces, second?.pieces);
  },
  "released ids wait in quarantine, and are nobody's when its time has passed": async ({ store, clock }) => {
    await store.setPool(SMALL);
    const [first] = await store.claimAll(["a", "b", "c", "d"].map((owner) => asking(owner)));
    const released = await store.release({ id: first?.id ?? 0 });
    assert.deepEqual([released.releasedAt, released.freeAt], [clock.now, clock.now + DAY]);
    assert.equal((await store.whoOwns(700_000_000))?.state, "quarantined");
    clock.now += DAY - 1;
    await refused("ERR_POOL_EXHAUSTED", store.claim(asking("e")));
    clock.now += 1;
    assert.deepEqual((await store.claim(asking("e"))).pieces, first?.pieces);
  },
  "a report of a scrub ends the quarantine; of a live claim it leaves none": async ({ store }) => {
    await store.setPool({ ...SMALL, quarantineMs: null });
    const [a, b] = await store.claimAll(["a", "b", "c", "d"].map((owner) => asking(owner)));
    await store.release({ id: a?.id ?? 0 });
    await refused("ERR_POOL_EXHAUSTED", store.claim(asking("e")));
    await store.release({ id: a?.id ?? 0 }, { scrubbed: true });
    await store.release({ id: b?.id ?? 0 }, { scrubbed: true });
    assert.equal(await store.whoOwns(700_000_000), null);
    assert.equal((await store.claimAll([asking("e"), asking("f")])).length, 2);
  },
  "a release may be repeated, by number, key or first id, and changes nothing the second time": async ({ store }) => {
    await store.setPool(SMALL);
    const claim = await store.claim(asking("a", { key: "k" }));
    await store.release({ first: 700_000_000 });
    const before = await store.history();
    for (const name of [{ id: claim.id }, { key: "k" }, { first: 700_000_000 }]) await store.release(name);
    assert.deepEqual(await store.history(), before);
  },
  "a claim that nobody made is told as such": async ({ store }) => {
    await store.setPool(SMALL);
    for (const name of [{ id: 7 }, { key: "k" }, { first: 700_000_000 }])
      await refused("ERR_CLAIM_NONE", store.release(name), /expected one that was made/);
    await store.claim(asking("a"));
    await refused("ERR_CLAIM_NONE", store.renew({ first: 700_000_001 }, null));
  },
  "a claim whose time is up is released by itself, and its ids go through quarantine": async ({ store, clock }) => {
    await store.setPool(SMALL);
    await store.claim(asking("a", { ttlMs: 1000, size: 400 }));
    clock.now += 999;
    assert.equal((await store.whoOwns(700_000_000))?.state, "live");
    clock.now += 1;
    assert.equal((await store.whoOwns(700_000_000))?.state, "quarantined");
    await refused("ERR_POOL_EXHAUSTED", store.claim(asking("b")));
    clock.now += DAY;
    await store.claim(asking("b"));
    const freed = (await store.history()).find((event) => event.type === "freed");
    assert.deepEqual([freed?.freedAt, freed?.at], [START + 1000 + DAY, clock.now]);
  },
  "what time has done is told before it is written down": async ({ store, clock }) => {
    await store.setPool(SMALL);
    await store.claim(asking("a", { ttlMs: 1000 }));
    clock.now += 5000;
    const [waiting] = await store.claims();
    assert.deepEqual([waiting?.releasedAt, waiting?.freeAt], [START + 1000, START + 1000 + DAY]);
    assert.deepEqual(await store.whoOwns(700_000_000), { claim: waiting, state: "quarantined" });
    clock.now += DAY;
    assert.deepEqual([await store.claims(), await store.whoOwns(700_000_000)], [[], null]);
    assert.deepEqual(
      (await store.claims("all")).map(({ freedAt }) => freedAt),
      [START + 1000 + DAY],
    );
    assert.equal((await store.history()).length, 2);
  },
  "of many claims that find no room it is told for how many there is": async ({ store }) => {
    await store.setPool(SMALL);
    const asked = Array.from({ length: 6 }, (_, at) => asking(`w${at}`));
    await refused("ERR_POOL_EXHAUSTED", store.claimAll(asked), /for each of 6 claims .*room for 4/);
    await refused(
      "ERR_POOL_EXHAUSTED",
      store.claim(asking("w", { size: 500 })),
      /make the pool larger, or ask for fewer/,
    );
  },
  "without a pool of its own a claim beside one in the usual place is told which to name": async ({ store }) => {
    await store.setPool({ ...DEFAULT_POOL, name: "fleet", range: { first: 2_000_000_000, count: 100_000_000 } });
    const request = { pool: DEFAULT_POOL.name, owner: "web", tenant: "t" };
    await refused("ERR_POOL", store.claim(request), /claim from pool fleet by its name/);
  },
  "what time has done is written down before a claim is made, though there is room": async ({ store, clock }) => {
    await store.setPool(SMALL);
    const [first] = await store.claimAll([asking("a", { ttlMs: 1000 }), asking("b")]);
    clock.now += 1000;
    await store.claim(asking("c"));
    clock.now += DAY;
    assert.deepEqual((await store.claim(asking("d"))).pieces, first?.pieces);
    assert.deepEqual(
      (await store.history()).slice(3).map(({ type }) => type),
      ["released", "claimed", "freed", "claimed"],
    );
  },
  "a renewal counts from now on, or is without end; a claim that has ended is not renewed": async ({
    store,
    clock,
  }) => {
    await store.setPool(SMALL);
    const { id } = await store.claim(asking("a", { ttlMs: 1000 }));
    clock.now += 500;
    assert.equal((await store.renew({ id }, 1000)).expiresAt, START + 1500);
    assert.equal((await store.renew({ id }, null)).expiresAt, null);
    await store.renew({ id }, 1);
    clock.now += 1;
    await refused("ERR_CLAIM_ENDED", store.renew({ id }, 1000), /quarantined/);
  },
  "a quota binds the ids of a tenant's live claims": async ({ store }) => {
    await store.setPool(SMALL);
    await store.setQuota("team", 200);
    const [first] = await store.claimAll([asking("a", { tenant: "team" }), asking("b", { tenant: "team" })]);
    await refused(
      "ERR_QUOTA",
      store.claim(asking("c", { tenant: "team", size: 1 })),
      /at most 200 ids.*got 200, and 1 more/,
    );
    await store.claim(asking("c"));
    await store.release({ id: first?.id ?? 0 });
    await store.claim(asking("d", { tenant: "team" }));
    await store.setQuota("team", null);
  },
  "a claim may come in pieces where it says so, and its map lays them end to end": async ({ store }) => {
    await store.setPool(SMALL);
    const [, second] = await store.claimAll(["a", "b", "c", "d"].map((owner) => asking(owner)));
    await store.release({ id: second?.id ?? 0 }, { scrubbed: true });
    await store.release({ first: 700_000_300 }, { scrubbed: true });
    await refused("ERR_POOL_EXHAUSTED", store.claim(asking("e", { size: 150 })));
    const claim = await store.claim(asking("e", { size: 150, pieces: true }));
    assert.deepEqual(claim.pieces, [
      { first: 700_000_100, count: 100 },
      { first: 700_000_300, count: 50 },
    ]);
    assert.deepEqual(mapOfPieces(claim.pieces).extents[1], { first: 100, lowerFirst: 700_000_300, count: 50 });
    assert.equal((await store.whoOwns(700_000_349))?.claim.id, claim.id);
    await store.release({ first: 700_000_300 }, { scrubbed: true });
    assert.equal((await store.claimAll([asking("f"), asking("g")])).length, 2);
  },
  "who owned an id at a time, and in which state": async ({ store, clock }) => {
    await store.setPool(SMALL);
    await store.claim(asking("a"));
    clock.now += 1000;
    await store.release({ first: 700_000_000 });
    clock.now += DAY;
    const second = await store.claim(asking("b"));
    assert.equal(await store.whoOwns(700_000_000, START - 1), null);
    const at = async (time: number) => {
      const found = await store.whoOwns(700_000_000, time);
      return [found?.claim.owner, found?.state];
    };
    assert.deepEqual(await at(START), ["a", "live"]);
    assert.deepEqual(await at(START + 999), ["a", "live"]);
    assert.deepEqual(await at(START + 1000), ["a", "quarantined"]);
    assert.deepEqual(await at(START + 1000 + DAY), ["b", "live"]);
    assert.equal(second.pieces[0]?.first, 700_000_000);
  },
  "what is in use is adopted, a second time without effect, and no claim gets it": async ({ store }) => {
    await store.setPool(SMALL);
    const used = { first: 700_000_090, count: 20, owner: "ben", tenant: "default", source: "/etc/subuid:1" };
    const [adopted] = await store.adopt([used, { ...used, source: "/etc/subgid:1" }]);
    assert.deepEqual([adopted?.source, adopted?.pool], ["/etc/subuid:1", null]);
    assert.deepEqual(await store.adopt([used]), [adopted]);
    const claims = await store.claimAll([asking("a"), asking("b")]);
    assert.deepEqual(
      claims.map(({ pieces }) => pieces[0]?.first),
      [700_000_200, 700_000_300],
    );
    await store.release({ first: 700_000_090 }, { scrubbed: true });
    assert.equal((await store.claim(asking("c", { size: 200 }))).pieces[0]?.first, 700_000_000);
  },
  "an adoption that shares an id with another range refuses all, and names both": async ({ store }) => {
    await store.setPool(SMALL);
    await store.claim(asking("a"));
    const used = (first: number, count: number, owner: string, source: string) => ({
      ...{ first, count, owner, source },
      tenant: "default",
    });
    const before = await store.history();
    await refused(
      "ERR_RANGE_HELD",
      store.adopt([used(5, 1, "x", "f:1"), used(700_000_099, 1, "ben", "f:2")]),
      /f:2: .*700000099-700000099 for ben, which shares ids with c\d+, 700000000-700000099 of a/,
    );
    await refused("ERR_RANGE_HELD", store.adopt([used(10, 5, "x", "f:1"), used(14, 5, "y", "f:2")]), /f:2.*f:1/);
    await refused("ERR_ID_RANGE", store.adopt([used(4294967295, 1, "x", "f:1")]), /f:1/);
    assert.deepEqual(await store.history(), before);
    await store.adopt([used(4294967294, 1, "x", "f:1"), used(700_000_100, 1, "ben", "f:2")]);
  },
  "an adopted range in the guard of another outlives it, and the other way round": async ({ store }) => {
    const adopt = () => store.adopt([{ first: 700_000_150, count: 10, owner: "b", tenant: "t", source: "f:1" }]);
    await store.setPool({ ...SMALL, guard: 100 });
    await store.claim(asking("a"));
    await adopt();
    await store.release({ first: 700_000_000 }, { scrubbed: true });
    assert.equal((await store.claim(asking("c"))).pieces[0]?.first, 700_000_200);
    await store.release({ first: 700_000_150 }, { scrubbed: true });
    assert.equal((await store.claim(asking("d"))).pieces[0]?.first, 700_000_000);
    await adopt();
    await store.release({ first: 700_000_150 }, { scrubbed: true });
    await refused("ERR_POOL_EXHAUSTED", store.claim(asking("e")));
  },
  "pools share no ids, and one that is held from keeps its alignment and its ranges": async ({ store }) => {
    await store.setPool(SMALL);
    await refused("ERR_POOL", store.setPool({ ...SMALL, name: "other" }), /no other pool hands out/);
    await refused(
      "ERR_POOL",
      store.setPool({ ...SMALL, name: "other", range: { first: 0, count: 100 } }),
      /beside what is reserved/,
    );
    await refused("ERR_POOL", store.claim(asking("a", { pool: "none" })), /one of: host, small/);
    await store.claimAll([asking("a"), asking("b")]);
    await refused("ERR_POOL", store.setPool({ ...SMALL, alignment: 50 }), /as long as ranges of it are held/);
    await refused(
      "ERR_POOL",
      store.setPool({ ...SMALL, range: { first: 700_000_000, count: 199 } }),
      /every range that is held/,
    );
    await store.setPool({ ...SMALL, range: { first: 700_000_000, count: 200 } });
    await refused("ERR_POOL_EXHAUSTED", store.claim(asking("c")));
    await store.setPool({ ...SMALL, range: { first: 699_999_900, count: 400 } });
    assert.equal((await store.claim(asking("c"))).pieces[0]?.first, 699_999_900);
    const before = await store.history();
    await store.setPool({ ...SMALL, range: { first: 699_999_900, count: 400 } });
    assert.deepEqual(await store.history(), before);
  },
  "an error in the middle of a transaction leaves nothing of it": async ({ store, ledger }) => {
    await store.setPool(SMALL);
    const before = await store.history();
    await assert.rejects(
      ledger.write(async (tx) => {
        const event = { seq: (await tx.lastSeq()) + 1, at: START, type: "quota", tenant: "t", ids: 5 } as const;
        await tx.append({ events: [event], runs: [{ pool: "small", remove: "all", add: [] }] });
        throw new Error("stop");
      }),
      /stop/,
    );
    assert.deepEqual(await store.history(), before);
    await store.claim(asking("a"));
  },
  "the ledger itself bars two claims from sharing an id": async ({ store, ledger }) => {
    await store.setPool(SMALL);
    const claim = await store.claim(asking("a"));
    for (const first of [699_999_901, 700_000_000, 700_000_050, 700_000_099])
      await assert.rejects(
        ledger.write(async (tx) => {
          const id = (await tx.lastSeq()) + 1;
          const twin = { ...claim, id, pieces: [{ first, count: 100 }] };
          await tx.append({ events: [{ seq: id, at: START, type: "claimed", claim: twin }], runs: [] });
        }),
        { name: "OverlapBarred" },
      );
    assert.deepEqual(await store.claims(), [claim]);
  },
  "many claims at once in one process are made one after the other": async ({ store }) => {
    const owners = Array.from({ length: 30 }, (_, at) => `web-${at}`);
    const claims = await Promise.all(owners.map((owner) => store.claim({ pool: "host", owner, tenant: "default" })));
    assert.equal(new Set(claims.map(({ pieces }) => pieces[0]?.first)).size, 30);
  },
  "a thousand claims are made in one call": async ({ store }) => {
    const requests = Array.from({ length: 1000 }, (_, at) => ({
      pool: "host",
      owner: `o${at}`,
      tenant: "t",
      key: `k${at}`,
    }));
    const claims = await store.claimAll(requests);
    assert.equal(claims.at(-1)?.pieces[0]?.first, FIRST + 999 * SIZE);
    assert.deepEqual(await store.claimAll(requests), claims);
  },
  "a word that is empty, too long or holds a control character is refused": async ({ store }) => {
    await store.setPool(SMALL);
    for (const more of [{ owner: "" }, { key: "a\nb" }, { purpose: "x".repeat(201) }, { tenant: "\0" }])
      await refused("ERR_USAGE", store.claim(asking("a", more)));
    for (const more of [{ size: 0 }, { size: 1.5 }, { ttlMs: 0 }])
      await refused("ERR_USAGE", store.claim(asking("a", more)));
  },
};

/** Run every rule on an empty ledger of its own; afterwards the state is checked as a whole. */
export function storeSuite(name: string, open: OpenLedger): void {
  for (const [title, rule] of Object.entries(RULES))
    test(`${name}: ${title}`, async (t) => {
      const ledger = await open(t);
      if (!ledger) return;
      const clock = { now: START };
      try {
        await rule({ ledger, clock, store: storeOver(ledger, () => clock.now) });
        await checkState(ledger);
      } finally {
        await ledger.close();
      }
    });
}
