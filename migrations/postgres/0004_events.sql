-- The append-only log. A payload can be erased; its salted commitment stays. Cursors use `leaf_index`.
CREATE TABLE event (
    id UUID PRIMARY KEY, at TIMESTAMPTZ NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL, run_id UUID, approval_id UUID,
    subject TEXT, commitment BYTEA NOT NULL
);
CREATE TABLE event_payload (
    event_id UUID PRIMARY KEY REFERENCES event (id), salt BYTEA NOT NULL, payload TEXT NOT NULL
);
CREATE TABLE event_leaf (
    leaf_index BIGINT PRIMARY KEY, event_id UUID NOT NULL UNIQUE REFERENCES event (id), run_id UUID, approval_id UUID,
    kind TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT
);
CREATE INDEX event_leaf_by_run ON event_leaf (run_id, leaf_index) WHERE run_id IS NOT NULL;
CREATE INDEX event_leaf_by_approval ON event_leaf (approval_id, leaf_index) WHERE approval_id IS NOT NULL;
CREATE INDEX event_leaf_by_kind ON event_leaf (kind, leaf_index);
CREATE INDEX event_leaf_by_actor ON event_leaf (actor, leaf_index);
CREATE INDEX event_leaf_by_subject ON event_leaf (subject, leaf_index) WHERE subject IS NOT NULL;
-- Events waiting for their place in the log; the sequencer empties it.
CREATE TABLE event_pending (seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id UUID NOT NULL REFERENCES event (id));

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only';
END;
$$;
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_leaf_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
