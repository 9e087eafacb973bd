-- What the workflow pages count, and the first-run set-up.
CREATE INDEX run_in_progress ON run (workflow, version) WHERE status = 'active';
CREATE INDEX approval_by_gate ON approval (gate_id, ended_at);
CREATE INDEX gate_check_blocked ON gate_check (gate_id, checked_at) WHERE outcome = 'block';
-- One row at the most: the door that is open while there is nobody, and how far the set-up has come. Only a hash of the
-- token is kept, and a new one closes the door of the one before.
CREATE TABLE set_up (
    id INTEGER PRIMARY KEY CHECK (id = 1), token_hash BLOB, opened_at TEXT NOT NULL,
    workflow_skipped_at TEXT, finished_at TEXT
) STRICT, WITHOUT ROWID;
