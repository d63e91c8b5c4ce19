//! What can be seen to make no sense before anything is opened.

use reel_types::Failure;

use crate::failure::usage;
use crate::params::{Format, Model, Params};
use crate::words::Backdrop;

pub(crate) fn check(params: &Params, source_count: usize) -> Result<(), Failure> {
    let more = [params.weights_source, params.background_source].into_iter().flatten().count();
    if source_count != 1 + more {
        return Err(usage("a film is made of one source", "make a job for each"));
    }
    let needs_weights = matches!(params.model, Model::Rvm | Model::Onnx);
    if needs_weights && params.weights_source.is_none() {
        return Err(usage(
            "this model is a file of yours, and none is named",
            "name it with --weights FILE.onnx; selfie and chroma need none",
        ));
    }
    if !needs_weights && params.weights_source.is_some() {
        return Err(usage("--weights is for --model rvm or onnx", "leave it out, or name the model"));
    }
    if params.key_colour.is_some() && params.model != Model::Chroma {
        return Err(usage("--key-colour is for --model chroma", "add --model chroma"));
    }
    if params.background.is_some() && params.format.is_some_and(|format| format != Format::Green) {
        return Err(usage(
            "with a background there is nothing transparent, and this format is made for that",
            "leave out --format, or leave out --background",
        ));
    }
    let is_picture = params.background == Some(Backdrop::Picture);
    if is_picture != params.background_source.is_some() {
        return Err(usage("the picture behind the people is missing", "name it with --background FILE"));
    }
    Ok(())
}
