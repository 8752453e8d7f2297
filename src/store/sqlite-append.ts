import { type Change, claimSize, type LedgerEvent } from "../policy/index.ts";
import type { Statements } from "./sqlite-statements.ts";

type ClaimedEvent = Extract<LedgerEvent, { readonly type: "claimed" }>;

/** Write a change: the events, and what they do to the tables. */
export function append(sql: Statements, { events, runs }: Change): void {
  for (const event of events) {
    if (event.type === "claimed") insertClaim(sql, event);
    else {
      sql.run("INSERT INTO event (seq, body) VALUES (?, ?)", event.seq, JSON.stringify(event));
      follow(sql, event);
    }
  }
  for (const { pool, remove, add } of runs) {
    if (remove === "all") sql.run("DELETE FROM run WHERE pool = ?", pool);
    else for (const { first } of remove) sql.run("DELETE FROM run WHERE pool = ? AND first = ?", pool, first);
    for (const { first, count } of add)
      sql.run("INSERT INTO run (pool, first, count) VALUES (?, ?, ?)", pool, first, count);
  }
}

const QUOTA = "INSERT INTO tenant (name, quota) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET quota = excluded.quota";
const RELEASED = "UPDATE claim SET releasedAt = ?, freeAt = ? WHERE id = ?";
const UNUSED = `UPDATE tenant SET used = used - (SELECT sum(count) FROM piece WHERE claim = ?)
  WHERE name = (SELECT tenant FROM claim WHERE id = ?)`;

/** What an event does to the tables, beside that of a claim that is made. */
function follow(sql: Statements, event: Exclude<LedgerEvent, ClaimedEvent>): void {
  switch (event.type) {
    case "pool":
      sql.run("INSERT OR REPLACE INTO pool (name, body) VALUES (?, ?)", event.pool.name, JSON.stringify(event.pool));
      break;
    case "quota":
      sql.run(QUOTA, event.tenant, event.ids);
      break;
    case "renewed":
      sql.run("UPDATE claim SET expiresAt = ? WHERE id = ?", event.expiresAt, event.claim);
      break;
    case "released":
      sql.run(UNUSED, event.claim, event.claim);
      sql.run(RELEASED, event.releasedAt, event.freeAt, event.claim);
      break;
    case "freed":
      sql.run("UPDATE claim SET freedAt = ? WHERE id = ?", event.freedAt, event.claim);
      sql.run("UPDATE piece SET held = 0 WHERE claim = ?", event.claim);
      break;
  }
}

/** Into the view that does it all with one statement. */
function insertClaim(sql: Statements, event: ClaimedEvent): void {
  const { claim } = event;
  const { id, pool, owner, tenant, purpose, key, source, claimedAt, expiresAt } = claim;
  const [piece, ...more] = claim.pieces;
  if (!piece) throw new Error(`${id} has no piece`);
  sql.run(
    "INSERT INTO claimed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    JSON.stringify(event),
    id,
    pool,
    owner,
    tenant,
    purpose,
    key,
    source,
    claimedAt,
    expiresAt,
    piece.first,
    piece.count,
    claimSize(claim),
  );
  for (const [at, { first, count }] of more.entries())
    sql.run(
      "INSERT INTO piece (claim, nth, first, count, pool) VALUES (?, ?, ?, ?, ?)",
      id,
      at + 1,
      first,
      count,
      pool,
    );
}
