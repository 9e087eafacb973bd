-- People, groups, keys, browser sessions, and the back-off of sign-in.
CREATE TABLE person (
    id UUID PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password_hash TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL, disabled_at TIMESTAMPTZ
);
CREATE TABLE person_role (
    person_id UUID NOT NULL REFERENCES person (id), role TEXT NOT NULL, PRIMARY KEY (person_id, role)
);
CREATE TABLE person_group (
    id UUID PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE membership (
    person_id UUID NOT NULL REFERENCES person (id), group_id UUID NOT NULL REFERENCES person_group (id),
    PRIMARY KEY (person_id, group_id)
);
CREATE INDEX membership_by_group ON membership (group_id, person_id);
CREATE TABLE api_key (
    id UUID PRIMARY KEY, secret_hash BYTEA NOT NULL UNIQUE, name TEXT NOT NULL, scopes TEXT NOT NULL,
    owner_id UUID REFERENCES person (id), source TEXT, run_id UUID,
    created_at TIMESTAMPTZ NOT NULL, expires_at TIMESTAMPTZ, revoked_at TIMESTAMPTZ
);
-- Only a hash of the cookie's id is kept: a copy of the database signs nobody in.
CREATE TABLE web_session (
    id_hash BYTEA PRIMARY KEY, person_id UUID REFERENCES person (id), data TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL, expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX web_session_by_person ON web_session (person_id);
CREATE INDEX web_session_by_expiry ON web_session (expires_at);
-- Keyed by a hash of the email as typed, so that unknown accounts back off like known ones.
CREATE TABLE sign_in_backoff (
    account_hash BYTEA PRIMARY KEY, failures BIGINT NOT NULL, blocked_until TIMESTAMPTZ NOT NULL
);
