-- The list of jobs is filtered by owner or object, by operation, by state in any combination: each has its own order.

DROP INDEX jobs_install; -- jobs_operation has its rows
CREATE INDEX jobs_operation ON jobs (operation, id);
CREATE INDEX jobs_operation_state ON jobs (operation, state, id);
CREATE INDEX jobs_owner_operation ON jobs (owner_id, operation, id);
CREATE INDEX jobs_owner_state ON jobs (owner_id, state, id);
CREATE INDEX jobs_owner_operation_state ON jobs (owner_id, operation, state, id);
CREATE INDEX jobs_server_operation ON jobs (server_id, operation, id) WHERE server_id IS NOT NULL;
CREATE INDEX jobs_server_state ON jobs (server_id, state, id) WHERE server_id IS NOT NULL;
CREATE INDEX jobs_server_operation_state ON jobs (server_id, operation, state, id) WHERE server_id IS NOT NULL;
CREATE INDEX jobs_overlay_state ON jobs (overlay_id, state, id) WHERE overlay_id IS NOT NULL;
