//! One line of the fake's log.

/// One call of the fake FFmpeg.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// `CUDA_VISIBLE_DEVICES`.
    pub device: Option<String>,
    /// The NVENC encoder that was asked for, `nvdec` for a job that only decodes on a GPU; none for everything else.
    pub encoder: Option<String>,
    /// It read `-f lavfi` and asked for an NVENC encoder, or tried a decoder.
    pub is_probe: bool,
    /// The fault that it met.
    pub fault: Option<String>,
    /// Its arguments.
    pub args: Vec<String>,
}

impl Call {
    /// Fields are parted by tabs, arguments by the unit separator.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut fields = line.splitn(5, '\t');
        let mut field = || fields.next().map(|text| Some(text.to_owned()).filter(|text| text != "-"));
        let (device, encoder, kind, fault) = (field()?, field()?, field()?, field()?);
        let args = fields.next()?.split('\u{1f}').filter(|arg| !arg.is_empty()).map(str::to_owned).collect();
        Some(Self { device, encoder, is_probe: kind.as_deref() == Some("probe"), fault, args })
    }

    /// The value after this option.
    pub fn value_of(&self, option: &str) -> Option<&str> {
        let at = self.args.iter().position(|arg| arg == option)?;
        self.args.get(at + 1).map(String::as_str)
    }
}
