-- Signatures that were given, until their decision is stored: one use, by the hash of a token.
CREATE TABLE signature_token (
    token_hash BYTEA PRIMARY KEY NOT NULL, person_id UUID NOT NULL REFERENCES person (id),
    approval_id UUID NOT NULL REFERENCES approval (id), package_digest BYTEA NOT NULL, verdict TEXT NOT NULL,
    edited_digest BYTEA, group_name TEXT NOT NULL, principal_id UUID REFERENCES person (id), meaning TEXT NOT NULL,
    authenticated_by TEXT NOT NULL, signed_at TIMESTAMPTZ NOT NULL, expires_at TIMESTAMPTZ NOT NULL, used_at TIMESTAMPTZ
);
CREATE INDEX signature_token_by_end ON signature_token (expires_at);

-- What was signed with a decision.
ALTER TABLE decision ADD COLUMN signature_meaning TEXT;
ALTER TABLE decision ADD COLUMN signature_by TEXT;
ALTER TABLE decision ADD COLUMN signed_at TIMESTAMPTZ;
