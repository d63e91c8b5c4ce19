//! The folder of the models: finding, adding, verifying.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use reel_types::shown;
use sha2::{Digest, Sha256};

use super::builtin::{self, BUILTINS, Builtin};
use super::card::{Card, is_name};
use super::error::ModelError;
use super::trial::{Fault, Trial, try_out};
use crate::error::InferError;
use crate::network::Source;
use crate::runtime::Runtime;

/// No model is larger: a file of the ONNX format cannot be.
const SIZE_BYTES_MAX: u64 = 2 << 30;

/// The models in a data folder.
#[derive(Clone, Debug)]
pub struct Registry {
    folder: PathBuf,
}

/// One model: where it is if it is here, and what is known of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Model {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Under which licence it is given out.
    pub licence: String,
    /// Where it comes from.
    pub source: String,
    /// It is one that set-up makes.
    pub is_builtin: bool,
    /// Its file and its card, if both are here.
    pub here: Option<(PathBuf, Card)>,
    /// What is wrong with its card.
    pub fault: Option<String>,
}

/// A model that somebody wants to add.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewModel {
    /// What it is to be called.
    pub name: String,
    /// Its ONNX file.
    pub file: PathBuf,
    /// Its licence, as whoever adds it knows it.
    pub licence: String,
    /// Where it comes from.
    pub source: String,
    /// Replace another of that name.
    pub replace: bool,
}

impl Registry {
    /// The models within this data folder. Nothing is looked at here.
    pub fn new(data: &Path) -> Self {
        Self { folder: data.join("models") }
    }

