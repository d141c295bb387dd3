-- What the admins' pages show: when a user logged in last, the newest installation of the game.

ALTER TABLE users ADD COLUMN last_login_at INTEGER;

CREATE INDEX jobs_install ON jobs (id) WHERE operation = 'install';
