-- Whose a job is. A key is unique for a tenant, no longer for all; SQLite cannot drop the old constraint, so the
-- table is made anew. Foreign keys are off meanwhile, else dropping the old one would take all tasks along.
create table jobs_new (
    id              text primary key,
    tenant          text not null default 'local',
    key             text not null,
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
    failure         text,                           -- JSON
    unique (key, tenant)
) strict;

insert into jobs_new
       (id, key, pipeline, version, params, sources, priority, state, round, rounds_max, on_failed_chunk,
        created_at, ended_at, metadata, gaps, failure)
select id, key, pipeline, version, params, sources, priority, state, round, rounds_max, on_failed_chunk,
       created_at, ended_at, metadata, gaps, failure
  from jobs;

drop table jobs;
alter table jobs_new rename to jobs;

-- The state stands last, so that a list of the jobs in some states looks at an index alone until it has its page.
create index jobs_newest on jobs (created_at desc, id desc, state);
create index jobs_of_tenant on jobs (tenant, created_at desc, id desc, state);

-- A copy of the job's, which never changes.
alter table tasks add column tenant text not null default 'local';
