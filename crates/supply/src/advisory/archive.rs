//! Archives of advisories: `zip`, `tar`, `tar.xz`. Read in memory, bounded, never unpacked.
use std::io::{Cursor, Read};

/// Bytes of one file of an archive.
pub const FILE_BYTES_MAX: u64 = 16 << 20;

/// Bytes of all files of an archive together.
pub const BYTES_MAX: u64 = 8 << 30;

/// Files of an archive.
pub const FILES_MAX: usize = 4_000_000;

/// Kibibytes that the decoder of `xz` may take.
const DECODER_KIB_MAX: u32 = 256 << 10;

/// Why an archive could not be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("no archive that is known: zip, tar and tar.xz are")]
    Unknown,
    #[error("broken archive: {0}")]
    Broken(String),
    #[error("the archive holds more than {BYTES_MAX} bytes or {FILES_MAX} files")]
    TooLarge,
}

/// Calls `take` with the path and text of each file whose path `wanted` accepts.
///
/// # Errors
/// When the archive is of no known kind, broken or too large; what was read before was taken.
pub fn each(
    bytes: &[u8],
    wanted: impl Fn(&str) -> bool,
    mut take: impl FnMut(&str, &str),
) -> Result<(), ArchiveError> {
    if bytes.starts_with(b"PK") {
        return zipped(bytes, wanted, &mut take);
    }
    if bytes.starts_with(b"\xfd7zXZ\0") {
        let decoder = lzma_rust2::XzReader::new_mem_limit(Cursor::new(bytes), true, DECODER_KIB_MAX);
        return tarred(decoder, wanted, &mut take);
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return tarred(Cursor::new(bytes), wanted, &mut take);
    }
    Err(ArchiveError::Unknown)
}

fn broken(error: impl std::fmt::Display) -> ArchiveError {
    ArchiveError::Broken(error.to_string())
}

/// Counts what was read against the limits.
#[derive(Default)]
struct Budget {
    bytes: u64,
    files: usize,
}

impl Budget {
    fn take(&mut self, bytes: u64) -> Result<(), ArchiveError> {
        self.bytes += bytes;
        self.files += 1;
        if self.bytes > BYTES_MAX || self.files > FILES_MAX { Err(ArchiveError::TooLarge) } else { Ok(()) }
    }
}

/// The text of a file, however large it says that it is; `None` when it is too large or no text.
fn text(reader: impl Read) -> Result<Option<String>, ArchiveError> {
    let mut bytes = Vec::new();
    let mut reader = reader.take(FILE_BYTES_MAX + 1);
    reader.read_to_end(&mut bytes).map_err(broken)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Ok(None);
    }
    Ok(String::from_utf8(bytes).ok())
}

fn zipped(
    bytes: &[u8],
    wanted: impl Fn(&str) -> bool,
    take: &mut impl FnMut(&str, &str),
) -> Result<(), ArchiveError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut budget = Budget::default();
    for position in 0..archive.len() {
        let file = archive.by_index(position).map_err(broken)?;
        let name = file.name().map_err(broken)?.into_owned();
        if !file.is_file() || !wanted(&name) {
            continue;
        }
        let text = text(file)?;
        budget.take(text.as_ref().map_or(FILE_BYTES_MAX, |text| text.len() as u64))?;
        if let Some(text) = text {
            take(&name, &text);
        }
    }
    Ok(())
}

fn tarred(
    reader: impl Read,
    wanted: impl Fn(&str) -> bool,
    take: &mut impl FnMut(&str, &str),
) -> Result<(), ArchiveError> {
    let mut archive = tar::Archive::new(reader.take(BYTES_MAX));
    let mut budget = Budget::default();
    for entry in archive.entries().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !entry.header().entry_type().is_file() || !wanted(&name) {
            budget.take(0)?;
            continue;
        }
        let text = text(entry)?;
        budget.take(text.as_ref().map_or(FILE_BYTES_MAX, |text| text.len() as u64))?;
        if let Some(text) = text {
            take(&name, &text);
        }
    }
    Ok(())
}
