-- What a tenant may have, and when it was served last: a row for each tenant that ever had a job.
create table tenants (
    id          text primary key,
    weight      integer not null default 1,   -- not looked at yet
    running_max integer not null default 0,   -- leased tasks at once; 0 is no bound
    paused      integer not null default 0,
    served_at   integer                       -- when a task of it was given out last
) strict, without rowid;

insert into tenants (id) select 'local' union select tenant from jobs;

-- One row: whether the whole queue rests.
create table gate (
    id     integer primary key check (id = 1),
    paused integer not null
) strict;

insert into gate (id, paused) values (1, 0);

-- A claim walks this from the start of each tenant's part.
drop index tasks_ready;
create index tasks_ready on tasks
    (tenant, class, pipeline, priority desc, job_created_at, job, round, kind, cost desc, idx,
     ready_at, ready_since, threads, memory_bytes)
    where state = 'ready';

-- What waits for a GPU, for the sweep.
create index tasks_ready_gpu on tasks (job, round, kind, idx, ready_since) where state = 'ready' and class = 'gpu';

-- The few that are leased: counted for each tenant by a claim, looked through by a sweep.
drop index tasks_leased;
create index tasks_leased on tasks (tenant, lease_until) where state = 'leased';
