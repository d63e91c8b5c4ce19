//! What a pipeline says, told to somebody elsewhere: files by the names that their owner gave them, never by where they lie.

use reel_types::{Source, shown};
use serde_json::Value;

/// The names of a job's files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Words {
    /// Where each source lies, as a message may have it, and what it is called.
    names: Vec<(String, String)>,
}

impl Words {
    /// For messages about a job that reads these.
    pub(crate) fn of(sources: &[Source]) -> Self {
        let name = |source: &Source| match source {
            Source::Object { key, filename, .. } => (key.clone(), filename.clone()),
            Source::Local { path, .. } => (shown(path), last_part(&shown(path)).to_owned()),
        };
        Self { names: sources.iter().map(name).filter(|(place, _)| !place.is_empty()).collect() }
    }

    /// A message without a path: a source has its name in the place of it, any other file the last part.
    pub(crate) fn clean(&self, message: &str) -> String {
        // The path of a source of this machine may have spaces; nothing else of it is told.
        let whole = self.names.iter().filter(|(place, _)| place.starts_with('/'));
        let message = whole.fold(message.to_owned(), |text, (place, name)| text.replace(place, name));
        let mut clean = String::with_capacity(message.len());
        let mut rest = message.as_str();
        while let Some(begin) = rest.find(|sign| !ends_word(sign)) {
            let (before, word) = rest.split_at(begin);
            let (word, after) = word.split_at(word.find(ends_word).unwrap_or(word.len()));
            // What stands after the colon of an address is no path.
            let is_address = before == ":" && word.starts_with("//");
            clean.push_str(before);
            clean.push_str(if is_address { word } else { self.name_of(word) });
            rest = after;
        }
        clean.push_str(rest);
        clean
    }

    /// The same with every text in it.
    pub(crate) fn clean_all(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.clean(&text)),
            Value::Array(list) => list.into_iter().map(|one| self.clean_all(one)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, value)| (name, self.clean_all(value))).collect()
            }
            other => other,
        }
    }

    fn name_of<'a>(&'a self, word: &'a str) -> &'a str {
        let is_at =
            |place: &str| word.strip_suffix(place).is_some_and(|root| root.ends_with('/') || root.is_empty());
        match self.names.iter().find(|(place, _)| is_at(place)) {
            Some((_, name)) => name,
            None if is_path(word) => last_part(word),
            None => word,
        }
    }
}

/// One with at least two parts: `/s` of a rate is none.
fn is_path(word: &str) -> bool {
    word.strip_prefix('/').is_some_and(|below| below.trim_end_matches('/').contains('/'))
}

fn last_part(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

fn ends_word(sign: char) -> bool {
    sign.is_whitespace()
        || matches!(sign, ':' | ',' | ';' | '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '=' | '<' | '>')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn words() -> Words {
        let sent = Source::Object {
            key: "uploads/00ff".to_owned(),
            sha256: "00ff".to_owned(),
            size_bytes: 1,
            filename: "my film.mp4".to_owned(),
        };
        let here = Source::Local {
            path: "/home/me/some films/b.mp4".into(),
            size_bytes: 1,
            mtime_nanos: 0,
            inode: 1,
        };
        Words::of(&[sent, here])
    }

    #[track_caller]
    fn check(message: &str, expected: &str) {
        assert_eq!(words().clean(message), expected);
    }

    #[test]
    fn a_source_is_called_by_its_name() {
        check("/var/lib/reel/objects/uploads/00ff is empty", "my film.mp4 is empty");
        check("cannot read \"/x/objects/uploads/00ff\": gone", "cannot read \"my film.mp4\": gone");
        check("objects/uploads/00ff: moov atom not found", "my film.mp4: moov atom not found");
        check("no object uploads/00ff", "no object my film.mp4");
        check("/home/me/some films/b.mp4 changed", "b.mp4 changed");
        check("file:/x/uploads/00ff: Invalid data", "file:my film.mp4: Invalid data");
    }

    #[test]
    fn any_other_file_has_no_folder() {
        check(
            "cannot write /var/lib/reel/scratch/j/part.nut (disk full)",
            "cannot write part.nut (disk full)",
        );
        check("ran /usr/bin/ffmpeg -i /x/y.nut", "ran ffmpeg -i y.nut");
        check("/x/other-uploads/00ff0", "00ff0");
    }

    #[test]
    fn what_is_no_path_stays() {
        for said in [
            "",
            "24000/1001 frames",
            "3 MB/s",
            "3 /s",
            "/",
            "//",
            "see https://example.org/a/b",
            "a: b\n\tc/d",
            "ü /é",
        ] {
            check(said, said);
        }
    }

    #[test]
    fn every_text_of_a_report_is_looked_at() {
        let report = json!({"decisions": ["kept /a/b/c.mov"], "frames": 3, "tool": {"at": "/usr/bin/x"}});
        let clean = json!({"decisions": ["kept c.mov"], "frames": 3, "tool": {"at": "x"}});
        assert_eq!(words().clean_all(report), clean);
    }
}
