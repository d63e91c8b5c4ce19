//! What FFmpeg and the driver are known to say, each with the public place where it was seen.

use crate::fault::FaultClass;

/// One thing that is said.
#[derive(PartialEq, Eq, Debug)]
pub struct KnownFault {
    /// All of these appear (letter case aside).
    pub texts: &'static [&'static str],
    /// What it means.
    pub class: FaultClass,
    /// Encoder options without which the same device may do it.
    pub drop_options: &'static [&'static str],
    /// A public place that shows it: `project#issue` or `project: file`.
    pub source: &'static str,
}

const fn row(
    texts: &'static [&'static str],
    class: FaultClass,
    drop_options: &'static [&'static str],
    source: &'static str,
) -> KnownFault {
    KnownFault { texts, class, drop_options, source }
}

/// First match wins: `No capable devices found` is the last line of many failures and says least, so it stands last.
pub const KNOWN_FAULTS: &[KnownFault] = &[
    row(&["Cannot load libcuda.so.1"], FaultClass::Absent, &[], "FFmpeg: libavcodec/nvenc.c"),
    row(&["No capable devices found"], FaultClass::Cannot, &[], "FFmpeg: libavcodec/nvenc.c"),
];

/// The first row that fits.
pub(crate) fn known_fault(said: &str) -> Option<&'static KnownFault> {
    let said = said.to_ascii_lowercase();
    KNOWN_FAULTS.iter().find(|known| known.texts.iter().all(|text| said.contains(&text.to_ascii_lowercase())))
}
