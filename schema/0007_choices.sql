-- What one chooses from is listed by name, without sorting it anew for each page.

CREATE INDEX blueprints_name ON blueprints (name, id, user_id);
CREATE INDEX overlays_name ON overlays (name, id, user_id);
