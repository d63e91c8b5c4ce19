//! `reel models`: what networks are run from.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use reel_infer::{Contract, Model, ModelError, NewModel, Registry, Trial};
use serde::Serialize;

use crate::console::Console;
use crate::exit;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::table;
use crate::text::{bytes, shown};
use crate::wiring::{models, runtime_on_demand};

/// `reel models …`.
#[derive(Subcommand, Clone, Debug)]
pub enum ModelsVerb {
    /// List the models: which are here, what for, under which licence
    List,
    /// Read models again, compare their checksums, and run each once on the CPU
    Verify {
        /// Which ones [default: all that are here]
        #[arg(value_name = "MODEL")]
        models: Vec<String>,
    },
    /// Copy an ONNX file in, once it was seen to run
    ///
    /// It takes one picture of three channels and gives one matte, or it has the inputs and outputs of RVM. With --force
    /// it replaces another of that name.
    Add(AddArgs),
}

/// `reel models add`.
#[derive(Args, Clone, Debug)]
pub struct AddArgs {
    /// What to call it
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Its ONNX file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Its licence, for your own records
    #[arg(long, value_name = "LICENCE", default_value = "unknown")]
    pub licence: String,
    /// Where it comes from [default: its path]
    #[arg(long, value_name = "SOURCE")]
    pub source: Option<String>,
}

/// A line of type `model`.
#[derive(Serialize)]
struct ModelRecord<'a> {
    r#type: &'static str,
    name: &'a str,
    purpose: &'a str,
    licence: &'a str,
    source: &'a str,
    state: &'static str,
    builtin: bool,
    path: Option<String>,
    sha256: Option<&'a str>,
    size_bytes: Option<u64>,
    contract: Option<Contract>,
    inputs: Option<&'a [String]>,
    fault: Option<&'a str>,
}

/// A line of type `verified`.
#[derive(Serialize)]
struct VerifiedRecord<'a> {
    r#type: &'static str,
    name: &'a str,
    ok: bool,
    contract: Option<Contract>,
    worst: Option<f32>,
    error: Option<&'a Problem>,
}

/// Does one of the verbs, and answers with the exit code.
///
/// # Errors
/// No model is called so; ONNX Runtime is missing; the file of a new model will not do.
pub fn run(console: &Console, settings: &Settings, verb: ModelsVerb) -> Result<u8, Problem> {
    let registry = models(settings)?;
    match verb {
        ModelsVerb::List => {
            list(console, settings, &registry.list());
            Ok(exit::DONE)
        }
        ModelsVerb::Verify { models } => verify(console, settings, &registry, models),
        ModelsVerb::Add(args) => add(console, settings, &registry, args),
    }
}

fn list(console: &Console, settings: &Settings, models: &[Model]) {
    if settings.json {
        models.iter().for_each(|model| console.data(&model_line(model)));
        return;
    }
    let mut rows = vec![["MODEL", "STATE", "SIZE", "LICENCE", "SORT", "FOR"].map(str::to_owned).to_vec()];
    for model in models {
        let card = model.here.as_ref().map(|(_, card)| card);
        rows.push(vec![
            model.name.clone(),
            state(model).to_owned(),
            card.map_or_else(String::new, |card| bytes(card.size_bytes)),
            model.licence.clone(),
            card.map_or_else(String::new, |card| card.contract.as_str().to_owned()),
            model.purpose.clone(),
        ]);
    }
    table::lines(&rows).iter().for_each(|line| console.data(line));
    if !settings.quiet && models.iter().any(|model| model.is_builtin && model.here.is_none()) {
        console.say("scripts/models brings those that are absent");
    }
}

fn verify(
    console: &Console,
    settings: &Settings,
    registry: &Registry,
    named: Vec<String>,
) -> Result<u8, Problem> {
    let runtime = runtime_on_demand(settings);
    let runtime = runtime.get().map_err(|error| Problem::from(error.failure()))?;
    let here = |model: &Model| model.here.is_some() || model.fault.is_some();
    let names = if named.is_empty() {
        registry.list().into_iter().filter(here).map(|model| model.name).collect()
    } else {
        named
    };
    if names.is_empty() && !settings.quiet {
        console.say("no model is here; scripts/models brings some");
    }
    let mut codes = Vec::new();
    for name in names {
        let verified = registry.verify(runtime, &name).map_err(refused);
        codes.extend(verified.as_ref().err().map(|problem| problem.kind.exit_code()));
        tell_verified(console, settings, &name, &verified);
    }
    Ok(codes.into_iter().next().unwrap_or(exit::DONE))
}

fn tell_verified(console: &Console, settings: &Settings, name: &str, verified: &Result<Trial, Problem>) {
    if settings.json {
        let trial = verified.as_ref().ok();
        console.data(&line(&VerifiedRecord {
            r#type: "verified",
            name,
            ok: trial.is_some(),
            contract: trial.map(|trial| trial.contract),
            worst: trial.and_then(|trial| trial.worst),
            error: verified.as_ref().err(),
        }));
        return;
    }
    match verified {
        Ok(Trial { worst: Some(worst), .. }) => {
            console.data(&format!("{name}  ok, {worst:.1e} from its stored output"));
        }
        Ok(trial) => console.data(&format!("{name}  ok, runs as {}", trial.contract.as_str())),
        Err(problem) => {
            console.data(&format!("{name}  {problem}"));
            if let Some(hint) = &problem.hint {
                console.say(&format!("hint: {hint}"));
            }
        }
    }
}

fn add(console: &Console, settings: &Settings, registry: &Registry, args: AddArgs) -> Result<u8, Problem> {
    let runtime = runtime_on_demand(settings);
    let runtime = runtime.get().map_err(|error| Problem::from(error.failure()))?;
    let AddArgs { name, file, licence, source } = args;
    let source =
        source.unwrap_or_else(|| shown(&std::path::absolute(&file).unwrap_or_else(|_| file.clone())));
    let new = NewModel { name, file, licence, source, replace: settings.force };
    let card = registry.add(runtime, &new).map_err(refused)?;
    if settings.json {
        let added = registry.list().into_iter().find(|model| model.name == card.name);
        added.iter().for_each(|model| console.data(&model_line(model)));
    } else if !settings.quiet {
        console.data(&format!("{}  {}, {}", card.name, card.contract.as_str(), bytes(card.size_bytes)));
    }
    Ok(exit::DONE)
}

fn refused(error: ModelError) -> Problem {
    error.failure().into()
}

fn state(model: &Model) -> &'static str {
    match (&model.fault, &model.here) {
        (Some(_), _) => "damaged",
        (None, Some(_)) => "here",
        (None, None) => "absent",
    }
}

fn model_line(model: &Model) -> String {
    let (path, card) = model.here.as_ref().map(|(path, card)| (path, card)).unzip();
    line(&ModelRecord {
        r#type: "model",
        name: &model.name,
        purpose: &model.purpose,
        licence: &model.licence,
        source: &model.source,
        state: state(model),
        builtin: model.is_builtin,
        path: path.map(|path| path.to_string_lossy().into_owned()),
        sha256: card.map(|card| card.sha256.as_str()),
        size_bytes: card.map(|card| card.size_bytes),
        contract: card.map(|card| card.contract),
        inputs: card.map(|card| card.inputs.as_slice()),
        fault: model.fault.as_deref(),
    })
}

fn line(record: &impl Serialize) -> String {
    // A record of texts and numbers always has a JSON form.
    serde_json::to_string(record).unwrap_or_default()
}
