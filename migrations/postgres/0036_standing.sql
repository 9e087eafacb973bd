-- Versions that could let more through than the one before. One without a row is in force since it was
-- published.
CREATE TABLE workflow_standing (
    workflow TEXT NOT NULL, version BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unseconded', 'proposed', 'confirmed', 'declined')),
    settled_by UUID REFERENCES person (id), settled_at TIMESTAMPTZ, reason TEXT,
    PRIMARY KEY (workflow, version), FOREIGN KEY (workflow, version) REFERENCES workflow (name, version)
);
CREATE INDEX workflow_proposed ON workflow_standing (workflow, version) WHERE state = 'proposed';
-- Whoever made a key answers for it, too; not known of keys from before.
ALTER TABLE api_key ADD COLUMN created_by_id UUID REFERENCES person (id);
