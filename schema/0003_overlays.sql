-- What an overlay takes on disk (NULL: not known), when its last build ended and how long that took.

ALTER TABLE overlays ADD COLUMN disk_bytes INTEGER CHECK (disk_bytes >= 0);
ALTER TABLE overlays ADD COLUMN disk_files INTEGER CHECK (disk_files >= 0);
ALTER TABLE overlays ADD COLUMN built_at INTEGER;
ALTER TABLE overlays ADD COLUMN build_ms INTEGER CHECK (build_ms >= 0);
CREATE INDEX overlays_disk ON overlays (disk_bytes, user_id);
