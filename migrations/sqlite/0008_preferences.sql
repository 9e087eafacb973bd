-- What people set for themselves. Nobody has a row until they have set something.
CREATE TABLE preference (
    person_id BLOB PRIMARY KEY REFERENCES person (id), keys INTEGER NOT NULL CHECK (keys IN (0, 1))
) STRICT, WITHOUT ROWID;
