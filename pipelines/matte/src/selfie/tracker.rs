//! Follows people from frame to frame, and keeps looking for more.

use serde::{Deserialize, Serialize};

use super::cut::Glance;
use super::figure::{Figure, Told};
use super::find::{Find, find, find_in, window_around, windows};
use super::view::{Eye, GuessError, Seen};
use super::{FIGURES_MAX, Guess, Part, Rect, Segment};
use crate::picture::{ColourSpace, Picture};

/// Each figure is asked for in the mirror once in so many frames.
const DOUBT_EVERY: u32 = 8;
/// Neighbours in time are searched far from each other: so many windows apart, by the first of these that comes by all windows.
const SEARCH_STRIDES: [usize; 3] = [11, 13, 17];

/// All that is carried from frame to frame. Plain data: written out after one frame and read in before the next, it gives the same
/// guesses to the bit.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct State {
    size: (u32, u32),
    glance: Option<Glance>,
    figures: Vec<Figure>,
    /// Frames since the scene began.
    age: u32,
}

/// The serial part of the backend; one for each stream.
#[derive(Clone, Debug)]
pub struct Tracker {
    space: ColourSpace,
    state: State,
}

impl Tracker {
    /// Begins with a new scene.
    pub fn new(space: ColourSpace) -> Self {
        Self::resume(space, State::default())
    }

    /// Goes on after the frame that left this state.
    pub fn resume(space: ColourSpace, state: State) -> Self {
        Self { space, state }
    }

    /// What the next frame needs to know of those before.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Forgets everything: the next frame begins a scene.
    pub fn reset(&mut self) {
        self.state = State::default();
    }

    /// Where people are in the next frame. In the first frame of a scene (also one that begins after a cut, which is found here)
    /// all search windows are looked at, some 70 runs of the network; in others the followed figures and now and then a window.
    ///
    /// # Errors
    /// What the network says; the state stays as it was, so that the same frame can be given again.
    pub fn step<S: Segment>(
        &mut self,
        picture: &Picture,
        network: &mut S,
    ) -> Result<Guess, GuessError<S::Error>> {
        let mut eye = Eye { picture, space: self.space, network };
        let mut glance = Glance::of(picture);
        let size = (picture.width() as u32, picture.height() as u32);
        let is_same_scene = self.state.size == size
            && self.state.glance.as_ref().is_some_and(|before| !glance.is_cut_after(before));
        let (mut state, is_cut) = if is_same_scene {
            (State { glance: Some(glance), ..self.state.clone() }, false)
        } else {
            // A cut leaves nothing behind, not even how much this frame differs from the one before.
            (State { size, glance: Some(Glance::of(picture)), ..State::default() }, true)
        };
        let frame = eye.frame();
        state.figures.retain(|figure| figure.is_within(&frame));
        let parts = if frame.is_empty() {
            Vec::new()
        } else if is_cut {
            state.begin(&mut eye)?
        } else {
            state.follow(&mut eye, self.state.glance.as_ref())?
        };
        state.age += 1;
        self.state = state;
        Ok(Guess { parts, is_cut })
    }
}

impl State {
    /// The first frame of a scene: everywhere at once.
    fn begin<S: Segment>(&mut self, eye: &mut Eye<'_, S>) -> Result<Vec<Part>, GuessError<S::Error>> {
        let finds = find(eye, &windows(&eye.frame()), &[])?;
        self.welcome(finds, Figure::new);
        let views: Vec<_> = self.figures.iter().map(|figure| (figure.view, false)).collect();
        let seen = eye.look(&views)?;
        self.settle_all(eye, seen)
    }

