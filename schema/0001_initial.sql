-- The first schema: people, overlays, blueprints, servers, jobs, audit. Times are unix milliseconds, UTC.

CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  username TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (length(username) BETWEEN 1 AND 32),
  password_digest TEXT NOT NULL,
  admin INTEGER NOT NULL DEFAULT 0 CHECK (admin IN (0, 1)),
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  password_changed_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- digest: HMAC-SHA-256 of the session id under SECRET_KEY, hex; the id itself is only in the cookie.
CREATE TABLE sessions (
  digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_age ON sessions (created_at);
CREATE INDEX sessions_seen ON sessions (seen_at);

-- One row per attempt to log in, kept for the length of the rate limit.
CREATE TABLE login_attempts (
  kind TEXT NOT NULL CHECK (kind IN ('address', 'username')),
  value TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX login_attempts_recent ON login_attempts (kind, value, at);
CREATE INDEX login_attempts_age ON login_attempts (at);

-- digest: SHA-256 of the token, hex; the token is shown once and stored nowhere.
CREATE TABLE tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
  created_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;
CREATE INDEX tokens_user ON tokens (user_id, id);

-- user_id NULL: system-wide. Ids name directories and are never reused.
CREATE TABLE overlays (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL CHECK (name <> ''),
  type TEXT NOT NULL CHECK (type IN ('workshop', 'script', 'files')),
  user_id INTEGER REFERENCES users (id),
  script TEXT NOT NULL DEFAULT '' CHECK (length(CAST(script AS BLOB)) <= 262144),
  last_build_status TEXT NOT NULL DEFAULT '' CHECK (last_build_status IN ('', 'ok', 'failed')),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX overlays_system_name ON overlays (name) WHERE user_id IS NULL;
CREATE UNIQUE INDEX overlays_user_name ON overlays (user_id, name) WHERE user_id IS NOT NULL;
CREATE INDEX overlays_user ON overlays (user_id, id);

-- arguments and config: one entry a line, no entry holds a line end.
CREATE TABLE blueprints (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id),
  name TEXT NOT NULL CHECK (name <> ''),
  arguments TEXT NOT NULL DEFAULT '',
  config TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (user_id, name)
) STRICT;
CREATE INDEX blueprints_user ON blueprints (user_id, id);

-- position 1 has the highest precedence (the leftmost lower directory).
CREATE TABLE blueprint_overlays (
  blueprint_id INTEGER NOT NULL REFERENCES blueprints (id) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 500),
  overlay_id INTEGER NOT NULL REFERENCES overlays (id),
  expose_server_cfg INTEGER NOT NULL DEFAULT 0 CHECK (expose_server_cfg IN (0, 1)),
  PRIMARY KEY (blueprint_id, position),
  UNIQUE (blueprint_id, overlay_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX blueprint_overlays_overlay ON blueprint_overlays (overlay_id);

CREATE TABLE servers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id),
  blueprint_id INTEGER NOT NULL REFERENCES blueprints (id),
  name TEXT NOT NULL CHECK (name <> ''),
  port INTEGER NOT NULL UNIQUE CHECK (port BETWEEN 1 AND 65535),
  hostname TEXT NOT NULL DEFAULT '',
  rcon_password TEXT NOT NULL CHECK (length(rcon_password) >= 16),
  desired_state TEXT NOT NULL DEFAULT 'stopped' CHECK (desired_state IN ('stopped', 'running')),
  actual_state TEXT NOT NULL DEFAULT 'stopped' CHECK (actual_state IN ('stopped', 'running', 'unknown')),
  state_checked_at INTEGER,
  last_error TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (user_id, name)
) STRICT;
CREATE INDEX servers_user ON servers (user_id, id);
CREATE INDEX servers_blueprint ON servers (blueprint_id);

-- What a server has mounted or will mount: written when its spec is handed to the host.
CREATE TABLE server_layers (
  server_id INTEGER NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
  overlay_id INTEGER NOT NULL REFERENCES overlays (id) ON DELETE CASCADE,
  PRIMARY KEY (server_id, overlay_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX server_layers_overlay ON server_layers (overlay_id);

-- server_id and overlay_id are no foreign keys: the history outlives its objects, and ids are never reused.
-- owner_id: whose object it works on (NULL for the host's own jobs); user_id: who asked (NULL for the console).
-- pid and pid_started (clock ticks, /proc/PID/stat field 22): the child, so that a crash leaves no orphan.
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER REFERENCES users (id),
  owner_id INTEGER REFERENCES users (id),
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
CREATE UNIQUE INDEX jobs_queued_build ON jobs (overlay_id)
  WHERE operation = 'build_overlay' AND state = 'queued';
CREATE INDEX jobs_state ON jobs (state, id);
CREATE INDEX jobs_owner ON jobs (owner_id, id);
CREATE INDEX jobs_server ON jobs (server_id, id) WHERE server_id IS NOT NULL;
CREATE INDEX jobs_overlay ON jobs (overlay_id, id) WHERE overlay_id IS NOT NULL;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  user_id INTEGER REFERENCES users (id),
  door TEXT NOT NULL CHECK (door IN ('web', 'api', 'console', 'cli', 'service')),
  action TEXT NOT NULL,
  object TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT ''
) STRICT;
