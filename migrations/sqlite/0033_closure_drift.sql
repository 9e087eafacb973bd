-- Which record a step is about, so that a later closure of the same record is found.
ALTER TABLE closure_step ADD COLUMN target TEXT NOT NULL DEFAULT '';
ALTER TABLE closure_step ADD COLUMN record TEXT NOT NULL DEFAULT '';
UPDATE closure_step SET target = json_extract(plan, '$.target'), record = json_extract(plan, '$.record');
CREATE INDEX closure_step_by_record ON closure_step (target, record, closure_id);
-- What became of the records of a closure that has ended. `due_at` is when they are looked at next, or when a lease on
-- that is over; `looked` what was found, record by record; `moves` what a change compares.
CREATE TABLE closure_drift (
    closure_id BLOB PRIMARY KEY NOT NULL REFERENCES closure (id), due_at TEXT, looked_at TEXT,
    status TEXT NOT NULL CHECK (status IN ('unseen', 'as_wanted', 'unreadable', 'drifted', 'accepted')),
    state TEXT NOT NULL, looked TEXT NOT NULL, moves INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX closure_drift_by_due ON closure_drift (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX closure_drift_by_status ON closure_drift (status, closure_id);
INSERT INTO closure_drift (closure_id, due_at, status, state, looked)
SELECT id, started_at, 'unseen', '{"state":"unseen"}', '[]' FROM closure WHERE status IN ('completed', 'partial', 'skipped_idempotent');
