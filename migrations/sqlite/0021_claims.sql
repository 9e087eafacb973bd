-- Who looks into a pending approval, until when. A claim past `until` is as none; one whose approval has ended is removed.
CREATE TABLE approval_claim (
    approval_id BLOB PRIMARY KEY NOT NULL REFERENCES approval (id), person_id BLOB NOT NULL REFERENCES person (id),
    since TEXT NOT NULL, until TEXT NOT NULL
) STRICT;
-- Who had an approval's page open, at which revision, and for how long it was visible.
CREATE TABLE approval_view (
    id BLOB PRIMARY KEY NOT NULL, approval_id BLOB NOT NULL REFERENCES approval (id), person_id BLOB NOT NULL REFERENCES person (id),
    revision INTEGER NOT NULL, opened_at TEXT NOT NULL, closed_at TEXT NOT NULL, seconds INTEGER NOT NULL,
    via TEXT NOT NULL CHECK (via IN ('console'))
) STRICT;
CREATE INDEX approval_view_by_approval ON approval_view (approval_id, opened_at);
