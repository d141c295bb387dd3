-- What a person needs to recognise a session, the language they chose, passwords that are used once, users who leave.

ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT '' CHECK (language IN ('', 'en', 'de'));
ALTER TABLE users ADD COLUMN must_change_password INTEGER NOT NULL DEFAULT 0 CHECK (must_change_password IN (0, 1));

-- browser and system are names ("Firefox", "Linux"), '' where they are not known. Ids name bells and are never reused.
ALTER TABLE sessions RENAME TO former_sessions;
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  browser TEXT NOT NULL DEFAULT '',
  system TEXT NOT NULL DEFAULT '',
  address TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT;
INSERT INTO sessions (digest, user_id, created_at, seen_at)
  SELECT digest, user_id, created_at, seen_at FROM former_sessions ORDER BY created_at;
DROP TABLE former_sessions;
CREATE INDEX sessions_user ON sessions (user_id, id);
CREATE INDEX sessions_age ON sessions (created_at);
CREATE INDEX sessions_seen ON sessions (seen_at);

-- The history outlives its users, as it does its servers: user_id and owner_id are no foreign keys any more.
ALTER TABLE audit RENAME TO former_audit;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  user_id INTEGER,
  door TEXT NOT NULL CHECK (door IN ('web', 'api', 'console', 'cli', 'service')),
  action TEXT NOT NULL,
  object TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO audit SELECT * FROM former_audit;
DROP TABLE former_audit;

ALTER TABLE jobs RENAME TO former_jobs;
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER,
  owner_id INTEGER,
  server_id INTEGER,
  overlay_id INTEGER,
  operation TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN
    ('queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled', 'lost')),
  exit_code INTEGER,
  waiting_for TEXT NOT NULL DEFAULT '',
  cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
  pid INTEGER,
  pid_started INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  CHECK (CASE
    WHEN operation IN ('install', 'refresh_workshop_items') THEN server_id IS NULL AND overlay_id IS NULL
    WHEN operation = 'build_overlay' THEN server_id IS NULL AND overlay_id IS NOT NULL
    WHEN operation IN ('initialize', 'start', 'stop', 'reset', 'delete')
      THEN server_id IS NOT NULL AND overlay_id IS NULL
    ELSE 0 END)
) STRICT;
INSERT INTO jobs SELECT * FROM former_jobs;
DELETE FROM sqlite_sequence WHERE name = 'jobs';
INSERT INTO sqlite_sequence (name, seq) SELECT 'jobs', seq FROM sqlite_sequence WHERE name = 'former_jobs';
DROP TABLE former_jobs;
CREATE UNIQUE INDEX jobs_queued_build ON jobs (overlay_id)
  WHERE operation = 'build_overlay' AND state = 'queued';
CREATE INDEX jobs_state ON jobs (state, id);
CREATE INDEX jobs_owner ON jobs (owner_id, id);
CREATE INDEX jobs_server ON jobs (server_id, id) WHERE server_id IS NOT NULL;
CREATE INDEX jobs_overlay ON jobs (overlay_id, id) WHERE overlay_id IS NOT NULL;
