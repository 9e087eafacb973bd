-- People, groups, keys, browser sessions, and the back-off of sign-in.
CREATE TABLE person (
    id BLOB PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL, disabled_at TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE person_role (
    person_id BLOB NOT NULL REFERENCES person (id), role TEXT NOT NULL, PRIMARY KEY (person_id, role)
) STRICT, WITHOUT ROWID;
CREATE TABLE person_group (
    id BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE membership (
    person_id BLOB NOT NULL REFERENCES person (id), group_id BLOB NOT NULL REFERENCES person_group (id),
    PRIMARY KEY (person_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_by_group ON membership (group_id, person_id);
CREATE TABLE api_key (
    id BLOB PRIMARY KEY, secret_hash BLOB NOT NULL UNIQUE, name TEXT NOT NULL, scopes TEXT NOT NULL,
    owner_id BLOB REFERENCES person (id), source TEXT, run_id BLOB,
    created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT
) STRICT, WITHOUT ROWID;
-- Only a hash of the cookie's id is kept: a copy of the database signs nobody in.
CREATE TABLE web_session (
    id_hash BLOB PRIMARY KEY, person_id BLOB REFERENCES person (id), data TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX web_session_by_person ON web_session (person_id);
CREATE INDEX web_session_by_expiry ON web_session (expires_at);
-- Keyed by a hash of the email as typed, so that unknown accounts back off like known ones.
CREATE TABLE sign_in_backoff (
    account_hash BLOB PRIMARY KEY, failures INTEGER NOT NULL, blocked_until TEXT NOT NULL
) STRICT, WITHOUT ROWID;
