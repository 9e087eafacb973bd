-- Views of the approvals list that people keep for themselves.
CREATE TABLE saved_view (
    id UUID PRIMARY KEY, person_id UUID NOT NULL REFERENCES person (id), name TEXT NOT NULL, query TEXT NOT NULL,
    UNIQUE (person_id, name)
);
