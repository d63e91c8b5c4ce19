//! What the whole video says about what it carries, as JSON.

use serde::{Deserialize, Serialize};

use super::{FileId, MetadataError};

/// Most bytes of the JSON.
pub const METADATA_BYTES_MAX: usize = 4096;
/// Highest share of repair symbols that a file may claim.
const REPAIR_RATIO_MAX: f64 = 4.0;

/// How the bytes are carried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// In the entropy-coded bytes of JPEG pictures.
    Archive,
    /// In cells of grey.
    Share,
    /// In cells of colour.
    Legacy,
}

/// By what repair symbols are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RepairCode {
    /// Reed-Solomon over 16 bits.
    ReedSolomon,
}

/// What the content is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContentKind {
    /// The bytes of one file.
    File,
    /// A tar stream of several.
    Tar,
}

/// The same in every frame of a video.
///
/// Plain files have `name`, `size` and `sha256`; encrypted ones have `sealed` in their place, and `key` with a passphrase.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Metadata {
    /// Of the format: 1.
    pub version: u32,
    /// How the bytes are carried.
    pub profile: Profile,
    /// Base name; no path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Bytes of the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Of the content, 64 lower-case hex digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What the content is.
    pub kind: ContentKind,
    /// Bytes of content in each block but the last.
    pub block_bytes: u32,
    /// Blocks of the whole content, over all parts.
    pub block_count: u32,
    /// Repair symbols for each source symbol, in whole millionths, as they are counted.
    pub repair_ratio: f64,
    /// By what repair symbols are made; RaptorQ where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_correction: Option<RepairCode>,
    /// How many colours the cells have, where the profile is `legacy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color_count: Option<u16>,
    /// Which of several videos this is, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// How many videos there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_count: Option<u32>,
    /// Base64 of an age file with name, size and SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    /// Base64 of an age file with the file's own key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Metadata {
    /// The bytes that stand in the frames. A name that makes them too long is cut, between characters.
    ///
    /// # Errors
    /// When a value is impossible, or it is too long without a name.
    pub fn to_bytes(&self) -> Result<Vec<u8>, MetadataError> {
        self.check()?;
        let mut cut = Self { repair_ratio: in_millionths(self.repair_ratio), ..self.clone() };
        loop {
            let json = serde_json::to_vec(&cut)?;
            let over = json.len().saturating_sub(METADATA_BYTES_MAX);
            let name = match cut.name.as_mut() {
                _ if over == 0 => return Ok(json),
                Some(name) => name,
                None => return Err(MetadataError::TooLong { bytes: json.len() }),
            };
            // An escaped byte takes at most six; cutting a sixth never cuts too much.
            name.truncate(name.floor_char_boundary(name.len().saturating_sub(over.div_ceil(6))));
            if name.is_empty() {
                return Err(MetadataError::TooLong { bytes: json.len() });
            }
        }
    }

    /// Reads and checks the bytes of a frame.
    ///
    /// # Errors
    /// When they are no metadata of version 1, or a value is impossible.
    pub fn parse(bytes: &[u8]) -> Result<Self, MetadataError> {
        if bytes.len() > METADATA_BYTES_MAX {
            return Err(MetadataError::TooLong { bytes: bytes.len() });
        }
        #[derive(Deserialize)]
        struct OfVersion {
            version: u32,
        }
        let OfVersion { version } = serde_json::from_slice(bytes)?;
        if version != 1 {
            return Err(MetadataError::Version { version });
        }
        let mut metadata: Self = serde_json::from_slice(bytes)?;
        metadata.check()?;
        metadata.repair_ratio = in_millionths(metadata.repair_ratio);
        Ok(metadata)
    }

    /// The id of the file whose metadata these bytes are.
    pub fn file_id(bytes: &[u8]) -> FileId {
        FileId::of(bytes)
    }

    fn check(&self) -> Result<(), MetadataError> {
        let field = |field, good: bool| if good { Ok(()) } else { Err(MetadataError::Field { field }) };
        if self.version != 1 {
            return Err(MetadataError::Version { version: self.version });
        }
        let plain = (self.name.is_some(), self.size.is_some(), self.sha256.is_some());
        let sealed = self.sealed.is_some();
        field(
            "name, size and sha256",
            plain == if sealed { (false, false, false) } else { (true, true, true) },
        )?;
        field("key", self.key.is_none() || sealed)?;
        field("name", self.name.as_ref().is_none_or(|name| !name.is_empty()))?;
        field("sha256", self.sha256.as_ref().is_none_or(|hex| is_sha256(hex)))?;
        field("block_bytes", self.block_bytes > 0)?;
        field("repair_ratio", (0.0..=REPAIR_RATIO_MAX).contains(&self.repair_ratio))?;
        let blocks = |size: u64| size.div_ceil(u64::from(self.block_bytes));
        field("block_count", self.size.is_none_or(|size| blocks(size) == u64::from(self.block_count)))?;
        field(
            "part",
            match (self.part, self.part_count) {
                (None, None) => true,
                (Some(part), Some(count)) => (1..=count).contains(&part),
                _ => false,
            },
        )
    }
}

/// Longer fractions are not always read as the number that was written.
fn in_millionths(ratio: f64) -> f64 {
    (ratio * 1e6).round() / 1e6
}

fn is_sha256(hex: &str) -> bool {
    hex.len() == 64 && hex.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}
