//! What survives which video site: random files as video, through FFmpeg, and back.
//!
//! `cargo run --release -p reel-pack --example survival -- [--quick] [--target NAME]… [--channel NAME]… [--files N]
//! [--size BYTES] [--results FILE] [--keep]`, or `-- --read VIDEO`. Cells that the results file already holds are not measured again.

mod channel;
mod courier;
mod ffmpeg;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use channel::{CHANNELS, Channel};
use courier::Collector;
use ffmpeg::Failure;
use reel_pack::share::{Demodulator, FrameTag, Layout, Modulator, Target};

/// Seconds of video that a file gives at least, so that rate control leaves its start behind.
const SECS_MIN: f64 = 10.0;
/// Bytes of a file at least.
const SIZE_BYTES_MIN: usize = 200_000;
/// Pictures of a card.
const CARD_PICTURES: usize = 30;
/// How often an encoder is asked anew for the rate that it missed.
const TRIES_MAX: u32 = 4;
/// So near to it is near enough.
const NEAR: f64 = 0.1;

fn main() -> Result<(), Failure> {
    let options = Options::from_arguments(std::env::args().skip(1))?;
    if let Some(video) = &options.read {
        let collector = receive(video)?;
        println!(
            "{} parts read, {} lost; told per bit: {:.3?}",
            collector.good_count, collector.lost_count, collector.information
        );
        return Ok(());
    }
    let work = options.results.with_extension("work");
    std::fs::create_dir_all(&work)?;
    let done = report::done(&options.results)?;
    let mut rates = Rates::new();
    for file in 0..options.file_count {
        for target in &options.targets {
            measure(&options, &work, (*target, file), &done, &mut rates)?;
        }
    }
    if !options.keep {
        std::fs::remove_dir_all(&work)?;
    }
    let targets: Vec<_> =
        Target::ALL.iter().map(|target| (*target, signal(&options.layout(*target), *target))).collect();
    report::write(&options.results, &targets)
}

struct Options {
    targets: Vec<Target>,
    channels: Vec<&'static Channel>,
    file_count: u64,
    size_bytes: Option<usize>,
    results: PathBuf,
    layout: Option<[u8; 6]>,
    keep: bool,
    read: Option<PathBuf>,
}

impl Options {
    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self {
            targets: Vec::new(),
            channels: Vec::new(),
            file_count: 10,
            size_bytes: None,
            results: "survival.jsonl".into(),
            layout: None,
            keep: false,
            read: None,
        };
        let mut quick = false;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--quick" => quick = true,
                "--target" => options.targets.push(Target::from_name(&value()?).ok_or("no such target")?),
                "--channel" => {
                    let name = value()?;
                    let found = CHANNELS.iter().find(|channel| channel.name == name);
                    options.channels.push(found.ok_or(format!("no such channel: {name}"))?);
                }
                "--files" => options.file_count = value()?.parse()?,
                "--size" => options.size_bytes = Some(value()?.parse()?),
                "--results" => options.results = value()?.into(),
                "--keep" => options.keep = true,
                "--read" => options.read = Some(value()?.into()),
                "--layout" => {
                    let numbers: Result<Vec<u8>, _> = value()?.split(',').map(str::parse).collect();
                    options.layout =
                        Some(numbers?.try_into().map_err(|_| "cell,patterns,bits,spread,hold,rate")?);
                }
                _ => return Err(format!("unknown argument: {argument}").into()),
            }
        }
        if options.targets.is_empty() {
            options.targets = Target::ALL.to_vec();
        }
        if options.channels.is_empty() {
            options.channels = CHANNELS.iter().filter(|channel| channel.quick || !quick).collect();
        }
        if quick {
            options.file_count = options.file_count.min(1);
        }
        Ok(options)
    }

    fn layout(&self, target: Target) -> Layout {
        let layout = Layout::for_target(target);
        match self.layout {
            Some([cell_px, patterns, level_bits, spread, hold, rate_32nds]) => {
                Layout { cell_px: cell_px.into(), patterns, level_bits, spread, hold, rate_32nds, ..layout }
            }
            None => layout,
        }
    }
}

/// One file of one target through all channels that are not yet measured.
fn measure(
    options: &Options,
    work: &Path,
    (target, file): (Target, u64),
    done: &BTreeSet<report::Key>,
    rates: &mut Rates,
) -> Result<(), Failure> {
    let layout = options.layout(target);
    let signal = signal(&layout, target);
    let key = |channel: &Channel| (target.name().to_owned(), channel.name.to_owned(), file, signal.clone());
    let missing = |channel: &&&Channel| !done.contains(&key(channel));
    let channels: Vec<&&Channel> = options.channels.iter().filter(missing).collect();
    if channels.is_empty() {
        return Ok(());
    }
    let content = content(options, &layout, target, file);
    let master = work.join("packed.mkv");
    let secs = pack(&layout, target, file, &content, &master)?;
    let master_rate = std::fs::metadata(&master)?.len() as f64 * 8.0 / secs;
    // Decoded once for all channels.
    let decoded = work.join("decoded.nut");
    ffmpeg::decode(&master, &decoded)?;
    for channel in channels {
        let started = std::time::Instant::now();
        let asked = rates.entry((target.name(), channel.name));
        let (out, rate) =
            send(channel, asked.or_insert((channel.cap.unwrap_or_default(), 0)), &decoded, work)?;
        let collector = receive(&out)?;
        let row = report::Row {
            target: target.name().to_owned(),
            channel: channel.name.to_owned(),
            file,
            signal: signal.clone(),
            size_bytes: content.len(),
            secs,
            net_bytes_per_sec: content.len() as f64 / secs,
            master_bits_per_sec: master_rate,
            channel_bits_per_sec: rate,
            void: channel.cap.is_some_and(|cap| is_off(rate, cap)),
            exact: collector.content().as_ref() == Some(&content),
            parts_good: collector.good_count,
            parts_lost: collector.lost_count,
            information_min: collector.information.iter().copied().fold(1.0, f32::min),
            information_mean: collector.information.iter().sum::<f32>()
                / collector.information.len().max(1) as f32,
            took_secs: started.elapsed().as_secs_f64(),
        };
        let line = serde_json::to_string(&row)?;
        eprintln!("{line}");
        let mut results = std::fs::OpenOptions::new().create(true).append(true).open(&options.results)?;
        writeln!(results, "{line}")?;
    }
    Ok(())
}

