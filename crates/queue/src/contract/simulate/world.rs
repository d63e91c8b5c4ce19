//! The world of one schedule: who is in it, how messages travel, what goes wrong, when it is over.

use fastrand::Rng;
use reel_types::{JobId, JobState, Millis, WorkerId};

use super::Schedule;
use super::agenda::{Agenda, Happening, Sender};
use super::database::Database;
use super::faults::{Faults, chance};
use super::store::Store;
use super::user::{Wish, new_job};
use super::worker::{Phase, Worker};
use crate::command::FinishReply;
use crate::contract::generate::tenant;
use crate::contract::history::{History, Violation};
use crate::machine::{Command, Reply, Rules};

pub(super) const LEASE_MILLIS: Millis = 5_000;
const SWEEP_EACH_MILLIS: Millis = 3_000;
/// How long the chaos lasts.
const CHAOS_MILLIS: Millis = 30_000;
/// How long after it every job must have ended; much longer than any backoff or patience together.
const CALM_MILLIS: Millis = 600_000;

/// What is broken on purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Flaws {
    /// In the machine.
    pub(crate) rules: Rules,
    /// In the store: else two attempts of a task write to one place.
    pub(crate) keys_have_epochs: bool,
    /// In the database: else a crash may forget a claim that was answered.
    pub(crate) claims_are_durable: bool,
}

impl Flaws {
    /// Nothing is.
    pub(crate) const NONE: Self =
        Self { rules: Rules::SOUND, keys_have_epochs: true, claims_are_durable: true };
}

pub(super) struct World<'a> {
    pub(super) rng: Rng,
    pub(super) flaws: &'a Flaws,
    pub(super) faults: Faults,
    pub(super) now: Millis,
    pub(super) agenda: Agenda,
    pub(super) store: Store,
    pub(super) workers: Vec<Worker>,
    pub(super) wishes: Vec<Wish>,
    pub(super) claims: u32,
    jobs: usize,
    is_calm: bool,
    database: Database,
    history: History,
    schedule: Schedule,
}

impl<'a> World<'a> {
    pub(super) fn new(seed: u64, flaws: &'a Flaws) -> Self {
        let mut rng = Rng::with_seed(seed);
        let faults = Faults::draw(&mut rng);
        let workers: Vec<Worker> =
            (0..rng.usize(2..4)).map(|n| Worker::new(WorkerId::new(format!("w{n}")), rng.bool())).collect();
        let jobs = rng.usize(1..4);
        Self {
            rng,
            flaws,
            faults,
            now: 1_000_000,
            agenda: Agenda::default(),
            store: Store::default(),
            workers,
            wishes: Vec::new(),
            claims: 0,
            jobs,
            is_calm: false,
            database: Database::new(faults.crash > 0),
            history: History::default(),
            schedule: Schedule::default(),
        }
    }

    pub(super) fn run(mut self) -> Result<Schedule, Violation> {
        let calm_at = self.now + CHAOS_MILLIS;
        let end_at = calm_at + CALM_MILLIS;
        for number in 0..self.jobs {
            let job = new_job(&mut self.rng, number);
            self.wish(Command::Submit(job));
        }
        for place in 0..self.workers.len() {
            let start = self.rng.i64(1..500);
            self.set_timer(place, start);
        }
        self.agenda.add(self.now + SWEEP_EACH_MILLIS, Happening::Sweep);
        self.agenda.add(self.now + 500, Happening::Fault);
        while let Some((at, happening)) = self.agenda.next() {
            self.now = at;
            if !self.is_calm && at >= calm_at {
                self.is_calm = true;
                self.calm();
            }
            if self.is_calm && self.is_over() {
                return self.hear_the_late(happening);
            }
            if at >= end_at {
                return Err(Violation::NeverEnds(self.first_open_job()));
            }
            self.happen(happening)?;
        }
        Err(Violation::NeverEnds(self.first_open_job()))
    }

    /// Messages that are still under way reach a database in which all is over.
    fn hear_the_late(mut self, first: Happening) -> Result<Schedule, Violation> {
        let mut next = Some(first);
        while let Some(happening) = next {
            if let Happening::Request(_, command) = happening {
                self.execute(&command)?;
            }
            next = self.agenda.next().map(|(_, happening)| happening);
        }
        for job in self.database.state.jobs.values() {
            let completed = job.state == JobState::Completed;
            *if completed { &mut self.schedule.completed } else { &mut self.schedule.ended_badly } += 1;
            self.schedule.rounds += job.round;
        }
        Ok(self.schedule)
    }

    fn happen(&mut self, happening: Happening) -> Result<(), Violation> {
        match happening {
            Happening::Request(sender, command) => {
                let reply = self.execute(&command)?;
                if sender != Sender::Nobody
                    && let Some(at) = self.faults.arrival(&mut self.rng, self.now)
                {
                    self.agenda.add(at, Happening::Reply(sender, reply));
                }
            }
            Happening::Reply(Sender::Worker(ticket), reply) if self.is_current(ticket) => {
                match self.paused(ticket.worker) {
                    Some(until) => self.agenda.add(until, Happening::Reply(Sender::Worker(ticket), reply)),
                    None => self.worker_hears(ticket.worker, reply),
                }
            }
            Happening::Wake(ticket) if self.is_current(ticket) => match self.paused(ticket.worker) {
                Some(until) => self.agenda.add(until, Happening::Wake(ticket)),
                None => self.worker_wakes(ticket.worker),
            },
            Happening::Reply(Sender::User(place), _) => self.user_hears(place),
            Happening::UserWakes(place) => self.user_asks(place),
            Happening::Reply(..) | Happening::Wake(_) => {}
            Happening::Sweep => {
                self.execute(&Command::Sweep)?;
                if self.is_calm {
                    self.wake_all()?;
                }
                self.agenda.add(self.now + SWEEP_EACH_MILLIS, Happening::Sweep);
            }
            Happening::Fault => {
                self.fault()?;
                if self.faults.any() {
                    let next = self.rng.i64(100..1_500);
                    self.agenda.add(self.now + next, Happening::Fault);
                }
            }
        }
        Ok(())
    }

