-- Which request made which job, so that a client may ask again when an answer was lost. Gone with the job, and after a
-- day.
create table idempotency (
    tenant         text not null,
    key            text not null,
    request_sha256 text not null,
    job            text not null references jobs (id) on delete cascade,
    at             integer not null,
    primary key (tenant, key)
) strict, without rowid;

create index idempotency_oldest on idempotency (at, tenant, key);
create index idempotency_of_job on idempotency (job);

-- Jobs that have ended, those first that did so long ago: they are forgotten in this order.
create index jobs_ended on jobs (ended_at, id) where ended_at is not null;
