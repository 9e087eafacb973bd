-- Who looks into a pending approval, until when. A claim past `until` is as none; one whose approval has ended is removed.
CREATE TABLE approval_claim (
    approval_id UUID PRIMARY KEY REFERENCES approval (id), person_id UUID NOT NULL REFERENCES person (id),
    since TIMESTAMPTZ NOT NULL, until TIMESTAMPTZ NOT NULL
);
-- Who had an approval's page open, at which revision, and for how long it was visible.
CREATE TABLE approval_view (
    id UUID PRIMARY KEY, approval_id UUID NOT NULL REFERENCES approval (id), person_id UUID NOT NULL REFERENCES person (id),
    revision BIGINT NOT NULL, opened_at TIMESTAMPTZ NOT NULL, closed_at TIMESTAMPTZ NOT NULL, seconds BIGINT NOT NULL,
    via TEXT NOT NULL CHECK (via IN ('console'))
);
CREATE INDEX approval_view_by_approval ON approval_view (approval_id, opened_at);
