-- Who decides in whose place, and from when to when.
CREATE TABLE delegation (
    id BLOB PRIMARY KEY NOT NULL, principal_id BLOB NOT NULL REFERENCES person (id),
    delegate_id BLOB NOT NULL REFERENCES person (id), starts_at TEXT NOT NULL, ends_at TEXT NOT NULL,
    all_groups INTEGER NOT NULL, set_by BLOB REFERENCES person (id), created_at TEXT NOT NULL, ended_at TEXT
) STRICT;
CREATE INDEX delegation_by_delegate ON delegation (delegate_id, ends_at) WHERE ended_at IS NULL;
CREATE INDEX delegation_by_end ON delegation (ends_at) WHERE ended_at IS NULL;
CREATE TABLE delegation_group (
    delegation_id BLOB NOT NULL REFERENCES delegation (id), group_name TEXT NOT NULL,
    PRIMARY KEY (delegation_id, group_name)
) STRICT, WITHOUT ROWID;

-- A decision in another's place keeps both names; a person is decided for once on a revision.
ALTER TABLE decision ADD COLUMN principal_id BLOB REFERENCES person (id);
ALTER TABLE decision ADD COLUMN principal_name TEXT;
ALTER TABLE decision ADD COLUMN delegation_id BLOB REFERENCES delegation (id);
CREATE UNIQUE INDEX decision_by_principal ON decision (approval_id, principal_id, revision) WHERE principal_id IS NOT NULL;
