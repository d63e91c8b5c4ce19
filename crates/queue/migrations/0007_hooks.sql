-- Who is told when a job changes its state, and what is still to be told. The queue adds to it in the transaction that
-- changes the job; the server keeps the endpoints, sends and removes. All times are milliseconds since 1970.

create table hook_endpoints (
    id               text primary key,      -- sorts by the time of its making
    tenant           text not null,
    url              text not null,
    states           text not null,         -- JSON: the states of a job that it wants to hear of
    description      text not null,
    secret           text not null,         -- signing needs all of it
    old_secret       text,                  -- signs as well, until then
    old_secret_until integer,
    created_at       integer not null,
    disabled_at      integer                -- nothing is added for it, and what waits rests
) strict, without rowid;

create index hook_endpoints_of_tenant on hook_endpoints (tenant, id);

-- One row for each endpoint and event. It outlives its job: what was not delivered yet is told all the same.
create table hook_deliveries (
    id         integer primary key autoincrement,
    endpoint   text not null references hook_endpoints (id) on delete cascade,
    tenant     text not null,
    event      text not null,               -- random; the same for all endpoints and all tries
    word       text not null,               -- the state that the job came into, or ping
    job        text,                        -- JSON: the job at that moment, without what it was asked and what it reads
    created_at integer not null,
    state      text not null default 'pending',    -- pending, delivered, dead
    tries      integer not null default 0,
    due_at     integer,                     -- of the next try; while one is under way: when it counts as lost
    ended_at   integer,
    status     integer,                     -- HTTP status of the last try, if there was an answer
    error      text                         -- why the last try did not do
) strict;

create index hook_deliveries_due on hook_deliveries (endpoint, due_at, id) where state = 'pending';
create index hook_deliveries_of_tenant on hook_deliveries (tenant, id);
create index hook_deliveries_of_endpoint on hook_deliveries (endpoint, id);
create index hook_deliveries_by_state on hook_deliveries (tenant, state, id);
create index hook_deliveries_ended on hook_deliveries (ended_at) where ended_at is not null;
