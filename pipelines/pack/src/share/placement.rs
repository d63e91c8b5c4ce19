//! Where the canvas lies in a picture: scaled, cropped or in a letterbox.

use std::borrow::Cow;

use super::find::{Finder, find};
use super::layout::{CORNER_UNITS, Canvas, Layout};
use super::picture::Picture;

/// A canvas in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placement {
    pub(super) canvas: Canvas,
    /// Edge of the canvas in pixels of the picture, whose left upper edge is at 0.
    pub(super) left: f64,
    pub(super) top: f64,
    /// Pixels of a unit.
    pub(super) unit_x: f64,
    pub(super) unit_y: f64,
}

/// Width of every canvas by its height.
const ASPECT: f64 = 16.0 / 9.0;
/// How far from a whole placement the finders may say it is before they are believed, in pixels.
const SNAP_PX: f64 = 0.25;

impl Placement {
    /// The canvas whose four finders are in the picture.
    pub(super) fn find(picture: &Picture<'_>) -> Option<Self> {
        let (middle_x, middle_y) = (picture.width / 2, picture.height / 2);
        let corner = |right: bool, below: bool| {
            let columns = if right { middle_x..picture.width } else { 0..middle_x };
            let rows = if below { middle_y..picture.height } else { 0..middle_y };
            find(picture, columns, rows)
        };
        let corners =
            [corner(false, false)?, corner(true, false)?, corner(false, true)?, corner(true, true)?];
        Canvas::ALL
            .into_iter()
            .find_map(|canvas| Self::from_corners(canvas, &corners))
            .map(|found| found.snapped(picture))
    }

    fn from_corners(canvas: Canvas, corners: &[Finder; 4]) -> Option<Self> {
        let [a, b, c, d] = corners;
        let mean = |value: fn(&Finder) -> f64| corners.iter().map(value).sum::<f64>() / 4.0;
        let (module_x, module_y) = (mean(|finder| finder.module_x), mean(|finder| finder.module_y));
        let skew = [a.x - c.x, b.x - d.x, a.y - b.y, c.y - d.y];
        if skew.iter().any(|px| px.abs() > module_x.max(module_y)) {
            return None;
        }
        let (across, down) = ((b.x + d.x - a.x - c.x) / 2.0, (c.y + d.y - a.y - b.y) / 2.0);
        let apart = f64::from(canvas.rows()) - f64::from(CORNER_UNITS);
        let apart_x = f64::from(canvas.rows()) * ASPECT - f64::from(CORNER_UNITS);
        let (unit_x, unit_y) = (across / apart_x, down / apart);
        let fits = |unit: f64, module: f64| (unit / (3.0 * module) - 1.0).abs() < 0.15;
        let half = f64::from(CORNER_UNITS) / 2.0;
        (fits(unit_x, module_x) && fits(unit_y, module_y)).then_some(Self {
            canvas,
            left: (a.x + c.x) / 2.0 + 0.5 - half * unit_x,
            top: (a.y + b.y) / 2.0 + 0.5 - half * unit_y,
            unit_x,
            unit_y,
        })
    }

    /// The placement without the finders' last tenth of a pixel where a plain one is meant: the canvas fills the
    /// picture, or lies in it unscaled at whole pixels.
    fn snapped(mut self, picture: &Picture<'_>) -> Self {
        let columns = f64::from(self.canvas.rows()) * ASPECT;
        let rows = f64::from(self.canvas.rows());
        (self.left, self.unit_x) = snap(self.left, self.unit_x, columns, picture.width as f64);
        (self.top, self.unit_y) = snap(self.top, self.unit_y, rows, picture.height as f64);
        self
    }

    /// The picture as the layout draws it, by the nearest four pixels.
    pub(super) fn straighten<'a>(&self, picture: &Picture<'a>, layout: &Layout) -> Cow<'a, [u8]> {
        let (width, height) = (layout.width as usize, layout.height as usize);
        let unit = f64::from(layout.unit_px());
        let plain = self.left == 0.0 && self.top == 0.0 && self.unit_x == unit && self.unit_y == unit;
        if plain && (picture.width, picture.height) == (width, height) {
            return Cow::Borrowed(picture.luma);
        }
        let across: Vec<(usize, usize, i32)> =
            (0..width).map(|x| tap(self.left, self.unit_x / unit, x, picture.width)).collect();
        let mut luma = Vec::with_capacity(width * height);
        for y in 0..height {
            let (upper, lower, part_y) = tap(self.top, self.unit_y / unit, y, picture.height);
            let row =
                |y: usize| picture.luma.get(y * picture.width..(y + 1) * picture.width).unwrap_or_default();
            let (upper, lower) = (row(upper), row(lower));
            luma.extend(across.iter().map(|(left, right, part_x)| {
                let mix = |row: &[u8]| {
                    let at = |x: usize| i32::from(row.get(x).copied().unwrap_or(0));
                    at(*left) * (256 - part_x) + at(*right) * part_x
                };
                ((mix(upper) * (256 - part_y) + mix(lower) * part_y + 32768) >> 16) as u8
            }));
        }
        Cow::Owned(luma)
    }

    /// Whether this part of the layout's picture is in the picture that was found.
    pub(super) fn shows(
        &self,
        layout: &Layout,
        picture: &Picture<'_>,
        (x, y): (u32, u32),
        side_px: u32,
    ) -> bool {
        let unit = f64::from(layout.unit_px());
        let inside = |start: f64, step: f64, at: u32, size: usize| {
            let (low, high) = (start + f64::from(at) * step, start + f64::from(at + side_px) * step);
            low > -0.75 && high < size as f64 + 0.75
        };
        inside(self.left, self.unit_x / unit, x, picture.width)
            && inside(self.top, self.unit_y / unit, y, picture.height)
    }
}

fn snap(start: f64, unit: f64, count: f64, size: f64) -> (f64, f64) {
    let end = start + unit * count;
    if start.abs() < SNAP_PX && (end - size).abs() < SNAP_PX {
        return (0.0, size / count);
    }
    let whole = (unit * count).round();
    let near = (unit * count - whole).abs() < SNAP_PX && (start - start.round()).abs() < SNAP_PX;
    // Only sizes that videos have: any other whole number is as likely to be chance.
    if near
        && [
            426.0, 640.0, 854.0, 1280.0, 1920.0, 2560.0, 3840.0, 240.0, 360.0, 480.0, 720.0, 1080.0, 1440.0,
            2160.0,
        ]
        .contains(&whole)
    {
        return (start.round(), whole / count);
    }
    (start, unit)
}

/// The two pixels that a pixel of the layout lies between, and how much of the second, in 256ths.
fn tap(start: f64, step: f64, index: usize, size: usize) -> (usize, usize, i32) {
    let at = (start + (index as f64 + 0.5) * step - 0.5).clamp(0.0, (size - 1) as f64);
    let low = at as usize;
    (low, (low + 1).min(size - 1), ((at - low as f64) * 256.0).round() as i32)
}
