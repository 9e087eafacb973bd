-- Concerns: the single matters of a run. Those of a round get one resolution; what is opened afterwards begins the next.
CREATE TABLE concern (
    id BLOB PRIMARY KEY NOT NULL, run_id BLOB NOT NULL REFERENCES run (id), key_id BLOB NOT NULL REFERENCES api_key (id),
    round INTEGER NOT NULL, matter TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('open', 'investigating', 'resolved')),
    state TEXT NOT NULL, opened_at TEXT NOT NULL
) STRICT;
CREATE INDEX concern_by_run ON concern (run_id, id);
CREATE TABLE unified_resolution (
    run_id BLOB NOT NULL REFERENCES run (id), round INTEGER NOT NULL, key_id BLOB NOT NULL REFERENCES api_key (id),
    resolution TEXT NOT NULL, unified_at TEXT NOT NULL, PRIMARY KEY (run_id, round)
) STRICT;
-- By when an escalation is to be worked. `due_at` is the deadline of its state, `told_at` the latest whose passing was
-- told, `alarm_at` the next whose passing is to be.
ALTER TABLE escalation ADD COLUMN acknowledge_by TEXT;
ALTER TABLE escalation ADD COLUMN resolve_by TEXT;
ALTER TABLE escalation ADD COLUMN due_at TEXT;
ALTER TABLE escalation ADD COLUMN told_at TEXT;
ALTER TABLE escalation ADD COLUMN alarm_at TEXT;
CREATE INDEX escalation_by_alarm ON escalation (alarm_at) WHERE alarm_at IS NOT NULL;
