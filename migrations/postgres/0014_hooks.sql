-- Clients' hooks name a session alone, whatever its run. Before some sessions somebody sits and waits.
ALTER TABLE session ADD COLUMN interactive BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX session_by_external ON session (external_id, id);
