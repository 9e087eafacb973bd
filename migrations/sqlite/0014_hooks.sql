-- Clients' hooks name a session alone, whatever its run. Before some sessions somebody sits and waits.
ALTER TABLE session ADD COLUMN interactive INTEGER NOT NULL DEFAULT 0 CHECK (interactive IN (0, 1));
CREATE INDEX session_by_external ON session (external_id, id);