    /// Any other frame.
    fn follow<S: Segment>(
        &mut self,
        eye: &mut Eye<'_, S>,
        before: Option<&Glance>,
    ) -> Result<Vec<Part>, GuessError<S::Error>> {
        let mut views: Vec<_> = self
            .figures
            .iter()
            .enumerate()
            .map(|(index, figure)| {
                let is_turn = (self.age + index as u32 * 2).is_multiple_of(DOUBT_EVERY);
                (figure.view, is_turn || figure.is_on_probation())
            })
            .collect();
        let window = self.next_window(&eye.frame(), before);
        views.extend(window.map(|window| (window, false)));
        let mut seen = eye.look(&views)?;
        let searched = if window.is_some() { seen.pop() } else { None };
        let parts = self.settle_all(eye, seen)?;
        if let Some(searched) = searched {
            let known: Vec<_> = self.figures.iter().map(|figure| figure.home).collect();
            let finds = find_in(eye, &[searched], &known)?;
            let frame = eye.frame();
            self.welcome(finds, |home, view| Figure::newcomer(home, view, &frame));
        }
        Ok(parts)
    }

    /// In every second frame a window where something moves, in the others the window whose turn it is, unless somebody's view covers it.
    /// While somebody is followed every second of those goes without: the network is half of the serial work.
    fn next_window(&self, frame: &Rect, before: Option<&Glance>) -> Option<Rect> {
        if self.figures.len() >= FIGURES_MAX {
            return None;
        }
        let turn = (self.age / 2) as usize;
        if self.age % 2 == 1 {
            let known: Vec<_> = self.figures.iter().map(|figure| figure.view).collect();
            let motion = self.glance.as_ref().zip(before)?.0.motion_after(before?, frame, &known)?;
            return Some(window_around(motion, turn, frame));
        }
        let turn = match (self.figures.is_empty(), turn % 2) {
            (true, _) => turn,
            (false, 0) => turn / 2,
            (false, _) => return None,
        };
        let windows = windows(frame);
        let stride = SEARCH_STRIDES.into_iter().find(|stride| !windows.len().is_multiple_of(*stride))?;
        let window = *windows.get(turn * stride % windows.len())?;
        let is_covered = self.figures.iter().any(|figure| window.share_within(&figure.view) > 0.8);
        (!is_covered).then_some(window)
    }

    fn welcome(&mut self, mut finds: Vec<Find>, figure: impl Fn(Rect, Rect) -> Figure) {
        finds.sort_by_key(|find| std::cmp::Reverse(find.home.area()));
        let room = FIGURES_MAX.saturating_sub(self.figures.len());
        self.figures.extend(finds.into_iter().take(room).map(|find| figure(find.home, find.view)));
    }

    /// What was seen of each figure becomes its part; a view that cut somebody off is moved and looked at again, once.
    fn settle_all<S: Segment>(
        &mut self,
        eye: &mut Eye<'_, S>,
        seen: Vec<Seen>,
    ) -> Result<Vec<Part>, GuessError<S::Error>> {
        let frame = eye.frame();
        let mut parts = Vec::new();
        let mut figures = std::mem::take(&mut self.figures);
        for (figure, mut seen) in figures.iter_mut().zip(seen) {
            let mut told = figure.read(&seen, &frame);
            if matches!(told, Told::CutOff) {
                let Some(again) = eye.look_at(figure.view)? else { continue };
                seen = again;
                told = figure.read(&seen, &frame);
            }
            let mask = match told {
                Told::There(mask) => mask,
                // Larger than any view that was tried: what can be seen of it is better than nothing.
                Told::CutOff => seen.mask.clone(),
                Told::Nobody => {
                    figure.miss();
                    continue;
                }
            };
            let part = figure.settle(mask, seen, &frame);
            if !figure.is_on_probation() && !figure.is_lost() {
                parts.push(part);
            }
        }
        figures.retain(|figure| !figure.is_lost());
        self.figures = without_doubles(figures);
        Ok(parts)
    }
}

/// Two figures that have become one are followed once.
fn without_doubles(figures: Vec<Figure>) -> Vec<Figure> {
    let mut single: Vec<Figure> = Vec::new();
    for figure in figures {
        let is_double = single.iter().any(|other| other.home.overlap(&figure.home) > 0.65);
        if !is_double {
            single.push(figure);
        }
    }
    single
}
