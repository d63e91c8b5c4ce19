//! Changes to a tar stream after which the checksum of every header holds.

use fastrand::Rng;
use tar::Header;

const RECORD_BYTES: usize = 512;
const NAMES: [&str; 16] = [
    "a",
    "a/b",
    "a/b/c",
    "d",
    "link",
    "link/x",
    "../x",
    "/x",
    "a/../../x",
    ".",
    "./a",
    "a//b/",
    "",
    "..",
    "a/link",
    "a/link/../x",
];
const LINKS: [&str; 10] = [".", "..", "a", "b", "../a", "../..", "/", "a/..", "link", "a/link/.."];
const KINDS: &[u8; 12] = b"\x00012356gxLKS";

/// Sets the checksum of each header, found by walking as a reader does.
pub fn reseal(stream: &mut [u8]) {
    let mut at = 0;
    while let Some(header) = stream.get_mut(at..at + RECORD_BYTES) {
        if header.iter().all(|&byte| byte == 0) {
            at += RECORD_BYTES;
            continue;
        }
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        at += RECORD_BYTES + size_of(header).next_multiple_of(RECORD_BYTES);
    }
}

/// Puts an entry between two others, one that wants to go where it may not as often as not.
pub fn insert_entry(stream: &mut Vec<u8>, random: &mut Rng) {
    let at = random.usize(..=stream.len() / RECORD_BYTES) * RECORD_BYTES;
    let kind = KINDS[random.usize(..KINDS.len())];
    let name = NAMES[random.usize(..NAMES.len())];
    let link = LINKS[random.usize(..LINKS.len())];
    let content = match kind {
        b'x' => {
            let key = ["path", "linkpath", "mtime", "size", "GNU.sparse.name"][random.usize(..5)];
            pax(key, if key == "linkpath" { link } else { name })
        }
        b'L' => format!("{name}\0").into_bytes(),
        b'K' => format!("{link}\0").into_bytes(),
        b'0' | 0 => vec![b'c'; random.usize(..600)],
        _ => Vec::new(),
    };
    let mut header = Header::new_gnu();
    let fields = header.as_old_mut();
    fields.name[..name.len()].copy_from_slice(name.as_bytes());
    fields.linkname[..link.len()].copy_from_slice(link.as_bytes());
    fields.linkflag = [kind];
    header.set_mode([0, 0o7777, 0o644, 0o755][random.usize(..4)]);
    header.set_mtime(random.u64(..));
    header.set_size(content.len() as u64);
    header.set_cksum();
    let mut entry = header.as_bytes().to_vec();
    entry.extend(content);
    entry.resize(entry.len().next_multiple_of(RECORD_BYTES), 0);
    stream.splice(at..at, entry);
}

fn pax(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let mut count = rest.len() + 1;
    while count.to_string().len() + rest.len() != count {
        count += 1;
    }
    format!("{count}{rest}").into_bytes()
}

/// What the size field says in octal; 0 where it says anything else, or more than any input has.
fn size_of(header: &[u8]) -> usize {
    let text = header[124..136].split(|byte| matches!(byte, 0 | b' ')).find(|text| !text.is_empty());
    let text = text.and_then(|text| std::str::from_utf8(text).ok()).unwrap_or("0");
    usize::from_str_radix(text, 8).ok().filter(|&size| size < 1 << 30).unwrap_or(0)
}
