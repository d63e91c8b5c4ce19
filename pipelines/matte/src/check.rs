//! What can be seen to make no sense before anything is opened.

use reel_infer::Registry;
use reel_types::Failure;

use crate::added::{self, AddedNetwork};
use crate::failure::usage;
use crate::params::{Format, Model, Params};
use crate::words::Backdrop;

pub(crate) fn check(params: &Params, source_count: usize, registry: &Registry) -> Result<(), Failure> {
    let more = [params.weights_source, params.background_source].into_iter().flatten().count();
    if source_count != 1 + more {
        return Err(usage("a film is made of one source", "make a job for each"));
    }
    check_words(params, registry).map(drop)
}

/// The same without the sources: not every way to a job asks before it is made. The added network that is named.
pub(crate) fn check_words(params: &Params, registry: &Registry) -> Result<Option<AddedNetwork>, Failure> {
    let needs_weights = matches!(params.model, Model::Rvm | Model::Onnx);
    let is_named = params.network.is_some();
    if needs_weights && params.weights_source.is_none() && !is_named {
        return Err(usage(
            "this model is a network of yours, and none is named",
            "name its file with --weights FILE.onnx, or one that was added with --network NAME; selfie and chroma need none",
        ));
    }
    if !needs_weights && (params.weights_source.is_some() || is_named) {
        return Err(usage(
            "--weights and --network are for --model rvm or onnx",
            "leave them out, or name the model",
        ));
    }
    if is_named && params.weights_source.is_some() {
        return Err(usage("--weights and --network both name the network", "leave one of them out"));
    }
    if params.key_colour.is_some() && params.model != Model::Chroma {
        return Err(usage("--key-colour is for --model chroma", "add --model chroma"));
    }
    let is_transparent = params.format.is_some_and(|format| format != Format::Green);
    if params.background.is_some() && is_transparent && !params.preview {
        return Err(usage(
            "with a background there is nothing transparent, and this format is made for that",
            "leave out --format, or leave out --background",
        ));
    }
    let is_picture = params.background == Some(Backdrop::Picture);
    if is_picture != params.background_source.is_some() {
        return Err(usage("the picture behind the people is missing", "name it with --background FILE"));
    }
    added::named(params, registry)
}
