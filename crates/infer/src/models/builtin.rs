//! The models that set-up makes: those that are free to give out.

/// One of them, as it is known before it is here.
pub(super) struct Builtin {
    pub(super) name: &'static str,
    pub(super) purpose: &'static str,
    pub(super) licence: &'static str,
    pub(super) source: &'static str,
    /// A drawn picture and what the network makes of it, from a calculation of its own.
    pub(super) vectors: &'static str,
}

const SOURCE: &str = "npm:@mediapipe/selfie_segmentation, converted by tools/selfie_to_onnx.py";

pub(super) const BUILTINS: [Builtin; 2] = [
    Builtin {
        name: "selfie",
        purpose: "people near the camera, upright pictures",
        licence: "Apache-2.0",
        source: SOURCE,
        vectors: include_str!("../../../../tools/selfie.vectors.json"),
    },
    Builtin {
        name: "selfie-landscape",
        purpose: "people near the camera, wide pictures; faster",
        licence: "Apache-2.0",
        source: SOURCE,
        vectors: include_str!("../../../../tools/selfie-landscape.vectors.json"),
    },
];

/// The one of this name.
pub(super) fn find(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name == name)
}
