/** "usns": a file of SQLite that is a ledger says so. */
export const APPLICATION_ID = 0x75736e73;
export const SCHEMA_VERSION = 1;

/**
 * The tables. The history is the truth, and is only ever added to. Claims and their pieces are what it says, kept to be
 * found; free runs are what pools have left. No two pieces that are held share an id: a trigger refuses the second.
 */
export const SCHEMA = `
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;
CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END;
CREATE TRIGGER event_is_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'history is not rewritten'); END;

CREATE TABLE pool (
  name TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE tenant (
  name TEXT PRIMARY KEY,
  quota INTEGER,
  used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0)
) STRICT;

CREATE TABLE claim (
  id INTEGER PRIMARY KEY,
  pool TEXT,
  owner TEXT NOT NULL,
  tenant TEXT NOT NULL,
  purpose TEXT,
  key TEXT,
  source TEXT,
  claimedAt INTEGER NOT NULL,
  expiresAt INTEGER,
  releasedAt INTEGER,
  freeAt INTEGER,
  freedAt INTEGER
) STRICT;
CREATE INDEX claim_key ON claim (key, id) WHERE key IS NOT NULL;
CREATE INDEX claim_expiring ON claim (expiresAt) WHERE releasedAt IS NULL AND expiresAt IS NOT NULL;
CREATE INDEX claim_waiting ON claim (freeAt) WHERE releasedAt IS NOT NULL AND freedAt IS NULL AND freeAt IS NOT NULL;

CREATE TABLE piece (
  claim INTEGER NOT NULL REFERENCES claim (id),
  nth INTEGER NOT NULL,
  first INTEGER NOT NULL CHECK (first >= 0),
  count INTEGER NOT NULL CHECK (count > 0 AND first + count <= 4294967295),
  pool TEXT,
  held INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (claim, nth)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX piece_held ON piece (first, count) WHERE held = 1;
CREATE INDEX piece_past ON piece (first, count) WHERE held = 0;
CREATE TRIGGER piece_alone BEFORE INSERT ON piece WHEN
  (SELECT first + count FROM piece WHERE held = 1 AND first <= NEW.first ORDER BY first DESC LIMIT 1) > NEW.first
  OR EXISTS (SELECT 1 FROM piece WHERE held = 1 AND first > NEW.first AND first < NEW.first + NEW.count)
BEGIN SELECT RAISE(ABORT, 'piece overlaps'); END;
CREATE TRIGGER piece_stays BEFORE UPDATE ON piece WHEN
  NEW.held <> 0 OR NEW.first <> OLD.first OR NEW.count <> OLD.count OR NEW.claim <> OLD.claim
BEGIN SELECT RAISE(ABORT, 'piece overlaps'); END;

CREATE TABLE run (
  pool TEXT NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  PRIMARY KEY (pool, first)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_size ON run (pool, count, first);

PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * What making a claim does to the tables, as one statement: each costs more than what it writes. The claim is inserted
 * into this view with its event and its first piece. Of one connection: the file does not know of it.
 */
export const CLAIMED = `
CREATE TEMP VIEW claimed (body, id, pool, owner, tenant, purpose, key, source, claimedAt, expiresAt, first, count, size)
  AS SELECT 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0;
CREATE TEMP TRIGGER claimed_is_kept INSTEAD OF INSERT ON claimed BEGIN
  INSERT INTO event (seq, body) VALUES (NEW.id, NEW.body);
  INSERT INTO claim (id, pool, owner, tenant, purpose, key, source, claimedAt, expiresAt)
    VALUES (NEW.id, NEW.pool, NEW.owner, NEW.tenant, NEW.purpose, NEW.key, NEW.source, NEW.claimedAt, NEW.expiresAt);
  INSERT INTO piece (claim, nth, first, count, pool) VALUES (NEW.id, 0, NEW.first, NEW.count, NEW.pool);
  INSERT INTO tenant (name, used) VALUES (NEW.tenant, NEW.size)
    ON CONFLICT (name) DO UPDATE SET used = used + excluded.used;
END;
`;
