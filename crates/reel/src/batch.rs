//! Many films in one command: what they will take, how far all of them are, what they took.

mod films;
mod forecast;
mod history;
mod journal;
mod meter;
mod pace;
mod records;
mod room;
mod tally;

use std::path::{Path, PathBuf};
use std::time::Instant;

use reel_engine::Engine;
use reel_types::CancelToken;

pub use forecast::lines as forecast_lines;
pub use records::{BatchProgress, BatchRecord, Failed, ForecastRecord, SizeRecord};

use crate::interrupt::Interrupt;
use crate::problem::Problem;
use crate::records::{ProgressRecord, ResultRecord, rounded};
use crate::screen::Screen;
use crate::settings::Settings;
use crate::targets::Target;
use crate::wiring::find_ffmpeg;
use films::{Film, Stretch};
use journal::Journal;
use meter::Meter;
use pace::Pace;
use tally::Tally;
pub use tally::stage_name;

/// What is wanted of a command beside its work.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The log file; nothing: the one in the state folder, for several films.
    pub log: Option<PathBuf>,
    /// Whether the forecast is made.
    pub forecast: ForecastWish,
    /// How the films are made, which decides how long they take.
    pub params: reel_matte::Params,
}

/// What is said before the start.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum ForecastWish {
    /// How long several films will take and how much they will fill; refuse where the disks do not do.
    #[default]
    On,
    /// The same, also of one film; and nothing is done.
    Only,
    /// Nothing.
    Off,
}

/// What becomes of a command after the look at its films.
#[derive(Debug)]
pub enum Begun {
    /// The work goes on under these eyes.
    Work(Box<Batch>),
    /// There is nothing to watch over: it is one film.
    Alone,
    /// All that was asked for is said.
    Told,
}

/// Everything about the films of one command together.
#[derive(Debug)]
pub struct Batch {
    began: Instant,
    /// In the order of the targets.
    inputs: Vec<PathBuf>,
    films: Vec<Option<Film>>,
    pace: Pace,
    meter: Meter,
    tally: Tally,
    journal: Journal,
}

impl Batch {
    /// Looks at the films, says what they will take, and puts the longest first.
    ///
    /// # Errors
    /// A storage problem when the disks do not do, or the log cannot be written.
    pub async fn begin(
        wish: &Wish,
        engine: &Engine,
        settings: &Settings,
        targets: &mut Vec<Target>,
        interrupt: &Interrupt,
        screen: &mut Screen,
    ) -> Result<Begun, Problem> {
        let only = wish.forecast == ForecastWish::Only;
        let is_many = targets.len() > 1 && !wish.params.preview;
        if !(is_many || only || wish.log.is_some()) {
            return Ok(Begun::Alone);
        }
        let looks = match wish.forecast {
            ForecastWish::Off => vec![None; targets.len()],
            ForecastWish::On | ForecastWish::Only => {
                look_all(wish, engine, settings, targets, interrupt).await?
            }
        };
        let mut both: Vec<(Target, Option<Film>)> = targets.drain(..).zip(looks).collect();
        // What is done last should be short: then no device waits long for another.
        both.sort_by(|(_, one), (_, other)| pixels(other).total_cmp(&pixels(one)));
        let films: Vec<Option<Film>> = both.iter().map(|(_, film)| film.clone()).collect();
        targets.extend(both.into_iter().map(|(target, _)| target));

        let mut forecast = None;
        if wish.forecast != ForecastWish::Off {
            let found = forecast::make(&wish.params, engine, settings, targets, &films).await?;
            screen.forecast(&found, only);
            if only {
                return Ok(Begun::Told);
            }
            room::check(&found)?;
            forecast = Some(found);
        }
        let path = wish.log.clone().unwrap_or_else(|| engine.state.root().join("matte.log"));
        let mut journal = Journal::open(&path)?;
        journal.begin(targets.len(), forecast.as_ref());
        Ok(Begun::Work(Box::new(Self {
            began: Instant::now(),
            inputs: targets.iter().map(|target| target.input.clone()).collect(),
            pace: Pace::new(&films),
            films,
            meter: Meter::new(engine, settings),
            tally: Tally::default(),
            journal,
        })))
    }

    /// Measures, notes what has begun, and says in each record how far all films are.
    pub(crate) async fn watch(&mut self, records: &mut [ProgressRecord]) {
        let jobs = records.iter().filter_map(|record| record.job.clone()).collect();
        self.meter.measure(jobs).await;
        for record in records.iter() {
            let Some(index) = self.index_of(record.input.path()) else { continue };
            if self.pace.saw(index, record) {
                self.journal.started(record);
            }
        }
        let all = self.pace.all();
        for record in records.iter_mut() {
            let film = self.index_of(record.input.path());
            record.batch = film.map(|index| BatchProgress { film: index + 1, ..all });
        }
    }

    /// Takes in how a film ended.
    pub(crate) async fn ended(&mut self, engine: &Engine, result: &ResultRecord) {
        if let Some(index) = self.index_of(result.input.path()) {
            self.pace.ended(index);
        }
        let attempts = match &result.job {
            Some(job) => engine.queue.attempts(job).await.unwrap_or_default(),
            None => Vec::new(),
        };
        self.journal.ended(result);
        self.tally.add(result, &attempts);
    }

    /// What it came to.
    pub(crate) fn sum_up(mut self) -> BatchRecord {
        let measured = self.meter.end();
        let video_secs = self.films.iter().flatten().map(|film| film.secs).sum();
        let record = BatchRecord {
            elapsed_secs: rounded(self.began.elapsed().as_secs_f64()),
            video_secs: rounded(video_secs),
            temporary_bytes_peak: measured.temporary_bytes_peak,
            gpu_utilization_percent: measured.gpu_utilization_percent.map(rounded),
            hangs: measured.hangs,
            log: self.journal.path().to_owned(),
            ..self.tally.record()
        };
        self.journal.end(&record);
        record
    }

    fn index_of(&self, input: &Path) -> Option<usize> {
        self.inputs.iter().position(|known| known == input)
    }
}

fn pixels(film: &Option<Film>) -> f64 {
    film.as_ref().map_or(0.0, Film::pixels)
}

/// On threads of its own; ends early when somebody interrupts the command.
async fn look_all(
    wish: &Wish,
    engine: &Engine,
    settings: &Settings,
    targets: &[Target],
    interrupt: &Interrupt,
) -> Result<Vec<Option<Film>>, Problem> {
    let ffmpeg = find_ffmpeg(settings, &engine.state)?;
    let inputs: Vec<PathBuf> = targets.iter().map(|target| target.input.clone()).collect();
    let stretch = Stretch::of(&wish.params);
    let cancel = CancelToken::new();
    let (token, threads) = (cancel.clone(), engine.site.cores as usize);
    let looking =
        tokio::task::spawn_blocking(move || films::look_all(&ffmpeg, &inputs, stretch, threads, &token));
    tokio::pin!(looking);
    let looked = tokio::select! {
        looked = &mut looking => looked,
        () = interrupt.asked() => {
            cancel.cancel();
            looking.await
        }
    };
    looked.map_err(|error| crate::work::internal(error.to_string()))
}
