import { type Change, type Claim, claimSize, type LedgerEvent } from "../policy/index.ts";
import type { Statements } from "./sqlite-statements.ts";

/** Write a change: the events, and what they do to the tables. */
export function append(sql: Statements, { events, runs }: Change): void {
  for (const event of events) {
    sql.run("INSERT INTO event (seq, body) VALUES (?, ?)", event.seq, JSON.stringify(event));
    follow(sql, event);
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
const USED = `INSERT INTO tenant (name, used) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET used = used + excluded.used`;
const UNUSED = `UPDATE tenant SET used = used - (SELECT sum(count) FROM piece WHERE claim = ?)
  WHERE name = (SELECT tenant FROM claim WHERE id = ?)`;

/** What an event does to the tables. */
function follow(sql: Statements, event: LedgerEvent): void {
  switch (event.type) {
    case "pool":
      sql.run("INSERT OR REPLACE INTO pool (name, body) VALUES (?, ?)", event.pool.name, JSON.stringify(event.pool));
      break;
    case "quota":
      sql.run(QUOTA, event.tenant, event.ids);
      break;
    case "claimed":
      insertClaim(sql, event.claim);
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

function insertClaim(sql: Statements, claim: Claim): void {
  const { id, pool, owner, tenant, purpose, key, source, claimedAt, expiresAt } = claim;
  sql.run(
    "INSERT INTO claim (id, pool, owner, tenant, purpose, key, source, claimedAt, expiresAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    id,
    pool,
    owner,
    tenant,
    purpose,
    key,
    source,
    claimedAt,
    expiresAt,
  );
  for (const [nth, { first, count }] of claim.pieces.entries())
    sql.run("INSERT INTO piece (claim, nth, first, count, pool) VALUES (?, ?, ?, ?, ?)", id, nth, first, count, pool);
  sql.run(USED, tenant, claimSize(claim));
}
