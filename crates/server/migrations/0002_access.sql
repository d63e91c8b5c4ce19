-- Who may come in. All times are milliseconds since 1970.

-- A key is never removed: once there was one, nobody comes in without.
create table api_keys (
    id            text primary key,       -- sorts by the time of its making
    secret_sha256 text not null,          -- hex; the secret itself is nowhere
    name          text not null,
    tenant        text not null,
    scope         text not null,          -- read, write or admin; each includes the one before
    created_at    integer not null,
    expires_at    integer,
    revoked_at    integer,
    last_used_at  integer                 -- written at most once a minute
) strict, without rowid;

create index api_keys_of_tenant on api_keys (tenant, id);

-- A browser that showed a key once. It may what the key may, as long as the key may.
create table sessions (
    token_sha256 text primary key,
    key          text not null references api_keys (id) on delete cascade,
    created_at   integer not null,
    expires_at   integer not null
) strict, without rowid;

create index sessions_by_end on sessions (expires_at);

-- What this server signs with.
create table server_secrets (
    name  text primary key,
    value blob not null
) strict, without rowid;
