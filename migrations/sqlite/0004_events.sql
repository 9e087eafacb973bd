-- The append-only log. A payload can be erased; its salted commitment stays. Cursors use `leaf_index`.
CREATE TABLE event (
    id BLOB PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL, run_id BLOB, approval_id BLOB,
    subject TEXT, commitment BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE event_payload (
    event_id BLOB PRIMARY KEY REFERENCES event (id), salt BLOB NOT NULL, payload TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE event_leaf (
    leaf_index INTEGER PRIMARY KEY, event_id BLOB NOT NULL UNIQUE REFERENCES event (id), run_id BLOB, approval_id BLOB,
    kind TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT
) STRICT;
CREATE INDEX event_leaf_by_run ON event_leaf (run_id, leaf_index) WHERE run_id IS NOT NULL;
CREATE INDEX event_leaf_by_approval ON event_leaf (approval_id, leaf_index) WHERE approval_id IS NOT NULL;
CREATE INDEX event_leaf_by_kind ON event_leaf (kind, leaf_index);
CREATE INDEX event_leaf_by_actor ON event_leaf (actor, leaf_index);
CREATE INDEX event_leaf_by_subject ON event_leaf (subject, leaf_index) WHERE subject IS NOT NULL;
-- Events waiting for their place in the log; the sequencer empties it.
CREATE TABLE event_pending (seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id BLOB NOT NULL REFERENCES event (id)) STRICT;

CREATE TRIGGER event_is_append_only_u BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
CREATE TRIGGER event_is_append_only_d BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
CREATE TRIGGER event_leaf_is_append_only_u BEFORE UPDATE ON event_leaf BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
CREATE TRIGGER event_leaf_is_append_only_d BEFORE DELETE ON event_leaf BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
