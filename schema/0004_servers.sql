-- Who plays: what running games said of themselves, from Valve's server queries; what a server was started with.

-- One row as long as nothing changes: a game said so from from_at to to_at. players are people, without bots.
CREATE TABLE server_live_state (
  server_id INTEGER NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL CHECK (to_at >= from_at),
  players INTEGER NOT NULL CHECK (players >= 0),
  bots INTEGER NOT NULL CHECK (bots >= 0),
  max INTEGER NOT NULL CHECK (max >= 0),
  map TEXT NOT NULL,
  PRIMARY KEY (server_id, from_at)
) STRICT, WITHOUT ROWID;

-- Who was there at the end of a server's newest row.
CREATE TABLE server_live_players (
  server_id INTEGER NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  score INTEGER NOT NULL,
  joined_at INTEGER NOT NULL,
  PRIMARY KEY (server_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX servers_running ON servers (id, port) WHERE actual_state = 'running';

-- SHA-256 of the spec.yaml its host got last, hex; empty when nobody knows what it runs with.
ALTER TABLE servers ADD COLUMN spec_digest TEXT NOT NULL DEFAULT '';

CREATE INDEX servers_broken ON servers (id)
  WHERE desired_state <> actual_state AND actual_state <> 'unknown' OR last_error <> '';
