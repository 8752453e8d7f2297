/**
 * A program that makes random calls on a store and dies at chosen points: `claimant.ts PLACE NAME OPERATIONS FROM KILLS`.
 *
 * It prints a line for each call that was answered. KILLS is JSON, `[[call, point], …]`; a call is killed when it is not
 * the one that the program begins with (FROM), so that a retry comes through.
 */
import { setImmediate } from "node:timers/promises";
import { UsernsError } from "../../src/core/index.ts";
import type { ClaimRequest } from "../../src/policy/index.ts";
import { type Ledger, openLedger, type Store, storeOver } from "../../src/store/index.ts";
import { seededRandom } from "./seeded-random.ts";

/** Where a client may be killed in a call: its rows are written and not committed; committed, and not answered. */
export type KillPoint = "inserted" | "committed";

/** What was answered to a call. */
export interface Answered {
  readonly call: number;
  /** The claim that was made, and its first id; null where the call was another or was refused. */
  readonly claim: { readonly id: number; readonly key: string; readonly first: number } | null;
  readonly refused: string | null;
}

/** The pool of the calls: about half of it comes into use. */
export const BUSY_POOL = {
  name: "busy",
  range: { first: 700_000_000, count: 160_000 },
  alignment: 16,
  size: 16,
  guard: 0,
  quarantineMs: 0,
  includes: ["containers"],
} as const;

const die = (): void => void process.kill(process.pid, "SIGKILL");

/** A ledger whose next write dies at a point. A claim that is made at once is on its way to the server then, or made. */
function deadly(ledger: Ledger, point: () => KillPoint | null): Ledger {
  const { claimAtOnce } = ledger;
  return {
    ...ledger,
    ...(claimAtOnce && {
      async claimAtOnce(request: ClaimRequest, now: number) {
        const answer = claimAtOnce(request, now);
        if (point() === "inserted") await setImmediate().then(die);
        const claim = await answer;
        if (claim && point() === "committed") die();
        return claim;
      },
    }),
    async write(work) {
      const result = await ledger.write((tx) =>
        work({
          ...tx,
          async append(change) {
            await tx.append(change);
            if (point() === "inserted") die();
          },
        }),
      );
      if (point() === "committed") die();
      return result;
    },
  };
}

async function callOf(store: Store, name: string, call: number): Promise<Answered["claim"]> {
  const random = seededRandom(`${name}/${call}`);
  const earlier = { key: `${name}/${random(call + 1)}` };
  const kind = random(20);
  if (kind < 12) {
    const key = `${name}/${call}`;
    const ttl = random(10) === 0 ? { ttlMs: 1 + random(50) } : {};
    const pieces = random(4) === 0;
    const request = { pool: "busy", owner: name, tenant: name, key, size: 1 + random(60), pieces, ...ttl };
    const claim = await store.claim(request);
    return { id: claim.id, key, first: claim.pieces[0]?.first ?? 0 };
  }
  if (kind < 17) await store.release(earlier, { scrubbed: random(2) === 0 });
  else if (kind < 18) await store.renew(earlier, random(2) === 0 ? null : 100);
  else if (kind < 19) {
    const range = { first: 700_000_000 + random(160_000), count: 1 + random(20) };
    await store.adopt([{ ...range, owner: name, tenant: name, source: `${name}/${call}` }]);
  } else await store.whoOwns(700_000_000 + random(160_000));
  return null;
}

async function main([place = "", name = "", operations = "", from = "", kills = ""]: readonly string[]): Promise<void> {
  const points = new Map<number, KillPoint>(JSON.parse(kills));
  let call = Number(from);
  const point = (): KillPoint | null => (call === Number(from) ? null : (points.get(call) ?? null));
  const store = storeOver(deadly(await openLedger(place), point));
  for (; call < Number(operations); call++) {
    let answered: Answered;
    try {
      answered = { call, claim: await callOf(store, name, call), refused: null };
    } catch (error) {
      if (!(error instanceof UsernsError)) throw error;
      answered = { call, claim: null, refused: error.code };
    }
    process.stdout.write(`${JSON.stringify(answered)}\n`);
  }
  await store.close();
}

if (process.argv[1]?.endsWith("claimant.ts")) await main(process.argv.slice(2));
