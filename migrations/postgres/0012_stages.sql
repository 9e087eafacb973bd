-- Attempts of stages; the newest of each counts. What was recorded before it was entered is kept beside it, and what it
-- is to hand over while people look at it.
CREATE TABLE stage_attempt (
    run_id UUID NOT NULL REFERENCES run (id), stage TEXT NOT NULL, attempt BIGINT NOT NULL, status TEXT NOT NULL,
    state TEXT NOT NULL, snapshot TEXT, submitted TEXT, rollback TEXT, session_id UUID REFERENCES session (id),
    PRIMARY KEY (run_id, stage, attempt)
);
-- Which attempt a call was allowed in: no clock tells attempts apart.
CREATE TABLE stage_call (
    check_id UUID PRIMARY KEY REFERENCES gate_check (id), run_id UUID NOT NULL REFERENCES run (id),
    stage TEXT NOT NULL, attempt BIGINT NOT NULL
);
CREATE INDEX stage_call_by_attempt ON stage_call (run_id, stage, attempt);
CREATE TABLE handoff (
    id UUID PRIMARY KEY, run_id UUID NOT NULL REFERENCES run (id), sequence BIGINT NOT NULL,
    from_stage TEXT NOT NULL, attempt BIGINT NOT NULL, package TEXT NOT NULL, issued_at TIMESTAMPTZ NOT NULL,
    UNIQUE (run_id, sequence), UNIQUE (run_id, from_stage, attempt)
);
-- A handoff never changes.
CREATE FUNCTION handoff_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a handoff never changes'; END $$;
CREATE TRIGGER handoff_stays BEFORE UPDATE OR DELETE ON handoff FOR EACH ROW EXECUTE FUNCTION handoff_stays();
CREATE TABLE compensation (
    id UUID PRIMARY KEY, run_id UUID NOT NULL REFERENCES run (id), stage TEXT NOT NULL, attempt BIGINT NOT NULL,
    check_id UUID NOT NULL REFERENCES gate_check (id), place BIGINT NOT NULL, tool TEXT NOT NULL, input TEXT NOT NULL, status TEXT NOT NULL, state TEXT NOT NULL,
    UNIQUE (check_id, place)
);
CREATE INDEX compensation_by_run ON compensation (run_id, id);
CREATE INDEX compensation_outstanding ON compensation (run_id) WHERE status <> 'done';
