//! The least that carries a file over parts that may be lost: RaptorQ, one symbol a part.

use std::collections::BTreeMap;

use raptorq::{
    EncodingPacket, ObjectTransmissionInformation, PayloadId, SourceBlockDecoder, SourceBlockEncoder,
};
use reel_pack::share::{Layout, Received};

/// Bytes before the symbol in a part: size of the file, number of the block, id of the symbol.
const HEAD_BYTES: usize = 16;
/// Symbols of a block at most.
const BLOCK_SYMBOLS_MAX: usize = 1000;

/// The bodies that carry `content`, as many as the ratio of repair symbols asks for.
pub fn bodies(layout: &Layout, content: &[u8], repair_ratio: f64) -> Vec<Vec<u8>> {
    let shape = Shape::new(layout, content.len());
    let mut rows: Vec<Vec<Vec<u8>>> = Vec::new();
    for (block, bytes) in content.chunks(shape.block_bytes).enumerate() {
        let mut padded = bytes.to_vec();
        padded.resize(bytes.len().div_ceil(shape.symbol_bytes) * shape.symbol_bytes, 0);
        let encoder = SourceBlockEncoder::new(0, &shape.information(padded.len()), &padded);
        let repairs = (padded.len() as f64 / shape.symbol_bytes as f64 * repair_ratio).ceil() as u32 + 2;
        let packets = encoder.source_packets().into_iter().chain(encoder.repair_packets(0, repairs));
        rows.push(packets.map(|packet| part(content.len(), block, &packet)).collect());
    }
    // One symbol of each block in turn, so that a lost stretch costs every block a little.
    let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
    let parts: Vec<Vec<u8>> =
        (0..longest).flat_map(|index| rows.iter().filter_map(move |row| row.get(index).cloned())).collect();
    parts.chunks(layout.part_count()).map(|parts| parts.concat()).collect()
}

fn part(size: usize, block: usize, packet: &EncodingPacket) -> Vec<u8> {
    let mut part = (size as u64).to_le_bytes().to_vec();
    part.extend((block as u32).to_le_bytes());
    part.extend(packet.payload_id().encoding_symbol_id().to_le_bytes());
    part.extend_from_slice(packet.data());
    part
}

struct Shape {
    symbol_bytes: usize,
    block_bytes: usize,
}

impl Shape {
    fn new(layout: &Layout, size: usize) -> Self {
        let symbol_bytes = layout.part_bytes() - HEAD_BYTES;
        let symbols = size.div_ceil(symbol_bytes).max(1);
        let blocks = symbols.div_ceil(BLOCK_SYMBOLS_MAX);
        Self { symbol_bytes, block_bytes: symbols.div_ceil(blocks) * symbol_bytes }
    }

    fn information(&self, block_bytes: usize) -> ObjectTransmissionInformation {
        ObjectTransmissionInformation::new(block_bytes as u64, self.symbol_bytes as u16, 1, 1, 1)
    }
}

/// Collects parts until the file is whole.
#[derive(Default)]
pub struct Collector {
    size: usize,
    symbols: BTreeMap<u32, BTreeMap<u32, Vec<u8>>>,
    /// Parts read.
    pub good_count: usize,
    /// Parts of the frames seen that could not be read.
    pub lost_count: usize,
    /// What each data frame still told of its coded bits.
    pub information: Vec<f32>,
    layout: Option<Layout>,
}

impl Collector {
    /// Takes one data frame.
    pub fn add(&mut self, received: Received) {
        self.layout = Some(received.layout);
        self.information.push(received.information);
        for part in received.parts {
            let Some(part) = part else {
                self.lost_count += 1;
                continue;
            };
            self.good_count += 1;
            let number = |at: usize| {
                part.get(at..at + 4).map_or(0, |bytes| {
                    bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte))
                })
            };
            if number(0) > 0 {
                self.size = number(0) as usize;
                self.symbols.entry(number(8)).or_default().insert(number(12), part[HEAD_BYTES..].to_vec());
            }
        }
    }

    /// The file, if enough has come.
    pub fn content(&self) -> Option<Vec<u8>> {
        let shape = Shape::new(self.layout.as_ref()?, self.size);
        let mut content = Vec::with_capacity(self.size);
        for block in 0..self.size.div_ceil(shape.block_bytes) as u32 {
            let bytes = shape.block_bytes.min(self.size - content.len());
            let padded = bytes.div_ceil(shape.symbol_bytes) * shape.symbol_bytes;
            let mut decoder = SourceBlockDecoder::new(0, &shape.information(padded), padded as u64);
            let packets = self
                .symbols
                .get(&block)?
                .iter()
                .map(|(esi, data)| EncodingPacket::new(PayloadId::new(0, *esi), data.clone()));
            content.extend_from_slice(decoder.decode(packets)?.get(..bytes)?);
        }
        Some(content)
    }
}
