-- Views of the approvals list that people keep for themselves.
CREATE TABLE saved_view (
    id BLOB PRIMARY KEY NOT NULL, person_id BLOB NOT NULL REFERENCES person (id), name TEXT NOT NULL, query TEXT NOT NULL,
    UNIQUE (person_id, name)
) STRICT;
