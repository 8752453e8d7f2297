import { spawnSync } from "node:child_process";
import { UsernsError } from "../core/index.ts";
import { entriesOf, parsePasswd, type SubidEntry } from "../formats/index.ts";
import { processesWithin, readProcesses } from "../live/index.ts";
import { type Claim, giveSubid, stateNow, takeSubid } from "../policy/index.ts";
import type { Store } from "../store/index.ts";
import { withLogins } from "./logins.ts";
import { editSubids } from "./subid-grants.ts";

/** What became of the block of a user's session. */
export interface SessionOutcome {
  readonly user: string;
  readonly is:
    | "open"
    /** Given back, and in quarantine. */
    | "closed"
    /** Not given back: processes are left. */
    | "kept"
    /** There was none to give back. */
    | "none"
    /** A user of the system, who gets none. */
    | "passed-over";
  readonly claim: Claim | null;
  readonly processCount: number;
}

/** What a session's block is claimed from. */
export interface SessionTerms {
  readonly pool: string;
  readonly tenant: string;
  readonly size?: number;
}

/** Where a session leaves its marks. */
export interface SessionPlaces {
  /** The files that say what newuidmap may map; none where they are left alone. */
  readonly grants: readonly string[];
  /** {@link withLogins} */
  readonly logins: string;
}

const KEY = "session/";

/** The block that a user has for as long as a session lives; a second login shares it. */
export async function openSession(
  store: Store,
  user: string,
  minUid: number,
  terms: SessionTerms,
  places: SessionPlaces,
): Promise<SessionOutcome> {
  const uid = uidOf(user);
  if (uid === null)
    throw new UsernsError("ERR_USAGE", { where: "--user", expected: "a user that getent passwd knows", got: user });
  if (uid < minUid) return { user, is: "passed-over", claim: null, processCount: 0 };
  return withLogins(places.logins, user, process.ppid, async (logins) => {
    const claim = await store.claim({ ...terms, owner: user, key: KEY + user, purpose: "session" });
    await grantTo(user, claim, places.grants);
    await logins.begin();
    return { user, is: "open", claim, processCount: 0 };
  });
}

async function grantTo(user: string, claim: Claim, grants: readonly string[]): Promise<void> {
  for (const path of grants) await editSubids(path, (file) => entriesOfClaim(user, claim).reduce(giveSubid, file));
}

function entriesOfClaim(owner: string, { pieces }: Claim): readonly SubidEntry[] {
  return pieces.map(({ first, count }) => ({ owner, first: BigInt(first), count: BigInt(count) }));
}

/** Give a user's block back, unless another login or a process of the user, or one within the block, is left. */
export async function closeSession(store: Store, user: string, places: SessionPlaces): Promise<SessionOutcome> {
  return withLogins(places.logins, user, process.ppid, async (logins) => {
    await logins.end();
    const claim = (await sessionClaims(store)).find(({ owner }) => owner === user);
    if (!claim) return { user, is: "none", claim: null, processCount: 0 };
    const left = new Set([...(await logins.others()), ...processesOf(claim)]);
    if (left.size > 0) return { user, is: "kept", claim, processCount: left.size };
    // First the lines, then the claim: at no time may somebody map ids that are nobody's.
    for (const path of places.grants)
      await editSubids(path, (file) => entriesOfClaim(user, claim).reduce(takeSubid, file));
    return { user, is: "closed", claim: await store.release({ id: claim.id }), processCount: 0 };
  });
}

/** The same for every user who has a block. */
export async function closeGone(store: Store, places: SessionPlaces): Promise<readonly SessionOutcome[]> {
  const outcomes: SessionOutcome[] = [];
  for (const { owner } of await sessionClaims(store)) outcomes.push(await closeSession(store, owner, places));
  return outcomes;
}

function processesOf({ owner, pieces }: Claim): readonly number[] {
  const uid = uidOf(owner);
  const processes = readProcesses();
  const within = new Set(processesWithin(processes, pieces));
  return processes
    .filter((process) => within.has(process) || (uid !== null && process.uid.includes(uid)))
    .map(({ pid }) => pid);
}

async function sessionClaims(store: Store): Promise<readonly Claim[]> {
  const now = Date.now();
  return (await store.claims())
    .filter(({ key, owner }) => key === KEY + owner)
    .filter((claim) => stateNow(claim, now) === "live");
}

/** The user id that the system's name services give a user; null for nobody. */
function uidOf(user: string): number | null {
  const { stdout } = spawnSync("getent", ["passwd", "--", user], { encoding: "latin1" });
  return entriesOf(parsePasswd(stdout ?? "")).find(({ name }) => name === user)?.uid ?? null;
}
