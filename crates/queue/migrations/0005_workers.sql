-- Somebody wants the worker to end: it gets nothing new.
alter table workers add column draining integer not null default 0;
