//! From pictures back to bytes.

use std::collections::VecDeque;
use std::sync::Arc;

use reel_kernels::{Place, RanOn};

use super::exposure::Exposure;
use super::header::{FrameTag, HEADER_BITS, header_from_bits};
use super::layout::{CORNER_UNITS, Layout};
use super::ldpc::information;
use super::picture::Picture;
use super::placement::Placement;
use super::reader::Reader;

/// Data frames that may still get another picture; more are given back, the oldest first.
const OPEN_MAX: usize = 2;
/// Times that the parts of a body are tried, each time with what the others told.
const ROUNDS_MAX: u32 = 5;
/// Layouts whose tables are kept.
const READERS_MAX: usize = 4;

/// Reads the pictures of a video, in any size, in any order, some missing, some twice.
#[derive(Debug)]
pub struct Demodulator {
    place: Place,
    placement: Option<(usize, usize, Placement)>,
    readers: VecDeque<Arc<Reader>>,
    open: VecDeque<SoftFrame>,
}

/// What is known about a data frame from all of its pictures so far.
#[derive(Debug)]
pub struct SoftFrame {
    reader: Arc<Reader>,
    tag: FrameTag,
    /// For each picture that the body is spread over, what was seen of it; none where it was not.
    exposures: Vec<Option<Exposure>>,
}

/// A data frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// How it was written.
    pub layout: Layout,
    /// Which one it is.
    pub tag: FrameTag,
    /// Pictures that showed it.
    pub picture_count: u32,
    /// What the pictures still tell of each coded bit, in bits: 0 to 1. More than the layout's rate is needed, by a tenth
    /// or so; the rest is margin.
    pub information: f32,
    /// The parts of the body, each of [`Layout::part_bytes`] bytes and checked by a CRC; `None` where one is lost.
    pub parts: Vec<Option<Vec<u8>>>,
}

/// What a picture says of itself: its layout, its data frame, and which of the frame's pictures it is.
type Header = (Layout, FrameTag, usize);

impl Default for Demodulator {
    fn default() -> Self {
        Self::new()
    }
}

impl Demodulator {
    /// A demodulator that has seen nothing, and measures on the CPU.
    pub fn new() -> Self {
        Self::on(Place::cpu())
    }

    /// The same on a device, while that works.
    pub fn on(place: Place) -> Self {
        Self { place, placement: None, readers: VecDeque::new(), open: VecDeque::new() }
    }

    /// What measured the last picture with a header; nothing before there was one.
    pub fn ran_on(&self) -> Option<RanOn> {
        self.readers.front().map(|reader| reader.measuring.ran_on())
    }

    /// Takes one picture, `width × height` bytes of luma, and gives the data frames that are not waited for any more.
    /// A picture in which no header is found is passed over.
    pub fn push(&mut self, luma: &[u8], width: u32, height: u32) -> Vec<SoftFrame> {
        if let Some(picture) = Picture::new(luma, width as usize, height as usize)
            && let Some((placement, header)) = self.header(&picture)
        {
            self.add(&picture, &placement, header);
        }
        let ready = self.open.len().saturating_sub(OPEN_MAX);
        self.open.drain(..ready).collect()
    }

    /// The data frames that were still waited for.
    pub fn finish(&mut self) -> Vec<SoftFrame> {
        self.open.drain(..).collect()
    }

    /// The header, where the last one was or wherever it is now.
    fn header(&mut self, picture: &Picture<'_>) -> Option<(Placement, Header)> {
        let known =
            self.placement.filter(|(width, height, _)| (*width, *height) == (picture.width, picture.height));
        if let Some((_, _, placement)) = known
            && let Some(header) = read_header(picture, &placement)
        {
            return Some((placement, header));
        }
        let placement = Placement::find(picture)?;
        let header = read_header(picture, &placement)?;
        self.placement = Some((picture.width, picture.height, placement));
        Some((placement, header))
    }

    fn add(&mut self, picture: &Picture<'_>, placement: &Placement, (layout, tag, part): Header) {
        let Some(reader) = self.reader(layout) else { return };
        let index = self.open.iter().position(|frame| frame.tag == tag && frame.reader.layout == layout);
        let index = index.unwrap_or_else(|| {
            self.open.push_back(SoftFrame::new(reader, tag));
            self.open.len() - 1
        });
        if let Some(frame) = self.open.get_mut(index) {
            frame.add(picture, placement, part);
        }
    }

