//! Records that stand before an entry and say what its header cannot.

/// What they said; each replaces a field of the header.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    pub path: Option<Vec<u8>>,
    pub link: Option<Vec<u8>>,
    pub mtime_secs: Option<i64>,
}

impl About {
    /// Reads a pax record; its values are bytes of a stated number, which may hold anything, newlines too.
    pub fn read_pax(&mut self, mut bytes: &[u8]) -> Result<(), &'static str> {
        while !bytes.is_empty() {
            let (key, value, rest) = first_pair(bytes).ok_or("a pax record is malformed")?;
            match key {
                b"path" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"mtime" => self.mtime_secs = whole_secs(value),
                b"size" => return Err("a pax record states a size, which reel never writes"),
                _ => {}
            }
            bytes = rest;
        }
        Ok(())
    }

    /// A path as GNU tar writes a long one.
    pub fn read_long_name(&mut self, bytes: Vec<u8>) {
        self.path = Some(until_nul(bytes));
    }

    /// A link's target as GNU tar writes a long one.
    pub fn read_long_link(&mut self, bytes: Vec<u8>) {
        self.link = Some(until_nul(bytes));
    }
}

/// Key, value and what follows; the number at the beginning counts the whole pair, itself and the newline too.
fn first_pair(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = bytes.iter().take(10).position(|&byte| byte == b' ')?;
    let count: usize = std::str::from_utf8(&bytes[..space]).ok()?.parse().ok()?;
    let (pair, rest) = bytes.split_at_checked(count)?;
    let pair = pair.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = pair.iter().position(|&byte| byte == b'=')?;
    Some((&pair[..equals], &pair[equals + 1..], rest))
}

/// Down to the whole second, as file systems count below 1970 too.
fn whole_secs(value: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(value).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let secs: i64 = whole.parse().ok()?;
    let below = whole.starts_with('-') && fraction.bytes().any(|digit| digit != b'0');
    secs.checked_sub(i64::from(below))
}

fn until_nul(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(record: &[u8]) -> Result<About, &'static str> {
        let mut about = About::default();
        about.read_pax(record).map(|()| about)
    }

    #[test]
    fn values_are_counted_so_they_may_hold_newlines_and_equals() {
        let about = read(b"16 path=a\nb=c/d\n13 linkpath=\n16 comment=hello\n18 mtime=-1.500000\n");
        assert_eq!(about, Err("a pax record is malformed"), "the third count is one too small");
        let about = read(b"16 path=a\nb=c/d\n13 linkpath=\n17 comment=hello\n19 mtime=-1.500000\n").unwrap();
        assert_eq!(about.path.unwrap(), b"a\nb=c/d");
        assert_eq!((about.link.unwrap(), about.mtime_secs), (Vec::new(), Some(-2)));
    }

    #[test]
    fn malformed_records_are_refused_and_odd_times_ignored() {
        for bad in [
            "x",
            "5",
            "0 a=b\n",
            "6 a=b\n!",
            "99 a=b\n",
            "6 a=bc",
            "6 abc\n",
            "-6 a=b\n",
            "3 \n",
            "99999999999 a=b\n",
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad:?}");
        }
        assert_eq!(read(b"17 mtime=someday\n").unwrap().mtime_secs, None);
        assert_eq!(read(b"13 mtime=1.9\n").unwrap().mtime_secs, Some(1));
    }
}
