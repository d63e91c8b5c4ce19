//! Names of the elements of Matroska and WebM that we write or read (RFC 9559).

pub(super) const EBML: u32 = 0x1A45_DFA3;
pub(super) const EBML_VERSION: u32 = 0x4286;
pub(super) const EBML_READ_VERSION: u32 = 0x42F7;
pub(super) const EBML_MAX_ID_LENGTH: u32 = 0x42F2;
pub(super) const EBML_MAX_SIZE_LENGTH: u32 = 0x42F3;
pub(super) const DOC_TYPE: u32 = 0x4282;
pub(super) const DOC_TYPE_VERSION: u32 = 0x4287;
pub(super) const DOC_TYPE_READ_VERSION: u32 = 0x4285;

pub(super) const SEGMENT: u32 = 0x1853_8067;
pub(super) const SEEK_HEAD: u32 = 0x114D_9B74;
pub(super) const SEEK: u32 = 0x4DBB;
pub(super) const SEEK_ID: u32 = 0x53AB;
pub(super) const SEEK_POSITION: u32 = 0x53AC;

pub(super) const INFO: u32 = 0x1549_A966;
pub(super) const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
pub(super) const DURATION: u32 = 0x4489;
pub(super) const MUXING_APP: u32 = 0x4D80;
pub(super) const WRITING_APP: u32 = 0x5741;
pub(super) const TITLE: u32 = 0x7BA9;

pub(super) const TRACKS: u32 = 0x1654_AE6B;
pub(super) const TRACK_ENTRY: u32 = 0xAE;
pub(super) const TRACK_NUMBER: u32 = 0xD7;
pub(super) const TRACK_UID: u32 = 0x73C5;
pub(super) const TRACK_TYPE: u32 = 0x83;
pub(super) const FLAG_DEFAULT: u32 = 0x88;
pub(super) const FLAG_LACING: u32 = 0x9C;
pub(super) const DEFAULT_DURATION: u32 = 0x23_E383;
pub(super) const MAX_BLOCK_ADDITION_ID: u32 = 0x55EE;
pub(super) const NAME: u32 = 0x536E;
pub(super) const LANGUAGE: u32 = 0x22_B59C;
pub(super) const CODEC_ID: u32 = 0x86;
pub(super) const CODEC_PRIVATE: u32 = 0x63A2;
pub(super) const CODEC_DELAY: u32 = 0x56AA;
pub(super) const SEEK_PRE_ROLL: u32 = 0x56BB;
pub(super) const CONTENT_ENCODINGS: u32 = 0x6D80;

pub(super) const VIDEO: u32 = 0xE0;
pub(super) const FLAG_INTERLACED: u32 = 0x9A;
pub(super) const STEREO_MODE: u32 = 0x53B8;
pub(super) const ALPHA_MODE: u32 = 0x53C0;
pub(super) const PIXEL_WIDTH: u32 = 0xB0;
pub(super) const PIXEL_HEIGHT: u32 = 0xBA;
pub(super) const DISPLAY_WIDTH: u32 = 0x54B0;
pub(super) const DISPLAY_HEIGHT: u32 = 0x54BA;
pub(super) const COLOUR: u32 = 0x55B0;
pub(super) const MATRIX_COEFFICIENTS: u32 = 0x55B1;
pub(super) const CHROMA_SITING_HORZ: u32 = 0x55B7;
pub(super) const CHROMA_SITING_VERT: u32 = 0x55B8;
pub(super) const RANGE: u32 = 0x55B9;
pub(super) const TRANSFER: u32 = 0x55BA;
pub(super) const PRIMARIES: u32 = 0x55BB;
pub(super) const PROJECTION: u32 = 0x7670;
pub(super) const PROJECTION_TYPE: u32 = 0x7671;
pub(super) const PROJECTION_PRIVATE: u32 = 0x7672;
pub(super) const PROJECTION_POSE_YAW: u32 = 0x7673;
pub(super) const PROJECTION_POSE_PITCH: u32 = 0x7674;
pub(super) const PROJECTION_POSE_ROLL: u32 = 0x7675;
pub(super) const AUDIO: u32 = 0xE1;

pub(super) const CLUSTER: u32 = 0x1F43_B675;
pub(super) const TIMESTAMP: u32 = 0xE7;
pub(super) const SIMPLE_BLOCK: u32 = 0xA3;
pub(super) const BLOCK_GROUP: u32 = 0xA0;
pub(super) const BLOCK: u32 = 0xA1;
pub(super) const BLOCK_ADDITIONS: u32 = 0x75A1;
pub(super) const BLOCK_MORE: u32 = 0xA6;
pub(super) const BLOCK_ADD_ID: u32 = 0xEE;
pub(super) const BLOCK_ADDITIONAL: u32 = 0xA5;
pub(super) const BLOCK_DURATION: u32 = 0x9B;
pub(super) const REFERENCE_BLOCK: u32 = 0xFB;
pub(super) const DISCARD_PADDING: u32 = 0x75A2;

pub(super) const CUES: u32 = 0x1C53_BB6B;
pub(super) const CUE_POINT: u32 = 0xBB;
pub(super) const CUE_TIME: u32 = 0xB3;
pub(super) const CUE_TRACK_POSITIONS: u32 = 0xB7;
pub(super) const CUE_TRACK: u32 = 0xF7;
pub(super) const CUE_CLUSTER_POSITION: u32 = 0xF1;

pub(super) const CHAPTERS: u32 = 0x1043_A770;
pub(super) const EDITION_ENTRY: u32 = 0x45B9;
pub(super) const CHAPTER_ATOM: u32 = 0xB6;
pub(super) const CHAPTER_UID: u32 = 0x73C4;
pub(super) const CHAPTER_TIME_START: u32 = 0x91;
pub(super) const CHAPTER_TIME_END: u32 = 0x92;
pub(super) const CHAPTER_DISPLAY: u32 = 0x80;
pub(super) const CHAP_STRING: u32 = 0x85;
pub(super) const CHAP_LANGUAGE: u32 = 0x437C;

pub(super) const TAGS: u32 = 0x1254_C367;
pub(super) const TAG: u32 = 0x7373;
pub(super) const TARGETS: u32 = 0x63C0;
pub(super) const TAG_TRACK_UID: u32 = 0x63C5;
pub(super) const SIMPLE_TAG: u32 = 0x67C8;
pub(super) const TAG_NAME: u32 = 0x45A3;
pub(super) const TAG_STRING: u32 = 0x4487;

const ATTACHMENTS: u32 = 0x1941_A469;

/// Whether an element of this name stands directly in the segment: it ends a cluster of unknown size.
pub(super) fn is_top_level(id: u32) -> bool {
    matches!(id, SEEK_HEAD | INFO | TRACKS | CLUSTER | CUES | CHAPTERS | TAGS | ATTACHMENTS | SEGMENT | EBML)
}
