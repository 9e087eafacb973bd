-- Several calls that an agent asks about together, and what each reviewer says about each.
CREATE TABLE approval_item (
    approval_id UUID NOT NULL REFERENCES approval (id), position BIGINT NOT NULL, tool_use_id TEXT NOT NULL,
    gate_id TEXT NOT NULL, tool TEXT NOT NULL, action_digest BYTEA NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (approval_id, position)
);
ALTER TABLE decision ADD COLUMN items TEXT;