    /// The folder of the files and their cards.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All that are known: those that set-up makes, here or not, then those that were added, by name.
    pub fn list(&self) -> Vec<Model> {
        let mut models: Vec<Model> = BUILTINS.iter().map(|builtin| self.builtin(builtin)).collect();
        let mut added: Vec<String> = fs::read_dir(&self.folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                entry.ok()?.file_name().into_string().ok()?.strip_suffix(".json").map(str::to_owned)
            })
            .filter(|name| is_name(name) && builtin::find(name).is_none())
            .collect();
        added.sort();
        models.extend(added.iter().filter_map(|name| self.added(name)));
        models
    }

    /// The file of a model and what is known of it. The file is there; [`Registry::verify`] says whether it is whole.
    ///
    /// # Errors
    /// Nobody has heard of it, or it is not here: each a missing part, with the command that helps.
    pub fn find(&self, name: &str) -> Result<(PathBuf, Card), ModelError> {
        let model = match builtin::find(name) {
            Some(builtin) => Some(self.builtin(builtin)),
            None if is_name(name) => self.added(name),
            None => None,
        };
        let model = model.ok_or_else(|| ModelError::Unknown {
            name: name.to_owned(),
            known: self.list().iter().map(|model| model.name.as_str()).collect::<Vec<_>>().join(", "),
        })?;
        if let Some(detail) = model.fault {
            return Err(ModelError::Damaged { name: name.to_owned(), detail });
        }
        model.here.ok_or_else(|| ModelError::NotHere { name: name.to_owned() })
    }

    /// Copies a network in, once it was loaded and run. The same again changes nothing but what is said of it.
    ///
    /// # Errors
    /// A name that cannot be or is taken; a file that cannot be read, is no network or of no use; a folder that cannot be used.
    pub fn add(&self, runtime: &Runtime, new: &NewModel) -> Result<Card, ModelError> {
        if !is_name(&new.name) {
            return Err(ModelError::Name { name: new.name.clone() });
        }
        let taken = || ModelError::Taken { name: new.name.clone() };
        if builtin::find(&new.name).is_some() {
            return Err(taken());
        }
        let bytes = read_bounded(&new.file)
            .map_err(|source| ModelError::Unreadable { path: new.file.clone(), source })?;
        let sha256 = hex(&Sha256::digest(&bytes));
        let other = |card: &Card| card.sha256 != sha256;
        let before = self.added(&new.name);
        let is_other =
            before.as_ref().is_some_and(|model| model.here.as_ref().is_none_or(|(_, card)| other(card)));
        if is_other && !new.replace {
            return Err(taken());
        }
        let trial = try_out(runtime, Source::Bytes(&bytes), None).map_err(|fault| match fault {
            // It was loaded from memory, so the library has no name for it.
            Fault::Infer(InferError::NotANetwork { detail, .. }) => {
                InferError::NotANetwork { name: shown(&new.file), detail }.into()
            }
            Fault::Infer(error) => ModelError::Infer(error),
            Fault::Contract(seen) | Fault::Outputs(seen) => {
                ModelError::NoContract { path: new.file.clone(), seen }
            }
        })?;
        let card = Card {
            name: new.name.clone(),
            purpose: "added by hand".to_owned(),
            licence: new.licence.clone(),
            source: new.source.clone(),
            file: format!("{sha256}.onnx"),
            sha256,
            size_bytes: bytes.len() as u64,
            contract: trial.contract,
            inputs: trial.inputs,
        };
        self.put(&card.file, &bytes)?;
        let text = serde_json::to_vec_pretty(&card).unwrap_or_default();
        self.put(&format!("{}.json", card.name), &text)?;
        if let Some((path, former)) = before.and_then(|model| model.here) {
            self.forget(&path, &former);
        }
        Ok(card)
    }

    /// Reads a model's file again, compares it with its card, and runs it once on the CPU.
    ///
    /// # Errors
    /// As [`Registry::find`]; it is not what its card says; it cannot be loaded; its output is not the stored one.
    pub fn verify(&self, runtime: &Runtime, name: &str) -> Result<Trial, ModelError> {
        let (path, card) = self.find(name)?;
        let damaged = |detail: String| ModelError::Damaged { name: name.to_owned(), detail };
        let bytes =
            read_bounded(&path).map_err(|source| ModelError::Folder { path: path.clone(), source })?;
        if bytes.len() as u64 != card.size_bytes {
            return Err(damaged(format!("{} bytes, and should be {}", bytes.len(), card.size_bytes)));
        }
        let sha256 = hex(&Sha256::digest(&bytes));
        if sha256 != card.sha256 {
            return Err(damaged(format!("its SHA-256 is {sha256}")));
        }
        let trial =
            try_out(runtime, Source::Bytes(&bytes), builtin::find(name)).map_err(|fault| match fault {
                Fault::Infer(error) => ModelError::Infer(error),
                Fault::Contract(seen) | Fault::Outputs(seen) => damaged(seen),
            })?;
        if trial.contract != card.contract {
            return Err(damaged(format!("it is of the sort {}", trial.contract.as_str())));
        }
        Ok(trial)
    }

    /// Removes a file that no card names any more.
    fn forget(&self, path: &Path, former: &Card) {
        let names_it = |model: &Model| model.here.as_ref().is_some_and(|(_, card)| card.file == former.file);
        if !self.list().iter().any(names_it) {
            // A file too many harms nobody.
            let _ = fs::remove_file(path);
        }
    }

    fn builtin(&self, builtin: &Builtin) -> Model {
        let (here, fault) = self.card(builtin.name);
        Model {
            name: builtin.name.to_owned(),
            purpose: builtin.purpose.to_owned(),
            licence: builtin.licence.to_owned(),
            source: here.as_ref().map_or_else(|| builtin.source.to_owned(), |(_, card)| card.source.clone()),
            is_builtin: true,
            here,
            fault,
        }
    }

    fn added(&self, name: &str) -> Option<Model> {
        let (here, fault) = self.card(name);
        if here.is_none() && fault.is_none() {
            return None;
        }
        let (purpose, licence, source) = here.as_ref().map_or_else(Default::default, |(_, card)| {
            (card.purpose.clone(), card.licence.clone(), card.source.clone())
        });
        Some(Model { name: name.to_owned(), purpose, licence, source, is_builtin: false, here, fault })
    }

    /// The file and the card, or what is wrong; neither where there is no card.
    fn card(&self, name: &str) -> (Option<(PathBuf, Card)>, Option<String>) {
        let path = self.folder.join(format!("{name}.json"));
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (None, None),
            Err(error) => return (None, Some(format!("{}: {error}", shown(&path)))),
        };
        match Card::parse(name, &text) {
            Err(detail) => (None, Some(format!("{}: {detail}", shown(&path)))),
            Ok(card) => {
                let file = self.folder.join(&card.file);
                if file.is_file() {
                    (Some((file, card)), None)
                } else {
                    (None, Some(format!("{} is gone", shown(&file))))
                }
            }
        }
    }

    /// Whole or not at all, also where the power goes.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), ModelError> {
        let path = self.folder.join(name);
        let put = || {
            fs::create_dir_all(&self.folder)?;
            let mut part = tempfile::NamedTempFile::new_in(&self.folder)?;
            part.write_all(bytes)?;
            part.as_file().sync_all()?;
            part.persist(&path)?;
            File::open(&self.folder)?.sync_all()
        };
        put().map_err(|source| ModelError::Folder { path, source })
    }
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    if !path.is_file() {
        // Of what is there, a pipe would be waited for.
        fs::metadata(path)?;
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(SIZE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > SIZE_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 2 GiB"));
    }
    Ok(bytes)
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
