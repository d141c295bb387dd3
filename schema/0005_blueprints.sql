-- recipe_at: when overlays, arguments or config of a blueprint last changed; a server that was started before runs an
-- older version of it.
ALTER TABLE blueprints ADD COLUMN recipe_at INTEGER NOT NULL DEFAULT 0;
UPDATE blueprints SET recipe_at = updated_at;
