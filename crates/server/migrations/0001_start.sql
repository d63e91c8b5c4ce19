-- What the server keeps beside the queue, in the same file. All times are milliseconds since 1970.

create table uploads (
    id         text primary key,          -- sorts by the time of its making
    tenant     text not null,
    filename   text not null,
    size_bytes integer not null,
    sha256     text not null,
    mime       text not null,
    key        text not null,             -- of the object; the same bytes are stored once
    created_at integer not null,
    metadata   text not null default 'null'    -- JSON: what looking into it told
) strict, without rowid;

create index uploads_of_tenant on uploads (tenant, id);
create index uploads_of_object on uploads (key);

-- Which jobs were made from an upload. The job itself is the queue's.
create table upload_jobs (
    upload text not null references uploads (id) on delete cascade,
    job    text not null,
    primary key (upload, job)
) strict, without rowid;
