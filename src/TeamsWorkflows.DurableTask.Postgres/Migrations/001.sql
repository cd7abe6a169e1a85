-- Version 1. Runs in the hub's own schema (search_path), so that several hubs can share a database.
-- Times of orchestrations are UTC in units of 100 ns since 1970 (a timer must come back exactly as it went in); times of
-- leases are the database's own clock. An event is the protocol's protobuf. Identifiers compare byte by byte.
CREATE TABLE hub (
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version    integer NOT NULL,
    partitions integer NOT NULL     -- for ever: the instances lie where a hash said
);

CREATE TABLE node (
    id          text COLLATE "C" PRIMARY KEY,
    alive_until timestamptz NOT NULL
) WITH (fillfactor = 20);

CREATE TABLE partition (
    id          smallint    PRIMARY KEY,
    owner       text COLLATE "C",              -- a node; null: nobody's
    fence       bigint      NOT NULL DEFAULT 0, -- grows with every acquisition; every commit proves it
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    acquired_at timestamptz
) WITH (fillfactor = 20);

-- Keys grow in order of creation: what runs together lies together.
CREATE TABLE instance (
    key           bigint   PRIMARY KEY,
    partition     smallint NOT NULL,
    id            text COLLATE "C" NOT NULL UNIQUE,
    name          text COLLATE "C" NOT NULL,
    folded_name   text COLLATE "C" NOT NULL, -- as names are compared: in upper case, by .NET's invariant rules
    status        smallint NOT NULL,
    is_active     boolean  NOT NULL,  -- open activities: recovery loads it
    timer_at      bigint,             -- earliest open timer or the scheduled start: recovery wakes it then
    custom_status text,
    created_at    bigint   NOT NULL,
    updated_at    bigint   NOT NULL,  -- of this row: a turn that changes nothing else does not touch it
    waiting       bytea,              -- HistoryChunk: what waits for the scheduled start, the start itself first
    version       text,
    parent_id     text COLLATE "C",
    tags          text,               -- JSON object; null: none
    completed_at  bigint              -- null: open
) WITH (fillfactor = 85);
CREATE INDEX instance_active ON instance (key) INCLUDE (partition) WHERE is_active;
CREATE INDEX instance_timer ON instance (timer_at, id) INCLUDE (partition) WHERE timer_at IS NOT NULL;
CREATE INDEX instance_completed ON instance (completed_at, key) WHERE completed_at IS NOT NULL;
CREATE INDEX instance_failed ON instance (key) WHERE status IN (3, 4);

CREATE TABLE history (
    instance_key bigint  NOT NULL,
    turn         integer NOT NULL,
    events       bytea   NOT NULL,    -- HistoryChunk: what the turn read and decided
    PRIMARY KEY (instance_key, turn)
);

-- Only instances that have tags have rows here.
CREATE TABLE instance_tag (
    name         text COLLATE "C" NOT NULL,
    value        text COLLATE "C" NOT NULL,
    instance_key bigint NOT NULL,
    PRIMARY KEY (name, value, instance_key)
);
CREATE INDEX instance_tag_owner ON instance_tag (instance_key);

-- Kept until a turn reads them, so the table is small whatever the hub holds. A message from another node has a sender and
-- a position, by which the receiver finds what it has not seen (InboxCursors.cs); one of the receiver's own node has neither.
CREATE TABLE message (
    seq                 bigint PRIMARY KEY,
    partition           smallint NOT NULL, -- the receiver's
    sender              smallint,          -- a partition of the sending node
    position            bigint,            -- grows with every commit of that node
    instance_id         text COLLATE "C" NOT NULL,
    execution_id        text,              -- the generation that may take it; null: any
    parent_execution_id text,              -- whose child may take it; null: anybody's
    event               bytea NOT NULL,    -- empty: a call that asks for a purge
    call                text               -- who asked, when it is a client's call: node, number, statuses (RemoteCall.cs)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
CREATE INDEX message_incoming ON message (partition, sender, position) WHERE sender IS NOT NULL;

-- The first statement of every commit: holds the partitions (shared, until the transaction ends) and compares their fences.
-- Whoever takes a partition over raises the fence first and then waits for the exclusive lock: a commit that began before
-- has ended when it gets it, and one that comes later finds the new fence. Advisory locks, because row locks would write to
-- the rows, and would make renewals and commits wait for each other. The identifiers must come in ascending order.
CREATE FUNCTION check_fences(ids smallint[], fences bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    lost text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared('partition'::regclass::oid::integer, id) FROM unnest(ids) AS held (id);
    SELECT string_agg(held.id::text, ',' ORDER BY held.id) INTO lost
        FROM unnest(ids, fences) AS held (id, fence) LEFT JOIN partition p ON p.id = held.id
        WHERE p.fence IS DISTINCT FROM held.fence;
    IF lost IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'TW001', MESSAGE = 'another node has taken partitions over', HINT = lost;
    END IF;
END $$;
