-- What people were told. What happened before this table is told to nobody: the cursor begins at the end of the log.
CREATE TABLE notification (
    id UUID PRIMARY KEY, event_id UUID NOT NULL REFERENCES event (id),
    person_id UUID NOT NULL REFERENCES person (id), notice TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL, read_at TIMESTAMPTZ,
    UNIQUE (event_id, person_id)
);
CREATE INDEX notification_by_person ON notification (person_id, id);
CREATE INDEX notification_unread ON notification (person_id) WHERE read_at IS NULL;
CREATE TABLE notification_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), leaf_index BIGINT NOT NULL);
INSERT INTO notification_cursor (id, leaf_index) SELECT 1, COALESCE(MAX(leaf_index), 0) FROM event_leaf;
-- Messages of channels: to one person, or (without one) to the channel itself. `recipient` is the person's id or empty,
-- so that nothing is sent twice for one event.
CREATE TABLE dispatch (
    id UUID PRIMARY KEY, event_id UUID NOT NULL REFERENCES event (id),
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'slack', 'webhook')), person_id UUID REFERENCES person (id),
    recipient TEXT NOT NULL, notice TEXT NOT NULL, made_at TIMESTAMPTZ NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'sending', 'sent', 'failed', 'dropped')), state TEXT NOT NULL,
    due_at TIMESTAMPTZ, moves BIGINT NOT NULL DEFAULT 0, UNIQUE (event_id, channel, recipient)
);
CREATE INDEX dispatch_due ON dispatch (channel, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX dispatch_failed ON dispatch (id) WHERE status = 'failed';
-- What administrators have set; the secret is sealed.
CREATE TABLE channel (
    name TEXT PRIMARY KEY CHECK (name IN ('mail', 'slack', 'webhook')), settings TEXT NOT NULL, secret BYTEA,
    changed_at TIMESTAMPTZ NOT NULL
);
-- What people want; nobody has a row until they have set something.
CREATE TABLE notice_preference (person_id UUID PRIMARY KEY REFERENCES person (id), notices TEXT NOT NULL);
