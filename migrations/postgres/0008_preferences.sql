-- What people set for themselves. Nobody has a row until they have set something.
CREATE TABLE preference (
    person_id UUID PRIMARY KEY REFERENCES person (id), keys BOOLEAN NOT NULL
);
