-- Closures of the sample: which group looks at each, why it was drawn, and what came of it. Workflow, version and policy
-- are those of the closure; the first of each policy in a version are counted by them.
CREATE TABLE closure_review (
    closure_id UUID PRIMARY KEY REFERENCES closure (id), workflow TEXT NOT NULL, version BIGINT NOT NULL,
    rule TEXT NOT NULL, group_name TEXT NOT NULL, drawn TEXT NOT NULL CHECK (drawn IN ('first', 'draw')),
    one_in BIGINT NOT NULL, status TEXT NOT NULL CHECK (status IN ('waiting', 'in_order', 'not_in_order')),
    state TEXT NOT NULL, follow_up_id UUID REFERENCES follow_up (id),
    CHECK ((status = 'not_in_order') = (follow_up_id IS NOT NULL))
);
CREATE INDEX closure_review_by_rule ON closure_review (workflow, version, rule);
CREATE INDEX closure_review_by_status ON closure_review (status, closure_id);
CREATE INDEX closure_review_by_group ON closure_review (group_name, closure_id) WHERE status = 'waiting';