    /// Sends a command to the database, through a network that may lose, double or delay it.
    pub(super) fn send(&mut self, sender: Sender, command: Command) {
        if chance(&mut self.rng, self.faults.double)
            && let Some(at) = self.faults.arrival(&mut self.rng, self.now)
        {
            self.agenda.add(at, Happening::Request(sender, command.clone()));
        }
        if let Some(at) = self.faults.arrival(&mut self.rng, self.now) {
            self.agenda.add(at, Happening::Request(sender, command));
        }
    }

    fn execute(&mut self, command: &Command) -> Result<Reply, Violation> {
        let reply = self.database.step(self.flaws, command, self.now);
        self.schedule.commands += 1;
        match &reply {
            Reply::Finished(FinishReply::Committed) => self.schedule.commits += 1,
            Reply::Finished(FinishReply::LeaseLost) => self.schedule.refused += 1,
            Reply::Swept(swept) => self.schedule.rescues += swept.rescued.len() as u32,
            _ => {}
        }
        self.history.hear(command, &reply, &self.database.state, &self.store)?;
        Ok(reply)
    }

    fn paused(&self, place: usize) -> Option<Millis> {
        let until = self.workers[place].paused_until;
        (until > self.now).then_some(until)
    }

    /// Something goes wrong, or the user does something.
    fn fault(&mut self) -> Result<(), Violation> {
        let Faults { pause, kill, crash, clock, cancel, retry, rest, drain, .. } = self.faults;
        let place = self.rng.usize(..self.workers.len());
        let job = JobId::new(format!("j{}", self.rng.usize(..self.jobs)));
        let mut draw = self.rng.u32(0..20);
        let mut is = |weight: u32| {
            let hit = draw < weight;
            draw = draw.wrapping_sub(weight);
            hit
        };
        if is(pause) {
            self.workers[place].paused_until = self.now + self.rng.i64(1_000..15_000);
        } else if is(kill) {
            self.kill(place);
        } else if is(crash) {
            self.schedule.crashes += 1;
            self.database.crash();
            if self.rng.bool() {
                self.agenda.drop_messages();
            }
            self.history.after_crash(&self.database.state)?;
        } else if is(clock) {
            // The worker's own clock jumps: its timer goes off now.
            self.set_timer(place, 0);
        } else if is(cancel) {
            self.wish(Command::Cancel { job });
        } else if is(retry) {
            self.wish(Command::Retry { job });
        } else if is(rest) {
            let command = self.governs(job);
            self.wish(command);
        } else if is(drain) {
            let worker = self.workers[place].id.clone();
            self.wish(Command::DrainWorker { worker });
        }
        Ok(())
    }

    /// What a person who looks after the queue may say.
    fn governs(&mut self, job: JobId) -> Command {
        let of = tenant(self.rng.u32(0..2));
        match self.rng.u32(0..5) {
            0 => Command::Pause { tenant: None, paused: self.rng.bool() },
            1 | 2 => Command::Pause { tenant: Some(of), paused: self.rng.bool() },
            3 => Command::Limit { tenant: of, running_max: self.rng.u32(0..3) },
            _ => Command::Reprioritize { job, priority: self.rng.i32(-1..3) },
        }
    }

    /// Nothing rests any more; said again and again, because a late word may still let something rest.
    fn wake_all(&mut self) -> Result<(), Violation> {
        for tenant in [None, Some(tenant(0)), Some(tenant(1))] {
            self.execute(&Command::Pause { tenant, paused: false })?;
        }
        Ok(())
    }

    /// A worker dies and comes back, under its own name or another; or somebody notices its death first.
    fn kill(&mut self, place: usize) {
        let same_name = self.rng.bool();
        let noticed = self.rng.bool();
        let worker = &mut self.workers[place];
        let old = worker.id.clone();
        worker.incarnation += 1;
        worker.phase = Phase::Idle;
        worker.paused_until = 0;
        if !same_name {
            worker.id = WorkerId::new(format!("w{place}.{}", worker.incarnation));
            if noticed {
                self.send(Sender::Nobody, Command::WorkerGone { worker: old });
            }
        }
        let back_in = self.rng.i64(100..8_000);
        self.set_timer(place, back_in);
    }

    /// From now on nothing goes wrong any more; what is late still comes.
    fn calm(&mut self) {
        self.faults = Faults::default();
        for worker in &mut self.workers {
            worker.paused_until = worker.paused_until.min(self.now);
        }
    }

    fn is_over(&self) -> bool {
        let jobs = &self.database.state.jobs;
        self.user_is_content() && jobs.len() == self.jobs && jobs.values().all(|job| job.state.is_terminal())
    }

    fn first_open_job(&self) -> JobId {
        let mut open = self.database.state.jobs.values().filter(|job| !job.state.is_terminal());
        open.next().map_or_else(|| JobId::new("none was accepted"), |job| job.id.clone())
    }
}
