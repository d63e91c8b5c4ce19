//! Networks that the operator has added, which a job calls by name: never by a path.

use reel_infer::{Contract, ModelError, Registry};
use reel_types::{Failure, FailureKind};
use serde::{Deserialize, Serialize};

use crate::params::{Model, Params};

/// A network as it was when the job began.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AddedNetwork {
    /// What it is called.
    pub name: String,
    /// SHA-256 of its file: another one under the same name would go on otherwise than the chunks before.
    pub sha256: String,
}

/// The network that the parameters name; nothing where they name none.
///
/// # Errors
/// There is none of that name that does what the model asks for; which there are.
pub(crate) fn named(params: &Params, registry: &Registry) -> Result<Option<AddedNetwork>, Failure> {
    let Some(name) = &params.network else { return Ok(None) };
    let wanted = match params.model {
        Model::Rvm => Contract::Rvm,
        Model::Onnx => Contract::Image,
        Model::Selfie | Model::Chroma => return Ok(None),
    };
    let refused = |why: String| {
        let fitting: Vec<String> = registry
            .list()
            .into_iter()
            .filter(|model| model.here.as_ref().is_some_and(|(_, card)| card.contract == wanted))
            .map(|model| model.name)
            .collect();
        let there = if fitting.is_empty() { "none".to_owned() } else { fitting.join(", ") };
        Failure::new(FailureKind::Usage, format!("{why}; for this model there are: {there}"))
            .with_hint("whoever runs this machine adds one: reel models add NAME FILE")
    };
    match registry.find(name) {
        Ok((_, card)) if card.contract == wanted => {
            Ok(Some(AddedNetwork { name: card.name, sha256: card.sha256 }))
        }
        Ok((_, card)) => {
            Err(refused(format!("the network {name} is of the sort {}", card.contract.as_str())))
        }
        Err(ModelError::Unknown { .. }) => Err(refused(format!("no network is called {name}"))),
        // Its words may name a folder of this machine.
        Err(error) => {
            tracing::warn!(%error, "a network that a job names cannot be used");
            Err(refused(format!("the network {name} is damaged or not here")))
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A model's file and card, as adding it leaves them.
    pub(crate) fn put(data: &std::path::Path, name: &str, contract: &str, sha256: &str) {
        let models = data.join("models");
        std::fs::create_dir_all(&models).unwrap();
        std::fs::write(models.join(format!("{sha256}.onnx")), b"network").unwrap();
        let card = serde_json::json!({
            "name": name, "purpose": "", "licence": "", "source": "/home/somebody/a.onnx",
            "file": format!("{sha256}.onnx"), "sha256": sha256, "size_bytes": 7, "contract": contract, "inputs": [],
        });
        std::fs::write(models.join(format!("{name}.json")), card.to_string()).unwrap();
    }

    fn asked(model: Model, network: &str) -> Params {
        Params { model, network: Some(network.to_owned()), ..Params::default() }
    }

    fn registry() -> (tempfile::TempDir, Registry) {
        let data = tempfile::tempdir().unwrap();
        put(data.path(), "hair", "rvm", "aa");
        put(data.path(), "portraits", "image", "bb");
        put(data.path(), "rvm-large", "rvm", "cc");
        let registry = Registry::new(data.path());
        (data, registry)
    }

    #[test]
    fn a_network_is_called_by_its_name() {
        let (_data, registry) = registry();
        let found = named(&asked(Model::Rvm, "hair"), &registry).unwrap().unwrap();
        assert_eq!((found.name.as_str(), found.sha256.as_str()), ("hair", "aa"));
        assert!(named(&asked(Model::Onnx, "portraits"), &registry).unwrap().is_some());
        assert_eq!(named(&Params::default(), &registry), Ok(None));
    }

    #[test]
    fn what_is_not_there_is_refused_with_what_is() {
        let (data, registry) = registry();
        std::fs::remove_file(data.path().join("models/cc.onnx")).unwrap();
        let check = |model: Model, name: &str, said: &str| {
            let failure = named(&asked(model, name), &registry).unwrap_err();
            assert_eq!(failure.message, said);
            assert!(!failure.message.contains('/'), "it names no place of this machine");
        };
        check(Model::Rvm, "beard", "no network is called beard; for this model there are: hair");
        check(
            Model::Onnx,
            "hair",
            "the network hair is of the sort rvm; for this model there are: portraits",
        );
        check(
            Model::Rvm,
            "rvm-large",
            "the network rvm-large is damaged or not here; for this model there are: hair",
        );
        let empty = tempfile::tempdir().unwrap();
        let failure = named(&asked(Model::Rvm, "hair"), &Registry::new(empty.path())).unwrap_err();
        assert_eq!(failure.message, "no network is called hair; for this model there are: none");
    }

    #[test]
    fn a_path_is_no_name() {
        let (data, registry) = registry();
        std::fs::write(data.path().join("secret.json"), b"{}").unwrap();
        for name in ["../secret", "models/hair", "/etc/passwd", "hair.json", "", "HAIR"] {
            let failure = named(&asked(Model::Rvm, name), &registry).unwrap_err();
            assert!(failure.message.starts_with("no network is called"), "{name}: {}", failure.message);
        }
    }
}
