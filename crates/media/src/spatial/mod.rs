//! How the pictures of a film lie around the viewer: which eye sees what, and which part of a sphere.

mod matroska;
mod mp4;
mod name;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::MediaError;
use crate::formats::{Container, sniff};

/// Where the two eyes are in one picture.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stereo {
    /// One picture for both eyes.
    Mono,
    /// Left eye left, right eye right.
    SideBySide,
    /// Right eye left, left eye right.
    SideBySideSwapped,
    /// Left eye on top.
    TopBottom,
    /// Right eye on top.
    TopBottomSwapped,
}

/// Which surface the picture covers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectionKind {
    /// A flat screen.
    Rectangular,
    /// A sphere, or the part of it that is left when these shares are cut off.
    Equirectangular(Bounds),
    /// A cube.
    Cubemap,
    /// A mesh that the file brings along.
    Mesh,
    /// A fisheye lens that sees so many degrees.
    Fisheye {
        /// Degrees from edge to edge, for example 190.
        degrees: u16,
    },
}

/// What of a whole sphere is not in the picture, each side as a share of the whole in units of 2⁻³².
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize)]
pub struct Bounds {
    /// From the top.
    pub top: u32,
    /// From the bottom.
    pub bottom: u32,
    /// From the left.
    pub left: u32,
    /// From the right.
    pub right: u32,
}

impl Bounds {
    /// The half of the sphere that lies ahead: a quarter is missing left and right.
    pub const HALF: Self = Self { top: 0, bottom: 0, left: 1 << 30, right: 1 << 30 };
}

/// How the film is turned against the viewer, in degrees.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Pose {
    /// Around the upright axis.
    pub yaw_degrees: f64,
    /// Around the axis from left to right.
    pub pitch_degrees: f64,
    /// Around the axis of view.
    pub roll_degrees: f64,
}

/// The surface, and how it is turned.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Projection {
    /// Which surface.
    pub kind: ProjectionKind,
    /// How it is turned.
    pub pose: Pose,
}

/// What a file tells of both; nothing where it tells nothing.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Spatial {
    /// Where the eyes are.
    pub stereo: Option<Stereo>,
    /// Which surface.
    pub projection: Option<Projection>,
}

impl Spatial {
    /// What the file itself tells; what it leaves open is taken from its name, as players of such films do
    /// (`_180_sbs`, `_LR`, `_TB`, `_FISHEYE190`).
    ///
    /// # Errors
    /// [`MediaError::Unreadable`] and those of an unknown format. Damaged boxes count as untold.
    pub fn of_file(path: &Path) -> Result<Self, MediaError> {
        let told = Self::told_by(path)?;
        let name = path.file_stem().map(|stem| Self::of_name(&stem.to_string_lossy())).unwrap_or_default();
        Ok(Self { stereo: told.stereo.or(name.stereo), projection: told.projection.or(name.projection) })
    }

    /// What the file itself tells, whatever its name.
    ///
    /// # Errors
    /// As [`Spatial::of_file`].
    pub fn told_by(path: &Path) -> Result<Self, MediaError> {
        Ok(match sniff(path)? {
            Container::Mov => mp4::read(path).unwrap_or_default(),
            Container::Matroska => matroska::read(path).unwrap_or_default(),
            _ => Self::default(),
        })
    }

    /// What a file's name tells, without its ending.
    pub fn of_name(stem: &str) -> Self {
        name::parse(stem)
    }

    /// Whether anything is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
