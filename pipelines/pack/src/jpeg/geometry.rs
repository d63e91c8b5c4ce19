//! How many payload bytes a picture of some size holds.

use serde::{Deserialize, Serialize};

use super::error::WriteError;
use super::group::{GROUP_BLOCK_COUNT, GROUP_BYTES_FORM_A, GROUP_BYTES_FORM_B};

/// Pixels of the shortest side.
pub const SIDE_MIN: u32 = 16;

/// Pixels of the longest side.
pub const SIDE_MAX: u32 = 16_384;

/// How much colour a picture has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Chroma {
    /// A MCU is 16×16 pixels: 4 luma blocks, 1 of each colour. Every player shows it.
    #[serde(rename = "420")]
    C420,
    /// A MCU is 8×8 pixels: 1 block of each. Twice the payload for the same picture size.
    #[serde(rename = "444")]
    C444,
}

impl Chroma {
    /// Pixels on each side of a MCU.
    pub fn mcu_side(self) -> u32 {
        match self {
            Self::C420 => 16,
            Self::C444 => 8,
        }
    }

    /// Blocks of 8×8 in a MCU.
    pub fn mcu_block_count(self) -> u32 {
        match self {
            Self::C420 => 6,
            Self::C444 => 3,
        }
    }
}

/// Size and colour of a picture, and what follows from them.
///
/// A row of MCUs carries whole groups of 6 blocks. MCUs that hang over the right or the lower edge carry nothing, since
/// lossless tools empty those of their blocks that no pixel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Geometry {
    /// Pixels, [`SIDE_MIN`] to [`SIDE_MAX`].
    pub width: u32,
    /// Pixels, [`SIDE_MIN`] to [`SIDE_MAX`].
    pub height: u32,
    /// Colour.
    pub chroma: Chroma,
}

impl Geometry {
    /// The geometry, when both sides are within bounds.
    ///
    /// # Errors
    /// [`WriteError::Size`].
    pub fn new(width: u32, height: u32, chroma: Chroma) -> Result<Self, WriteError> {
        let sides = SIDE_MIN..=SIDE_MAX;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(WriteError::Size { width, height });
        }
        Ok(Self { width, height, chroma })
    }

    /// MCUs side by side, one that hangs over the edge included.
    pub fn mcus_per_row(self) -> u32 {
        self.width.div_ceil(self.chroma.mcu_side())
    }

    /// Rows of MCUs, one that hangs over the edge included.
    pub fn mcu_row_count(self) -> u32 {
        self.height.div_ceil(self.chroma.mcu_side())
    }

    /// Blocks of 8×8 in a row of MCUs.
    pub fn blocks_per_row(self) -> u32 {
        self.mcus_per_row() * self.chroma.mcu_block_count()
    }

    /// Blocks of 8×8 in the picture, all components.
    pub fn block_count(self) -> u64 {
        u64::from(self.blocks_per_row()) * u64::from(self.mcu_row_count())
    }

    /// Groups in a row of MCUs.
    pub fn groups_per_row(self) -> u32 {
        self.width / self.chroma.mcu_side() * self.chroma.mcu_block_count() / GROUP_BLOCK_COUNT as u32
    }

    /// Rows of MCUs that carry groups when there is no card.
    pub fn payload_row_count(self) -> u32 {
        self.height / self.chroma.mcu_side()
    }

    /// Groups in a picture without a card.
    pub fn group_count(self) -> u64 {
        self.group_count_below(0)
    }

    /// Groups below a card of `card_rows` rows of MCUs.
    pub fn group_count_below(self, card_rows: u32) -> u64 {
        u64::from(self.groups_per_row()) * u64::from(self.payload_row_count().saturating_sub(card_rows))
    }

    /// Body bytes of a picture without a card when every group finds one key, which random data nearly always does.
    pub fn capacity_bytes(self) -> u64 {
        self.group_count() * GROUP_BYTES_FORM_A as u64
    }

    /// Body bytes that fit below a card of `card_rows` rows of MCUs (0: no card), whatever the bytes are.
    pub fn capacity_bytes_worst(self, card_rows: u32) -> u64 {
        self.group_count_below(card_rows) * GROUP_BYTES_FORM_B as u64
    }
}
