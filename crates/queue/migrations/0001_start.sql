-- Jobs, tasks, attempts, what they wrote, who works, what changed. All times are milliseconds since 1970.

create table jobs (
    id              text primary key,
    key             text not null unique,
    pipeline        text not null,
    version         integer not null,
    params          text not null,            -- JSON
    sources         text not null,            -- JSON
    priority        integer not null,
    state           text not null,
    round           integer not null default 0,
    rounds_max      integer not null default 1,
    on_failed_chunk text not null default 'fail_job',
    created_at      integer not null,
    ended_at        integer,
    metadata        text not null default 'null',   -- JSON
    gaps            text not null default '[]',     -- JSON
    failure         text                            -- JSON
) strict;

create index jobs_newest on jobs (created_at desc, id desc);

create table tasks (
    id             integer primary key,
    job            text not null references jobs (id) on delete cascade,
    round          integer not null,
    kind           integer not null,          -- 0 plan, 1 run, 2 assemble: tasks are listed in this order
    idx            integer not null,
    state          text not null,
    chunk          text not null,             -- JSON
    class          text not null,
    threads        integer not null,
    memory_bytes   integer not null,
    cost           integer not null,
    after          integer,                   -- idx of the chunk it waits for
    epoch          integer not null default 0,
    failures       integer not null default 0,
    ready_at       integer not null,
    ready_since    integer not null,
    worker         text,
    lease_until    integer,
    progress_done  integer not null default 0,
    progress_total integer not null default 0,
    progress_at    integer not null,
    failure        text,                      -- JSON
    -- Copies of the job's, which never change: the claim reads one index and nothing else.
    pipeline       text not null,
    priority       integer not null,
    job_created_at integer not null,
    unique (job, round, kind, idx)
) strict;

-- A claim walks one of these from its start: the first for any job, the second for named jobs.
create index tasks_ready on tasks
    (class, pipeline, priority desc, job_created_at, job, round, kind, cost desc, idx,
     ready_at, ready_since, threads, memory_bytes)
    where state = 'ready';
create index tasks_ready_of_job on tasks (job, round, kind, cost desc, idx) where state = 'ready';
create index tasks_leased on tasks (lease_until) where state = 'leased';
create index tasks_waiting on tasks (job, round, kind, idx, after) where state = 'waiting';
create index tasks_open on tasks (job, round, kind) where state in ('waiting', 'ready', 'leased');

create table attempts (
    task       integer not null references tasks (id) on delete cascade,
    epoch      integer not null,
    claim      text not null unique,
    worker     text not null,
    on_gpu     integer not null,
    started_at integer not null,
    ended_at   integer,
    outcome    text not null default 'running',
    reason     text,
    closed_by  text,                          -- finish, fail, give_back or queue
    primary key (task, epoch)
) strict, without rowid;

create table outputs (
    task       integer not null references tasks (id) on delete cascade,
    position   integer not null,
    name       text not null,
    key        text not null,
    size_bytes integer not null,
    sha256     text not null,
    mime       text not null,
    primary key (task, position)
) strict, without rowid;

create table workers (
    id      text primary key,
    gpu     integer not null,
    gone    integer not null default 0,
    seen_at integer not null
) strict, without rowid;

-- `seq` is never used twice, also when the newest events are forgotten with their job.
create table events (
    seq   integer primary key autoincrement,
    at    integer not null,
    job   text not null references jobs (id) on delete cascade,
    round integer,                            -- round, kind, idx, epoch: null when the job itself changed
    kind  integer,
    idx   integer,
    epoch integer,
    state text not null
) strict;

create index events_of_job on events (job, seq);
