-- What people were told. What happened before this table is told to nobody: the cursor begins at the end of the log.
CREATE TABLE notification (
    id BLOB PRIMARY KEY NOT NULL, event_id BLOB NOT NULL REFERENCES event (id),
    person_id BLOB NOT NULL REFERENCES person (id), notice TEXT NOT NULL, made_at TEXT NOT NULL, read_at TEXT,
    UNIQUE (event_id, person_id)
) STRICT;
CREATE INDEX notification_by_person ON notification (person_id, id);
CREATE INDEX notification_unread ON notification (person_id) WHERE read_at IS NULL;
CREATE TABLE notification_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), leaf_index INTEGER NOT NULL) STRICT;
INSERT INTO notification_cursor (id, leaf_index) SELECT 1, COALESCE(MAX(leaf_index), 0) FROM event_leaf;
-- Messages of channels: to one person, or (without one) to the channel itself. `recipient` is the person's id or empty,
-- so that nothing is sent twice for one event.
CREATE TABLE dispatch (
    id BLOB PRIMARY KEY NOT NULL, event_id BLOB NOT NULL REFERENCES event (id),
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'slack', 'webhook')), person_id BLOB REFERENCES person (id),
    recipient TEXT NOT NULL, notice TEXT NOT NULL, made_at TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'sending', 'sent', 'failed', 'dropped')), state TEXT NOT NULL,
    due_at TEXT, moves INTEGER NOT NULL DEFAULT 0, UNIQUE (event_id, channel, recipient)
) STRICT;
CREATE INDEX dispatch_due ON dispatch (channel, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX dispatch_failed ON dispatch (id) WHERE status = 'failed';
-- What administrators have set; the secret is sealed.
CREATE TABLE channel (
    name TEXT PRIMARY KEY NOT NULL CHECK (name IN ('mail', 'slack', 'webhook')), settings TEXT NOT NULL, secret BLOB,
    changed_at TEXT NOT NULL
) STRICT;
-- What people want; nobody has a row until they have set something.
CREATE TABLE notice_preference (person_id BLOB PRIMARY KEY NOT NULL REFERENCES person (id), notices TEXT NOT NULL) STRICT;