    fn reader(&mut self, layout: Layout) -> Option<Arc<Reader>> {
        if let Some(reader) = self.readers.iter().find(|reader| reader.layout == layout) {
            return Some(Arc::clone(reader));
        }
        let reader = Arc::new(Reader::on(&self.place, layout)?);
        self.readers.truncate(READERS_MAX - 1);
        self.readers.push_front(Arc::clone(&reader));
        Some(reader)
    }
}

impl SoftFrame {
    fn new(reader: Arc<Reader>, tag: FrameTag) -> Self {
        let exposures = (0..reader.layout.spread).map(|_| None).collect();
        Self { reader, tag, exposures }
    }

    /// Which data frame this is.
    pub fn tag(&self) -> FrameTag {
        self.tag
    }

    /// Takes the errors out, which is most of the work of reading and may be done on any thread.
    pub fn decode(self) -> Received {
        let Reader { layout, coder, .. } = &*self.reader;
        let mut known = coder.pilots(self.tag.number);
        let mut soft = self.soften(&known);
        let information = information(&soft);
        let mut parts: Vec<Option<Vec<u8>>> = vec![None; layout.part_count()];
        for round in 1.. {
            let mut found_one = false;
            for (part, place) in parts.iter_mut().enumerate().filter(|(_, place)| place.is_none()) {
                *place = coder.part_from_soft(self.tag.number, part, &soft);
                if let Some(body) = place {
                    coder.tell(self.tag.number, part, body, &mut known);
                    found_one = true;
                }
            }
            if !found_one || round == ROUNDS_MAX || parts.iter().all(Option::is_some) {
                break;
            }
            // What was read tells more of the noise, and of the bits that share a level with its own.
            soft = self.soften(&known);
        }
        let picture_count = self.exposures.iter().flatten().map(|exposure| exposure.picture_count).sum();
        Received { layout: *layout, tag: self.tag, picture_count, information, parts }
    }

    /// A value for each coded bit of the body, above 0 where 0 is likelier.
    fn soften(&self, known: &[Option<bool>]) -> Vec<f32> {
        let picture_bits = self.reader.layout.picture_bits().max(1);
        let mut soft = vec![0.0f32; self.exposures.len() * picture_bits];
        let pictures = soft.chunks_mut(picture_bits).zip(known.chunks(picture_bits));
        for (exposure, (soft, known)) in self.exposures.iter().zip(pictures) {
            if let Some(exposure) = exposure {
                exposure.soften(&self.reader, known, soft);
            }
        }
        soft
    }

    fn add(&mut self, picture: &Picture<'_>, placement: &Placement, part: usize) {
        if let Some(exposure) = self.exposures.get_mut(part) {
            exposure.get_or_insert_with(|| Exposure::new(&self.reader)).add(&self.reader, picture, placement);
        }
    }
}

/// The header at the top and the one at the bottom together, or one of them.
fn read_header(picture: &Picture<'_>, placement: &Placement) -> Option<Header> {
    let rows = f64::from(placement.canvas.rows());
    let header_rows = placement.canvas.header_rows();
    let columns = (rows * 16.0 / 9.0) as u32 - 2 * CORNER_UNITS;
    let copy = |top: f64| -> Vec<f32> {
        let cell = |index: u32| {
            let column = f64::from(CORNER_UNITS + index % columns);
            unit_mean(picture, placement, column, top + f64::from(index / columns))
        };
        (0..columns * header_rows).map(cell).take(HEADER_BITS).collect()
    };
    let (top, bottom) = (copy(0.0), copy(rows - f64::from(header_rows)));
    let both: Vec<f32> = top.iter().zip(&bottom).map(|(a, b)| a + b).collect();
    [both, top, bottom].into_iter().find_map(|values| {
        let low = values.iter().copied().fold(f32::MAX, f32::min);
        let high = values.iter().copied().fold(f32::MIN, f32::max);
        let middle = (low + high) / 2.0;
        header_from_bits(placement.canvas, values.into_iter().map(|value| value > middle))
    })
}

/// Mean of the inner half of a unit.
fn unit_mean(picture: &Picture<'_>, placement: &Placement, column: f64, row: f64) -> f32 {
    let points = [0.3, 0.43, 0.57, 0.7];
    let at = |across: f64, down: f64| {
        let x = placement.left + (column + across) * placement.unit_x - 0.5;
        let y = placement.top + (row + down) * placement.unit_y - 0.5;
        picture.between(x, y)
    };
    points
        .iter()
        .flat_map(|down| points.iter().map(move |across| (*across, *down)))
        .map(|(x, y)| at(x, y))
        .sum::<f32>()
        / 16.0
}
