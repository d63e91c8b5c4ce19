//! Children that die, stop, exit badly, end too early, write rubbish, or never begin.

use std::path::PathBuf;

use reel_matte::{Format, Params, Patience};
use reel_testkit::clips;

use crate::case::{Case, Dice, GRACE, PATIENCE, Tally, count};
use crate::fake::{Fake, Fault, Moment, Role};
use crate::scene::Scene;

const FAULTS: [Fault; 7] =
    [Fault::Dies, Fault::Stops, Fault::Exits, Fault::Quits, Fault::Rubbish, Fault::Sleeps, Fault::Chatters];

/// 128x96, two seconds, with sound.
fn clip() -> PathBuf {
    let picture = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=30:duration=2"];
    let sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"];
    clips::made(
        "faults_children.mp4",
        &[&picture[..], &sound, &["-c:v", "libx264", "-preset", "veryfast"]].concat(),
    )
}

fn change(params: &mut Params) {
    params.format = Some(Format::Webm);
}

/// The result of a job that nothing happened to.
fn undisturbed() -> Vec<u8> {
    let scene = Scene::new();
    std::fs::read(scene.matte(&clip(), change).output()).unwrap()
}

/// The cases of a role begin at another fault each, so that few cases already meet all faults.
fn case(role: Role, index: usize) -> (Fault, Moment) {
    let mut dice = Dice::new(role as usize * 100 + index);
    let fault = FAULTS[([0, 3, 6, 1, 3, 5][role as usize] + index) % FAULTS.len()];
    let bytes = [0, 40, 5_000, 200_000, 600_000][dice.below(5) as usize];
    (fault, Moment { always: index.is_multiple_of(2), bytes })
}

/// A job that meets the fault. A healthy child that a busy machine keeps from running for so long is taken for dead too; where that ends
/// the job before it meets the fault, there is another.
fn met(role: Role, fault: Fault, moment: Moment, name: &str) -> (Fake, Scene, Case) {
    let mut tries = 0;
    loop {
        tries += 1;
        let fake = Fake::new(role, fault, moment);
        let scene = Scene::with(Some(&fake.path()), Patience::of(PATIENCE));
        let source = scene.folder().join("film.mp4");
        std::fs::copy(clip(), &source).unwrap();
        let mut case = Case::run(name.to_owned(), &scene, &[&source], change);
        if fake.is_met() || tries == 4 {
            // The last attempt met it only where each does; what follows a result is work.
            let is_failed = case.ended.as_ref().is_none_or(|ended| ended.output.is_none());
            case.verdict = fake.met_ago().filter(|_| moment.always && is_failed).unwrap_or_default();
            return (fake, scene, case);
        }
    }
}

/// Runs the cases of one role.
fn check(role: Role, few: usize, all: usize) {
    let whole = undisturbed();
    let mut tally = Tally::new(role.as_str());
    for index in 0..count(few, all) {
        let (fault, moment) = case(role, index);
        let name = format!("{role:?} {index}: {fault:?} {moment:?}");
        let (fake, scene, case) = met(role, fault, moment, &name);
        tally.take(&case, Some(PATIENCE + GRACE), &[scene.folder(), fake.folder()]);
        if !fake.is_met() {
            tally.problem(&case, "the fault was never met".to_owned());
        }
        // A decoder that ends early and says that all is well is like a source that ends early.
        let may_be_short = role == Role::Decoder && fault == Fault::Quits;
        let output = case.ended.as_ref().and_then(|ended| ended.output.as_ref());
        let result = output.map(|output| std::fs::read(output).unwrap());
        if result.is_some_and(|result| result != whole) && !may_be_short {
            tally.problem(&case, "the result is another than without the fault".to_owned());
        }
    }
    tally.end();
}

#[test]
fn decoders_that_fail_are_replaced_or_named() {
    check(Role::Decoder, 3, 12);
}

#[test]
fn encoders_of_colours_that_fail_are_replaced_or_named() {
    check(Role::Colour, 3, 11);
}

#[test]
fn encoders_of_the_matte_that_fail_are_replaced_or_named() {
    check(Role::Alpha, 2, 11);
}

#[test]
fn encoders_of_sound_that_fail_are_replaced_or_named() {
    check(Role::Sound, 2, 10);
}

#[test]
fn probes_that_fail_are_replaced_or_named() {
    check(Role::Probe, 2, 9);
}

#[test]
fn checks_of_the_result_that_fail_are_replaced_or_named() {
    check(Role::Check, 2, 9);
}
