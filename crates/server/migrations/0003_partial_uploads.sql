-- Uploads that are not whole yet. One that is becomes a row of `uploads` of the same id.

create table partials (
    id           text primary key,        -- sorts by the time of its making; its file is called so
    tenant       text not null,
    filename     text not null,
    mime         text,                    -- what the client says, where that can do no harm
    metadata     text not null,           -- Upload-Metadata as it came
    size_bytes   integer not null,
    offset_bytes integer not null default 0,    -- so many bytes are on the disk
    expires_at   integer not null         -- milliseconds since 1970; each byte moves it
) strict, without rowid;

create index partials_of_tenant on partials (tenant, id);
create index partials_by_expiry on partials (expires_at);
