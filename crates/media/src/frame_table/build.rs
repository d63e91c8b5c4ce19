//! From packets to frames.

use std::path::Path;

use super::packets::Packets;
use super::{Frame, FrameTable};
use crate::error::MediaError;

pub(super) fn from_packets(
    path: &Path,
    stream_index: u32,
    packets: Packets,
) -> Result<FrameTable, MediaError> {
    if packets.packets.is_empty() {
        return Err(MediaError::Damaged {
            path: path.to_owned(),
            detail: "its video stream has no packet".to_owned(),
        });
    }
    let shown = packets.packets.iter().filter(|packet| !packet.discard && !packet.corrupt);
    let frames =
        shown.filter_map(|p| Some(Frame { pts: p.pts?, duration: p.duration, key: p.key })).collect();
    Ok(FrameTable {
        stream_index,
        time_base: packets.time_base,
        frames,
        discarded_count: 0,
        unreliable: None,
    })
}
