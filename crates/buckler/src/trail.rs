//! CloudTrail records from where people keep them: files, folders, buckets.
//!
//! What cannot be read is told and never counts as "not used".
#![expect(clippy::disallowed_methods, reason = "records that the arguments name are read here")]
mod s3;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use model::{Date, Problem, ProblemKind};

use crate::commands::CommandError;
use crate::output;

/// Bytes of one file, unpacked. CloudTrail's own files hold far less; an export of Athena may be large.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// Files of one folder or bucket.
const FILES_MAX: usize = 2_000_000;
/// Files after which progress is told.
const FILES_TO_MENTION: usize = 2_000;

/// Takes the text of one file, and its name.
pub(crate) type Take<'a> = &'a mut dyn FnMut(&str, &str) -> Result<(), String>;

/// What is read, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// A file, a folder, or `s3://BUCKET/PREFIX`.
    pub source: &'a str,
    /// Files that CloudTrail wrote before this day are left out.
    pub since: Option<Date>,
    /// Whether progress is told.
    pub talks: bool,
}

/// Gives every file of a source to `take`. Returns what could not be read.
pub(crate) fn each(wanted: Wanted<'_>, take: Take<'_>) -> Result<Vec<Problem>, CommandError> {
    let mut reader = Reader { wanted, take, files: 0, problems: Vec::new() };
    match wanted.source.strip_prefix("s3://") {
        Some(address) => s3::each(address, &mut reader)?,
        None => reader.path(Path::new(wanted.source))?,
    }
    if reader.files == 0 {
        let why = "it holds no records of CloudTrail (*.json, *.json.gz, *.jsonl, *.csv)".to_owned();
        return Err(CommandError::Read { path: wanted.source.into(), why });
    }
    Ok(reader.problems)
}

struct Reader<'a> {
    wanted: Wanted<'a>,
    take: Take<'a>,
    files: usize,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn path(&mut self, path: &Path) -> Result<(), CommandError> {
        let failed = |why: std::io::Error| CommandError::Read { path: path.into(), why: why.to_string() };
        if path.metadata().map_err(failed)?.is_file() {
            let bytes = std::fs::read(path).map_err(failed)?;
            self.file(&path.to_string_lossy(), &bytes);
            return Ok(());
        }
        let mut folders: Vec<PathBuf> = vec![path.to_owned()];
        while let Some(folder) = folders.pop() {
            if self.files >= FILES_MAX {
                self.tell(&folder.to_string_lossy(), &format!("only the first {FILES_MAX} files were read"));
                return Ok(());
            }
            let entries: Result<Vec<_>, _> = std::fs::read_dir(&folder).map_err(failed)?.collect();
            let mut entries = entries.map_err(failed)?;
            entries.sort_by_key(std::fs::DirEntry::path);
            for entry in entries {
                let path = entry.path();
                let kind = entry.file_type().map_err(failed)?;
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() && self.wants(&path.to_string_lossy()) {
                    match std::fs::read(&path) {
                        Ok(bytes) => self.file(&path.to_string_lossy(), &bytes),
                        Err(why) => self.tell(&path.to_string_lossy(), &why.to_string()),
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a file of a folder or bucket is one with records, and not too old.
    fn wants(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let bare = name.strip_suffix(".gz").unwrap_or(&name);
        let is_records = [".json", ".jsonl", ".csv"].iter().any(|ending| bare.ends_with(ending));
        // Digests sign the records and hold none.
        let is_digest = name.contains("cloudtrail-digest");
        let is_old = match (self.wanted.since, day_of(&name)) {
            (Some(since), Some(day)) => day < since,
            _ => false,
        };
        is_records && !is_digest && !is_old
    }

    /// One file with records, packed or not.
    fn file(&mut self, name: &str, bytes: &[u8]) {
        self.files += 1;
        if self.wanted.talks && self.files.is_multiple_of(FILES_TO_MENTION) {
            output::tell(&format!("read {} files of records", self.files));
        }
        let read = unpacked(bytes).and_then(|text| (self.take)(name, &text));
        if let Err(why) = read {
            self.tell(name, &why);
        }
    }

    fn tell(&mut self, name: &str, why: &str) {
        self.problems.push(Problem {
            kind: ProblemKind::Unreadable,
            path: name.to_owned(),
            at: None,
            message: format!("records could not be read: {why}"),
            help: "what it holds does not count as used".to_owned(),
        });
    }
}

/// The day in the path of CloudTrail's standard layout: `…/CloudTrail/REGION/2026/11/22/….json.gz`.
fn day_of(path: &str) -> Option<Date> {
    let parts: Vec<&str> = path.split(['/', '\\']).collect();
    parts.windows(3).find_map(|window| match window {
        [year, month, day] if year.len() == 4 && month.len() == 2 && day.len() == 2 => {
            format!("{year}-{month}-{day}").parse().ok()
        }
        _ => None,
    })
}

/// The text of a file that may be packed with gzip.
fn unpacked(bytes: &[u8]) -> Result<String, String> {
    let mut text = Vec::new();
    let read = if bytes.starts_with(&[0x1f, 0x8b]) {
        MultiGzDecoder::new(bytes).take(FILE_BYTES_MAX + 1).read_to_end(&mut text)
    } else {
        bytes.take(FILE_BYTES_MAX + 1).read_to_end(&mut text)
    };
    read.map_err(|why| why.to_string())?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("it is larger than {FILE_BYTES_MAX} bytes"));
    }
    String::from_utf8(text).map_err(|_| "it is no text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_layout_tells_the_day() {
        let path =
            "AWSLogs/123456789012/CloudTrail/eu-central-1/2026/03/09/x_CloudTrail_20260309T0000Z.json.gz";
        assert_eq!(day_of(path), Some(Date::new(2026, 3, 9)));
        assert_eq!(day_of("logs/2026/13/09/x.json"), None);
        assert_eq!(day_of("x.json"), None);
    }
}
