import { plainRun } from "./plain-claim.ts";

export const SCHEMA_VERSION = 1;

/** By the names that claim_at_once has for the terms. */
const PLAIN = plainRun(
  {
    body: "supposed",
    pool: "of_pool",
    size: "size",
    block: "block",
    tenant: "for_tenant",
    key: "by_key",
    now: "now",
  },
  "userns.",
);

/**
 * The tables, in a schema of their own; what each is for stands in sqlite-schema.ts. No two pieces that are held share
 * an id: an exclusion constraint refuses the second. `ledger` has one row, its version, and is
 * locked by whoever writes.
 */
export const SCHEMA = `
CREATE SCHEMA userns;
CREATE TABLE userns.ledger (version int NOT NULL);
INSERT INTO userns.ledger VALUES (${SCHEMA_VERSION});

CREATE TABLE userns.event (seq int8 PRIMARY KEY, body text NOT NULL);
CREATE FUNCTION userns.history_stays() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'history is not rewritten'; END $$;
CREATE TRIGGER event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON userns.event
  FOR EACH STATEMENT EXECUTE FUNCTION userns.history_stays();

CREATE TABLE userns.pool (name text PRIMARY KEY, body text NOT NULL);
CREATE TABLE userns.tenant (name text PRIMARY KEY, quota int8, used int8 NOT NULL DEFAULT 0 CHECK (used >= 0));

CREATE TABLE userns.claim (
  id int8 PRIMARY KEY,
  pool text,
  owner text NOT NULL,
  tenant text NOT NULL,
  purpose text,
  key text,
  source text,
  "claimedAt" int8 NOT NULL,
  "expiresAt" int8,
  "releasedAt" int8,
  "freeAt" int8,
  "freedAt" int8
);
CREATE INDEX claim_key ON userns.claim (key, id) WHERE key IS NOT NULL;
CREATE INDEX claim_expiring ON userns.claim ("expiresAt") WHERE "releasedAt" IS NULL AND "expiresAt" IS NOT NULL;
CREATE INDEX claim_waiting ON userns.claim ("freeAt")
  WHERE "releasedAt" IS NOT NULL AND "freedAt" IS NULL AND "freeAt" IS NOT NULL;

CREATE TABLE userns.piece (
  claim int8 NOT NULL REFERENCES userns.claim,
  nth int NOT NULL,
  first int8 NOT NULL CHECK (first >= 0),
  count int8 NOT NULL CHECK (count > 0 AND first + count <= 4294967295),
  ids int8range NOT NULL GENERATED ALWAYS AS (int8range(first, first + count)) STORED,
  pool text,
  held boolean NOT NULL DEFAULT true,
  PRIMARY KEY (claim, nth),
  CONSTRAINT piece_alone EXCLUDE USING gist (ids WITH &&) WHERE (held)
);
CREATE INDEX piece_past ON userns.piece USING gist (ids) WHERE NOT held;

CREATE TABLE userns.run (
  pool text NOT NULL,
  first int8 NOT NULL,
  count int8 NOT NULL CHECK (count > 0),
  PRIMARY KEY (pool, first)
);
CREATE INDEX run_size ON userns.run (pool, count, first);

CREATE VIEW userns.claim_whole AS SELECT c.*, (
  SELECT coalesce(json_agg(json_build_object('first', p.first, 'count', p.count) ORDER BY p.nth), '[]')
  FROM userns.piece p WHERE p.claim = c.id
) AS pieces FROM userns.claim c;

CREATE FUNCTION userns.append(bodies text[], removed json, added json, emptied text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  event jsonb;
  made jsonb;
  about int8;
BEGIN
  INSERT INTO userns.event SELECT (body::jsonb ->> 'seq')::int8, body FROM unnest(bodies) AS body;
  -- What is made comes first, and in one go: a change that frees ids hands out none of them.
  SELECT jsonb_agg(body::jsonb -> 'claim') INTO made FROM unnest(bodies) AS body WHERE body::jsonb ->> 'type' = 'claimed';
  IF made IS NOT NULL THEN
    INSERT INTO userns.claim SELECT * FROM jsonb_populate_recordset(NULL::userns.claim, made);
    INSERT INTO userns.piece (claim, nth, first, count, pool)
      SELECT (claim ->> 'id')::int8, nth, (piece ->> 'first')::int8, (piece ->> 'count')::int8, claim ->> 'pool'
      FROM jsonb_array_elements(made) AS claim,
        jsonb_array_elements(claim -> 'pieces') WITH ORDINALITY AS pieces (piece, nth);
    INSERT INTO userns.tenant (name, used)
      SELECT claim ->> 'tenant', sum((piece ->> 'count')::int8)
      FROM jsonb_array_elements(made) AS claim, jsonb_array_elements(claim -> 'pieces') AS piece GROUP BY 1
      ON CONFLICT (name) DO UPDATE SET used = userns.tenant.used + excluded.used;
  END IF;
  FOR event IN SELECT body::jsonb FROM unnest(bodies) AS body WHERE body::jsonb ->> 'type' <> 'claimed' LOOP
    about := CASE WHEN event ->> 'type' IN ('renewed', 'released', 'freed') THEN (event ->> 'claim')::int8 END;
    CASE event ->> 'type'
    WHEN 'pool' THEN
      INSERT INTO userns.pool VALUES (event -> 'pool' ->> 'name', event ->> 'pool')
        ON CONFLICT (name) DO UPDATE SET body = excluded.body;
    WHEN 'quota' THEN
      INSERT INTO userns.tenant (name, quota) VALUES (event ->> 'tenant', (event ->> 'ids')::int8)
        ON CONFLICT (name) DO UPDATE SET quota = excluded.quota;
    WHEN 'renewed' THEN
      UPDATE userns.claim SET "expiresAt" = (event ->> 'expiresAt')::int8 WHERE id = about;
    WHEN 'released' THEN
      UPDATE userns.tenant SET used = used - (SELECT sum(count) FROM userns.piece WHERE claim = about)
        WHERE name = (SELECT tenant FROM userns.claim WHERE id = about);
      UPDATE userns.claim SET "releasedAt" = (event ->> 'releasedAt')::int8, "freeAt" = (event ->> 'freeAt')::int8
        WHERE id = about;
    WHEN 'freed' THEN
      UPDATE userns.claim SET "freedAt" = (event ->> 'freedAt')::int8 WHERE id = about;
      UPDATE userns.piece SET held = false WHERE claim = about;
    END CASE;
  END LOOP;
  DELETE FROM userns.run WHERE pool = ANY (emptied);
  DELETE FROM userns.run USING json_to_recordset(removed) AS gone (pool text, first int8)
    WHERE run.pool = gone.pool AND run.first = gone.first;
  INSERT INTO userns.run SELECT * FROM json_to_recordset(added) AS new (pool text, first int8, count int8);
END $$;

-- A plain claim, in one call; of another nothing is done, and got_id is null.
CREATE FUNCTION userns.claim_at_once(
  supposed text, of_pool text, size int8, block int8, for_owner text, for_tenant text, why text, by_key text, now int8, until int8,
  OUT got_id int8, OUT got_first int8
) LANGUAGE plpgsql AS $$
DECLARE
  has int8;
BEGIN
  -- A statement of its own: those behind it see what the one before us wrote.
  LOCK TABLE userns.ledger IN EXCLUSIVE MODE;
  SELECT plain.id, plain.first, plain.count INTO got_id, got_first, has FROM (${PLAIN}) AS plain;
  IF got_id IS NULL THEN RETURN; END IF;
  IF has = block THEN
    DELETE FROM userns.run WHERE run.pool = of_pool AND run.first = got_first;
  ELSE
    UPDATE userns.run SET first = run.first + block, count = run.count - block
      WHERE run.pool = of_pool AND run.first = got_first;
  END IF;
  INSERT INTO userns.event VALUES (got_id, json_build_object(
    'seq', got_id, 'at', now, 'type', 'claimed', 'claim', json_build_object(
      'id', got_id, 'pool', of_pool, 'pieces', json_build_array(json_build_object('first', got_first, 'count', size)),
      'owner', for_owner, 'tenant', for_tenant, 'purpose', why, 'key', by_key, 'source', NULL, 'claimedAt', now,
      'expiresAt', until, 'releasedAt', NULL, 'freeAt', NULL, 'freedAt', NULL)));
  INSERT INTO userns.claim VALUES (got_id, of_pool, for_owner, for_tenant, why, by_key, NULL, now, until);
  INSERT INTO userns.piece (claim, nth, first, count, pool) VALUES (got_id, 1, got_first, size, of_pool);
  INSERT INTO userns.tenant (name, used) VALUES (for_tenant, size)
    ON CONFLICT (name) DO UPDATE SET used = userns.tenant.used + excluded.used;
END $$;
`;
