-- Version 2: tags, versions, parents, ends; a checksum in every row (Checksum.cs; null in a row of version 1 until it is
-- filled in by the migration itself, in the same transaction).
ALTER TABLE instance ADD COLUMN version TEXT;
ALTER TABLE instance ADD COLUMN parent_id TEXT;
ALTER TABLE instance ADD COLUMN tags TEXT;              -- JSON object; null: none
ALTER TABLE instance ADD COLUMN completed_at INTEGER;   -- null: open
ALTER TABLE instance ADD COLUMN checksum INTEGER;
ALTER TABLE history ADD COLUMN checksum INTEGER;
ALTER TABLE message ADD COLUMN parent_execution_id TEXT; -- whose child may take it; null: anybody's
ALTER TABLE message ADD COLUMN checksum INTEGER;

UPDATE instance SET completed_at = updated_at WHERE status IN (2, 3, 4);

-- What ended first goes first (retention, and lists by end).
CREATE INDEX instance_completed ON instance (completed_at) WHERE completed_at IS NOT NULL;
-- The few that people look for.
CREATE INDEX instance_failed ON instance (key) WHERE status IN (3, 4);

-- Only instances that have tags have rows here.
CREATE TABLE instance_tag (
    name         TEXT    NOT NULL,
    value        TEXT    NOT NULL,
    instance_key INTEGER NOT NULL,
    PRIMARY KEY (name, value, instance_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX instance_tag_owner ON instance_tag (instance_key);
