//! What a packed video is made to survive.

use super::layout::{Canvas, Layout};

/// The channel that a video is packed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// A 1080p rendition of 10 Mbit/s or more.
    Hd1080At10M,
    /// A 1080p rendition of 4 Mbit/s.
    Hd1080At4M,
    /// A 720p rendition of 2 Mbit/s.
    Hd720At2M,
    /// A 480p rendition of 1 Mbit/s.
    Paranoid,
}

impl Target {
    /// Every target, the densest first.
    pub const ALL: [Self; 4] = [Self::Hd1080At10M, Self::Hd1080At4M, Self::Hd720At2M, Self::Paranoid];

    /// The name a person types.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hd1080At10M => "1080p-10M",
            Self::Hd1080At4M => "1080p-4M",
            Self::Hd720At2M => "720p-2M",
            Self::Paranoid => "paranoid",
        }
    }

    /// The target with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }

    /// Repair symbols for each source symbol that the outer code should add.
    pub fn repair_ratio(self) -> f64 {
        match self {
            Self::Hd1080At10M => 0.02,
            Self::Hd1080At4M => 0.03,
            Self::Hd720At2M | Self::Paranoid => 0.1,
        }
    }
}

impl Layout {
    /// The layout that was measured to be best for a target.
    pub fn for_target(target: Target) -> Self {
        let fine = |cell_px, patterns, level_bits, spread, hold, rate_32nds| Self {
            width: 1920,
            height: 1080,
            canvas: Canvas::Fine,
            cell_px,
            patterns,
            level_bits,
            spread,
            hold,
            rate_32nds,
        };
        match target {
            Target::Hd1080At10M => fine(8, 10, 3, 4, 4, 25),
            Target::Hd1080At4M => fine(16, 15, 3, 12, 5, 20),
            Target::Hd720At2M => fine(12, 3, 3, 12, 4, 14),
            Target::Paranoid => Self { canvas: Canvas::Coarse, ..fine(36, 6, 2, 12, 4, 20) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, Target};

    #[test]
    fn the_header_can_name_the_layout_of_every_target() {
        for target in Target::ALL {
            let layout = Layout::for_target(target);
            let bits = layout.to_bits().expect("nameable");
            assert_eq!(Layout::from_bits(layout.canvas, bits), Some(layout));
            assert_eq!(Target::from_name(target.name()), Some(target));
        }
    }

    #[test]
    fn a_body_fits_into_the_cells() {
        for target in Target::ALL {
            let layout = Layout::for_target(target);
            assert!(
                layout.part_count() * layout.code().coded_bits()
                    <= usize::from(layout.spread) * layout.picture_bits()
            );
            assert_eq!(layout.body_bytes(), layout.part_count() * layout.part_bytes());
        }
    }
}
