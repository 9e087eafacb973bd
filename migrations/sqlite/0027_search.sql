-- The words of approvals, as `domain::search` cuts them: they come separated by blanks, so that the tokenizer has nothing
-- to decide. The index keeps no text; `approval_words` says which of its rows is whose.
CREATE TABLE approval_words (seq INTEGER PRIMARY KEY, approval_id BLOB NOT NULL UNIQUE REFERENCES approval (id)) STRICT;
CREATE VIRTUAL TABLE approval_text USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');
-- What the list of approvals is narrowed by and counted by stands in the index: a package fills pages of its own, and whatever
-- comes after it in the row is read through them.
DROP INDEX approval_by_queue;
CREATE INDEX approval_by_queue ON approval (status, waiting, due_at, id, risk, gate_id, agent, raised_to, run_id) WHERE status = 'pending';
CREATE INDEX approval_by_outcome ON approval (status, ended_at, id);
