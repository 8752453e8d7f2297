/** Pools as other tools have them, and the clean-up of a kubelet by the ledger's own reconciliation. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { POOL_PROFILES, reconcile } from "../../src/policy/index.ts";
import { memoryLedger, storeOver } from "../../src/store/index.ts";

interface CleanUp {
  readonly recorded: Readonly<Record<string, number>>;
  readonly running: readonly string[];
  readonly known: readonly string[];
}

async function cleanedUp({ recorded, running, known }: CleanUp) {
  const store = storeOver(memoryLedger());
  const count = 65536;
  const pods = Object.entries(recorded).map(([owner, first]) => ({ owner, first, count }));
  const claims = await store.adopt(pods.map((pod) => ({ ...pod, tenant: "pods", source: pod.owner })));
  const uses = pods
    .filter(({ owner }) => running.includes(owner) || known.includes(owner))
    .map(({ owner, ...range }) => ({ by: "record" as const, owner, where: owner, uid: [range], gid: [range] }));
  const findings = reconcile({ now: Date.now(), claims, uses, users: [], groups: [] });
  const freed = findings.flatMap((finding) => (finding.code === "unused" ? [finding.claim.owner] : []));
  return { kept: pods.map(({ owner }) => owner).filter((owner) => !freed.includes(owner)), freed };
}

test("kubernetes-userns: what the kubelet frees is what reconciliation finds unused", async () => {
  const { cases }: { readonly cases: readonly { id: string; op: string; given: CleanUp; expect: unknown }[] } =
    JSON.parse(readFileSync("tests/vectors/peers/kubernetes-userns.json", "utf8"));
  const run = cases.filter(({ op }) => op === "alloc.reconcile");
  for (const { id, given, expect } of run) assert.deepEqual(await cleanedUp(given), expect, id);
  assert.equal(run.length, 2, "cases run");
});

test("every pool profile is a pool that a store takes, and hands out its first range", async () => {
  const firsts: unknown[] = [];
  for (const { name, pool } of POOL_PROFILES) {
    const store = storeOver(memoryLedger());
    await store.setPool({ ...pool, name });
    const { pieces } = await store.claim({ pool: name, owner: "x", tenant: "t" });
    firsts.push([name, pieces[0]?.first]);
  }
  assert.deepEqual(firsts, [
    ["freeipa", 2147483648],
    ["incus", 1065536],
    ["kubelet", 65536],
    ["nspawn", 524288],
    ["shadow", 100000],
  ]);
});
