/** Processes that make random calls on one store, are killed in the middle of some, and make those calls again. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { openLedger, storeOver } from "../../src/store/index.ts";
import { checkState } from "../suites/store-state.ts";
import { type Answered, BUSY_POOL, type KillPoint } from "./claimant.ts";
import { seededRandom } from "./seeded-random.ts";

export interface Crowd {
  readonly processes: number;
  /** Calls of each. */
  readonly operations: number;
  /** How often each is killed. */
  readonly kills: number;
  readonly seed: string;
}

/** What a client refuses by the rules of the store is an answer too; anything else is not. */
const REFUSALS = new Set(["ERR_POOL_EXHAUSTED", "ERR_CLAIM_NONE", "ERR_CLAIM_ENDED", "ERR_RANGE_HELD"]);

/**
 * Run the crowd on the store at `place`, and check: every call was answered, none for contention; every claim that was
 * answered is there; no key made two claims; and {@link checkState}.
 */
export async function runCrowd(place: string, crowd: Crowd): Promise<void> {
  const store = storeOver(await openLedger(place));
  await store.setPool(BUSY_POOL);
  const names = Array.from({ length: crowd.processes }, (_, at) => `p${at}`);
  const answers = (await Promise.all(names.map((name) => runClient(place, name, crowd)))).flat();
  assert.equal(answers.length, crowd.processes * crowd.operations, "every call is answered once");
  for (const { refused } of answers) assert.ok(refused === null || REFUSALS.has(refused), `refused: ${refused}`);
  const claims = await store.claims("all");
  const byKey = new Map(claims.map((claim) => [claim.key, claim]));
  // A claim with an end may have ended before the call is made again: then another is right.
  const endless = (await store.history()).flatMap((event) =>
    event.type === "claimed" && event.claim.expiresAt === null ? (event.claim.key ?? []) : [],
  );
  assert.equal(endless.length, new Set(endless).size, "no key made two claims");
  const made = answers.flatMap(({ claim }) => claim ?? []);
  assert.ok(made.length > answers.length / 4, `${made.length} claims`);
  for (const { id, key, first } of made) {
    const kept = byKey.get(key);
    assert.deepEqual([kept?.id, kept?.pieces[0]?.first], [id, first], key);
  }
  await store.close();
  const ledger = await openLedger(place);
  await checkState(ledger);
  await ledger.close();
}

async function runClient(place: string, name: string, crowd: Crowd): Promise<readonly Answered[]> {
  const random = seededRandom(`${crowd.seed}/${name}`);
  const points: readonly KillPoint[] = ["inserted", "committed"];
  const kills = Array.from({ length: crowd.kills }, (_, at) => [
    1 + random(crowd.operations - 1),
    points[at % points.length],
  ]);
  const answers: Answered[] = [];
  for (;;) {
    const { length: from } = answers;
    const args = [
      "tests/store/claimant.ts",
      place,
      name,
      String(crowd.operations),
      String(from),
      JSON.stringify(kills),
    ];
    const child = spawn(process.execPath, ["--import", "tsx", ...args], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
      child.on("close", (code, signal) => resolve(signal ?? code)),
    );
    for await (const line of createInterface({ input: child.stdout })) {
      const answer: Answered = JSON.parse(line);
      answers.push(answer);
    }
    const how = await ended;
    if (how === 0) return answers;
    assert.equal(how, "SIGKILL", `${name} at call ${answers.length}`);
  }
}
