-- What a task is doing, in its pipeline's words; the latest value, as its progress.
alter table tasks add column progress_stage text;
