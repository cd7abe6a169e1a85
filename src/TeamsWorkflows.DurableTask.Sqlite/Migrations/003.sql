-- Version 3: history in the order it was written. A commit appends its turns to the last page and touches the index of each
-- instance; before, it rewrote a page for every few instances that it had turns of.
CREATE TABLE turn (
    id           INTEGER NOT NULL PRIMARY KEY,
    instance_key INTEGER NOT NULL,
    turn         INTEGER NOT NULL,
    events       BLOB    NOT NULL,   -- HistoryChunk: what the turn read and decided
    checksum     INTEGER NOT NULL
) STRICT;
INSERT INTO turn (instance_key, turn, events, checksum)
SELECT instance_key, turn, events, checksum FROM history ORDER BY instance_key, turn;
DROP TABLE history;
ALTER TABLE turn RENAME TO history;
CREATE UNIQUE INDEX history_instance ON history (instance_key, turn);
