//! ONNX Runtime and the models, for the work that wants networks.

use super::check::{Check, State};
use crate::settings::Settings;
use crate::text::shown;
use crate::wiring::{models, runtime_on_demand};

const BRING: &str = "scripts/models brings it";

/// What needs none works without them.
pub(super) fn checks(settings: &Settings) -> Vec<Check> {
    let mut checks = vec![runtime(settings)];
    let Ok(registry) = models(settings) else { return checks };
    checks.extend(registry.list().into_iter().map(|model| {
        let name = format!("model {}", model.name);
        match (&model.fault, &model.here) {
            (Some(fault), _) => Check::new(name, State::Absent, format!("damaged: {fault}"))
                .with_bring("reel models verify says more"),
            (None, Some((path, card))) => {
                Check::new(name, State::Ok, format!("{}, {}", shown(path), card.licence))
            }
            (None, None) => Check::new(name, State::Absent, model.purpose).with_bring(BRING),
        }
    }));
    checks
}

fn runtime(settings: &Settings) -> Check {
    const NAME: &str = "ONNX Runtime";
    match runtime_on_demand(settings).get() {
        Ok(runtime) => Check::new(NAME, State::Ok, format!("loads, from {}", shown(runtime.path()))),
        Err(error) => {
            let failure = error.failure();
            let check = Check::new(NAME, State::Absent, failure.message);
            check.with_bring(failure.hint.unwrap_or_else(|| BRING.to_owned()))
        }
    }
}
