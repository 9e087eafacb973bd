-- The words of approvals, as `domain::search` cuts them: they come as lexemes with their places, so that no parser has
-- anything to decide.
CREATE TABLE approval_words (approval_id UUID PRIMARY KEY REFERENCES approval (id), words TSVECTOR NOT NULL);
CREATE INDEX approval_words_by_word ON approval_words USING GIN (words);
