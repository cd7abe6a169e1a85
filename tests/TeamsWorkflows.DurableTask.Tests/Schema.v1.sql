-- Times are UTC in units of 100 ns since 1970 (a timer must come back exactly as it went in). An event is the protocol's protobuf.
-- Keys grow in order of creation: what runs together lies together, so a batch touches few pages.
CREATE TABLE IF NOT EXISTS instance (
    key           INTEGER NOT NULL PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    status        INTEGER NOT NULL,
    is_active     INTEGER NOT NULL,  -- open activities: recovery loads it
    timer_at      INTEGER,           -- earliest open timer or the scheduled start: recovery wakes it then
    custom_status TEXT,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,  -- of this row: a turn that changes nothing else does not touch it
    waiting       BLOB               -- HistoryChunk: what waits for the scheduled start, the start itself first
) STRICT;
CREATE INDEX IF NOT EXISTS instance_active ON instance (key) WHERE is_active = 1;
CREATE INDEX IF NOT EXISTS instance_timer ON instance (timer_at) WHERE timer_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS history (
    instance_key INTEGER NOT NULL,
    turn         INTEGER NOT NULL,
    events       BLOB    NOT NULL,   -- HistoryChunk: what the turn read and decided
    PRIMARY KEY (instance_key, turn)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS message (
    seq         INTEGER NOT NULL PRIMARY KEY,
    instance_id TEXT    NOT NULL,
    execution_id TEXT,               -- the generation that may take it; null: any
    event       BLOB    NOT NULL
) STRICT;
