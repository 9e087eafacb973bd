-- Signatures that were given, until their decision is stored: one use, by the hash of a token.
CREATE TABLE signature_token (
    token_hash BLOB PRIMARY KEY NOT NULL, person_id BLOB NOT NULL REFERENCES person (id),
    approval_id BLOB NOT NULL REFERENCES approval (id), package_digest BLOB NOT NULL, verdict TEXT NOT NULL,
    edited_digest BLOB, group_name TEXT NOT NULL, principal_id BLOB REFERENCES person (id), meaning TEXT NOT NULL,
    authenticated_by TEXT NOT NULL, signed_at TEXT NOT NULL, expires_at TEXT NOT NULL, used_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX signature_token_by_end ON signature_token (expires_at);

-- What was signed with a decision.
ALTER TABLE decision ADD COLUMN signature_meaning TEXT;
ALTER TABLE decision ADD COLUMN signature_by TEXT;
ALTER TABLE decision ADD COLUMN signed_at TEXT;
