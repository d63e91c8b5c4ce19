//! A screen of one colour behind the people, told or found in the first picture.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reel_engine::RunError;
use reel_types::FailureKind;

use super::{Backend, Finish};
use crate::chroma::{Scratch, Screen, find_screen, key};
use crate::finish::Controls;
use crate::look::Look;
use crate::picture::{ColourSpace, Picture};
use crate::words::KeyColour;

/// What a screen is painted with where nobody tells and none is seen.
const GREEN: KeyColour = KeyColour([0, 177, 64]);

pub(super) struct Chroma {
    told: Option<[u8; 3]>,
    space: ColourSpace,
    /// One for each eye, once a picture was seen.
    screens: Vec<Screen>,
    /// One for each thread that finishes.
    scratches: Arc<Mutex<Vec<Scratch>>>,
}

impl Chroma {
    pub(super) fn new(look: &Look) -> Self {
        let told = look.key_colour.map(|colour| look.space.ycbcr_from_rgb(colour.rgb()));
        Self { told, space: look.space, screens: Vec::new(), scratches: Arc::default() }
    }
}

impl Backend for Chroma {
    fn guess(&mut self, rows: &[Picture]) -> Result<Vec<Finish>, RunError> {
        if self.screens.len() != rows.len() {
            let green = || Screen::told(self.space.ycbcr_from_rgb(GREEN.rgb()));
            self.screens = rows.iter().map(|row| find_screen(row, self.told).unwrap_or_else(green)).collect();
        }
        let full_range = self.space.full_range;
        let finish = |screen: &Screen| {
            let screen = *screen;
            let scratches = Arc::clone(&self.scratches);
            Box::new(move |picture, controls: &Controls| {
                let mut scratch = free(&scratches).pop().unwrap_or_default();
                let matted = key(picture, screen, full_range, controls, &mut scratch);
                free(&scratches).push(scratch);
                matted
            }) as Finish
        };
        Ok(self.screens.iter().map(finish).collect())
    }

    fn save(&self) -> Result<Vec<u8>, RunError> {
        Ok(self.screens.iter().flat_map(|screen| screen.to_bytes()).collect())
    }

    fn load(&mut self, state: &[u8]) -> Result<(), RunError> {
        let (screens, rest) = state.as_chunks();
        if !rest.is_empty() {
            return Err(RunError::failed(FailureKind::Internal, "the screens that were kept are not whole"));
        }
        self.screens = screens.iter().map(|bytes| Screen::from_bytes(*bytes)).collect();
        Ok(())
    }
}

fn free(scratches: &Mutex<Vec<Scratch>>) -> MutexGuard<'_, Vec<Scratch>> {
    scratches.lock().unwrap_or_else(PoisonError::into_inner)
}