/// What tells one way of drawing from another.
fn signal(layout: &Layout, target: Target) -> String {
    let Layout { cell_px, patterns, level_bits, spread, hold, rate_32nds, .. } = layout;
    let repair = target.repair_ratio();
    format!(
        "{cell_px} px, {patterns} waves, {level_bits} bits, spread {spread}, hold {hold}, {rate_32nds}/32, repair {repair}"
    )
}

/// A random file that gives 10 to 12 seconds of video, at least 0.2 MB: an encoder's time goes with the seconds.
fn content(options: &Options, layout: &Layout, target: Target, file: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(file * 1000 + target as u64);
    let net =
        layout.body_bytes() as f64 * 30.0 / layout.pictures_per_body() as f64 / (1.0 + target.repair_ratio());
    let least = SIZE_BYTES_MIN.max((net * SECS_MIN) as usize);
    let size = options.size_bytes.unwrap_or(random.usize(least..least * 6 / 5));
    (0..size).map(|_| random.u8(..)).collect()
}

/// Writes the packed video and gives its seconds.
fn pack(layout: &Layout, target: Target, file: u64, content: &[u8], out: &Path) -> Result<f64, Failure> {
    let modulator = Modulator::new(*layout).ok_or("the layout has no header")?;
    let bodies = courier::bodies(layout, content, target.repair_ratio());
    let picture_count = bodies.len() * layout.pictures_per_body();
    let pictures = bodies.iter().enumerate().flat_map(|(number, body)| {
        let tag = FrameTag { file: file as u16, number: number as u32 };
        modulator.pictures(tag, body).unwrap_or_default()
    });
    let held = pictures.flat_map(|luma| std::iter::repeat_n(luma, usize::from(layout.hold)));
    // Stands for the card at both ends; without one at the end the last second is coded worse than the rest.
    let card =
        || std::iter::repeat_n(vec![126; layout.width as usize * layout.height as usize], CARD_PICTURES);
    let mut held = card().chain(held).chain(card());
    ffmpeg::write((layout.width, layout.height), out, || held.next())?;
    Ok((picture_count + 2 * CARD_PICTURES) as f64 / 30.0)
}

/// The rate asked for and the QMIN that gave a channel's cap, by target and channel: the next file begins with it.
type Rates = BTreeMap<(&'static str, &'static str), (f64, u32)>;

/// The video after its trip, and the rate it has.
fn send(
    channel: &Channel,
    (asked, qmin): &mut (f64, u32),
    master: &Path,
    work: &Path,
) -> Result<(PathBuf, f64), Failure> {
    let mut tries = 1..=TRIES_MAX;
    loop {
        let out = send_at(channel, (*asked, *qmin), master, work)?;
        let rate = std::fs::metadata(&out)?.len() as f64 * 8.0 / ffmpeg::probe(&out)?.2;
        let Some(cap) =
            channel.cap.filter(|cap| (rate / cap - 1.0).abs() > NEAR && channel.asks_for_a_rate())
        else {
            return Ok((out, rate));
        };
        if tries.next().is_none() {
            return Ok((out, rate));
        }
        if rate > cap && *qmin == 0 {
            *qmin = 45;
            continue;
        }
        *asked = (*asked * cap / rate).clamp(cap / 4.0, cap * 4.0);
    }
}

fn send_at(
    channel: &Channel,
    (rate, qmin): (f64, u32),
    master: &Path,
    work: &Path,
) -> Result<PathBuf, Failure> {
    let mut from = master.to_owned();
    for (index, (filters, encoder)) in channel.stages.iter().enumerate() {
        let to = work.join(format!("{}-{index}.mkv", channel.name));
        ffmpeg::convert(
            &from,
            filters,
            &encoder.replace("RATE", &format!("{rate:.0}")).replace("QMIN", &qmin.to_string()),
            &to,
        )?;
        from = to;
    }
    Ok(from)
}

/// Whether a rate is too far from the one that a cell is about.
fn is_off(rate: f64, cap: f64) -> bool {
    (rate / cap - 1.0).abs() > 0.15
}

fn receive(video: &Path) -> Result<Collector, Failure> {
    let (width, height, _) = ffmpeg::probe(video)?;
    let mut demodulator = Demodulator::new();
    let mut collector = Collector::default();
    ffmpeg::read(video, (width, height), |luma| {
        for frame in demodulator.push(luma, width, height) {
            collector.add(frame.decode());
        }
    })?;
    demodulator.finish().into_iter().for_each(|frame| collector.add(frame.decode()));
    Ok(collector)
}
