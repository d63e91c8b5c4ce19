//! Any network that makes a matte of one picture, from a person's file: one image in, one plane out, found by their shapes.

use std::sync::Arc;

use reel_engine::{RunContext, RunError};
use reel_infer::{ElementKind, Network, Port, View, Watch, f16};
use reel_types::{Failure, FailureKind};

use super::networks::{Networks, brought, floats, infer_error, ran_on, watch};
use super::rgb::{Converter, alpha_bytes};
use super::{Backend, Finish, RanOn};
use crate::finish::finish_alpha;
use crate::look::Look;
use crate::patience::Patience;
use crate::picture::Picture;
use crate::resize;

/// The side for a network that takes any: most were trained at 512 or 1024 pixels.
const SIDE_FREE: usize = 1024;
/// Sides that networks of free size can halve several times.
const SIDE_STEP: usize = 32;

pub(super) struct Image {
    network: Network,
    input: String,
    output: String,
    is_half: bool,
    /// Height and width it wants; nothing where any will do.
    size: (Option<usize>, Option<usize>),
    converter: Converter,
    watch: Watch,
}

impl Image {
    pub(super) fn open(
        networks: &Networks,
        look: &Look,
        patience: &Patience,
        cx: &RunContext<'_>,
    ) -> Result<Self, RunError> {
        let eye = look.eye_size();
        let wish = networks.wish(look, look.threads as usize, 1, free_size(eye.0, eye.1));
        let (network, named) = brought(networks, look, &wish, cx)?;
        let unfit = |what: &str| {
            let failure =
                Failure::new(FailureKind::Input, format!("{named} makes no matte of one picture: {what}"));
            RunError::from(failure.with_hint("`reel models add` says what a network takes and gives"))
        };
        let [input] = network.inputs() else { return Err(unfit("it has several inputs")) };
        let sides = input.shape.as_slice();
        let size = match sides {
            [_, None | Some(3), height, width] => (*height, *width),
            _ => return Err(unfit("its input is no picture of three colours, one plane after another")),
        };
        let is_plane = |port: &&Port| matches!(port.shape.as_slice(), [_, None | Some(1), _, _] | [_, _, _]);
        let output = network
            .outputs()
            .iter()
            .find(is_plane)
            .ok_or_else(|| unfit("none of its outputs is one plane"))?;
        Ok(Self {
            input: input.name.clone(),
            output: output.name.clone(),
            is_half: input.kind == ElementKind::F16,
            size,
            converter: Converter::new(look.space),
            watch: watch(patience, cx),
            network,
        })
    }

    /// What the network gets of a picture of this size: its own, or one that fits and can be halved.
    fn size_of(&self, width: usize, height: usize) -> (usize, usize) {
        let (free_width, free_height) = free_size(width, height);
        (self.size.1.unwrap_or(free_width), self.size.0.unwrap_or(free_height))
    }
}

/// What a network that takes any size gets of a picture of this size.
fn free_size(width: usize, height: usize) -> (usize, usize) {
    let scale = (SIDE_FREE as f64 / width.max(height) as f64).min(1.0);
    let side = |pixels: usize| (((pixels as f64 * scale) as usize) / SIDE_STEP * SIDE_STEP).max(SIDE_STEP);
    (side(width), side(height))
}

impl Backend for Image {
    fn guess(&mut self, rows: &[Picture]) -> Result<Vec<Finish>, RunError> {
        let mut finishes = Vec::with_capacity(rows.len());
        for row in rows {
            let (width, height) = (row.width(), row.height());
            let (seen_width, seen_height) = self.size_of(width, height);
            let mut planes = Vec::new();
            self.converter.push(row, &mut planes);
            let seen: Vec<f32> = planes
                .chunks_exact(width * height)
                .flat_map(|plane| resize::resized(plane, (width, height), (seen_width, seen_height)))
                .collect();
            let shape = [1, 3, seen_height, seen_width];
            let half: Vec<f16>;
            let view = if self.is_half {
                half = seen.iter().copied().map(f16::from_f32).collect();
                View::f16(&shape, &half)
            } else {
                View::f32(&shape, &seen)
            };
            let outputs =
                self.network.run(&[(self.input.as_str(), view)], &self.watch).map_err(infer_error)?;
            let sides = outputs.view(&self.output).map_err(infer_error)?.shape.clone();
            let (Some(&mask_width), Some(&mask_height)) = (sides.last(), sides.iter().rev().nth(1)) else {
                return Err(RunError::failed(FailureKind::Input, "the network gives no plane"));
            };
            let mask = floats(&outputs, &self.output, mask_width * mask_height)?;
            let mask = Arc::new(mask);
            finishes.push(Box::new(move |picture: Picture, controls: &_| {
                let alpha =
                    resize::resized(&mask, (mask_width, mask_height), (picture.width(), picture.height()));
                finish_alpha(picture, alpha_bytes(&alpha), controls)
            }) as Finish);
        }
        Ok(finishes)
    }

    fn ran_on(&self) -> RanOn {
        ran_on(&self.network)
    }
}
