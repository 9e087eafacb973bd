-- Attempts of stages; the newest of each counts. What was recorded before it was entered is kept beside it, and what it
-- is to hand over while people look at it.
CREATE TABLE stage_attempt (
    run_id BLOB NOT NULL REFERENCES run (id), stage TEXT NOT NULL, attempt INTEGER NOT NULL, status TEXT NOT NULL,
    state TEXT NOT NULL, snapshot TEXT, submitted TEXT, rollback TEXT, session_id BLOB REFERENCES session (id),
    PRIMARY KEY (run_id, stage, attempt)
) STRICT, WITHOUT ROWID;
-- Which attempt a call was allowed in: no clock tells attempts apart.
CREATE TABLE stage_call (
    check_id BLOB PRIMARY KEY NOT NULL REFERENCES gate_check (id), run_id BLOB NOT NULL REFERENCES run (id),
    stage TEXT NOT NULL, attempt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX stage_call_by_attempt ON stage_call (run_id, stage, attempt);
CREATE TABLE handoff (
    id BLOB PRIMARY KEY NOT NULL, run_id BLOB NOT NULL REFERENCES run (id), sequence INTEGER NOT NULL,
    from_stage TEXT NOT NULL, attempt INTEGER NOT NULL, package TEXT NOT NULL, issued_at TEXT NOT NULL,
    UNIQUE (run_id, sequence), UNIQUE (run_id, from_stage, attempt)
) STRICT;
-- A handoff never changes.
CREATE TRIGGER handoff_stays BEFORE UPDATE ON handoff BEGIN SELECT RAISE(ABORT, 'a handoff never changes'); END;
CREATE TRIGGER handoff_remains BEFORE DELETE ON handoff BEGIN SELECT RAISE(ABORT, 'a handoff never changes'); END;
CREATE TABLE compensation (
    id BLOB PRIMARY KEY NOT NULL, run_id BLOB NOT NULL REFERENCES run (id), stage TEXT NOT NULL, attempt INTEGER NOT NULL,
    check_id BLOB NOT NULL REFERENCES gate_check (id), place INTEGER NOT NULL, tool TEXT NOT NULL, input TEXT NOT NULL, status TEXT NOT NULL, state TEXT NOT NULL,
    UNIQUE (check_id, place)
) STRICT;
CREATE INDEX compensation_by_run ON compensation (run_id, id);
CREATE INDEX compensation_outstanding ON compensation (run_id) WHERE status <> 'done';
