//! Archives by their directories: ZIP (APPNOTE 6.3), tar (POSIX ustar), gzip.
use super::{Kind, Policy, Problem};

const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
const COMMENT_BYTES_MAX: usize = 65_535;
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_BYTES: usize = 46;
/// No deflate stream grows by more (RFC 1951).
const DEFLATE_RATIO_MAX: u64 = 1032;
const TAR_BLOCK: usize = 512;

/// What entries add up to.
#[derive(Default)]
struct Sums {
    entries: usize,
    unpacked: u64,
    told: Vec<&'static str>,
}

impl Sums {
    fn tell(&mut self, what: &'static str) {
        if !self.told.contains(&what) {
            self.told.push(what);
        }
    }

    fn name(&mut self, name: &[u8], policy: &Policy) {
        let is_rooted = matches!(name, [b'/' | b'\\', ..]) || matches!(name, [_, b':', ..]);
        if is_rooted || name.split(|byte| matches!(byte, b'/' | b'\\')).any(|part| part == b"..") {
            self.tell("an entry leads out of the folder");
        }
        if name.contains(&0) {
            self.tell("the name of an entry holds a zero byte");
        }
        let endings =
            [&b".zip"[..], b".jar", b".7z", b".rar", b".tar", b".gz", b".tgz", b".bz2", b".xz", b".zst"];
        let nests = |ending: &&[u8]| {
            name.len() >= ending.len()
                && name.get(name.len() - ending.len()..).is_some_and(|end| end.eq_ignore_ascii_case(ending))
        };
        if !policy.nested_archives && endings.iter().any(nests) {
            self.tell("it holds an archive");
        }
    }
}

pub(super) fn measure(bytes: &[u8], kind: Kind, policy: &Policy, problems: &mut Vec<Problem>) {
    let mut sums = Sums::default();
    match kind {
        Kind::Tar => tar(bytes, policy, &mut sums),
        Kind::Gzip => gzip(bytes, policy, &mut sums),
        _ => zip(bytes, policy, &mut sums),
    }
    if sums.entries > policy.entries_max {
        sums.tell("it has too many entries");
    }
    if sums.unpacked > policy.unpacked_bytes_max {
        sums.tell("it unpacks to too much");
    }
    if sums.unpacked > policy.ratio_max.saturating_mul(bytes.len() as u64) {
        sums.tell("it unpacks to too many times its size");
    }
    problems.extend(sums.told.into_iter().map(Problem::Archive));
}

/// Whether a directory of a ZIP stands at the end, as its readers look for it.
pub(super) fn has_zip_end(bytes: &[u8]) -> bool {
    end(bytes).is_some()
}

/// Place of the end record, and of the directory that it names, both in the file.
fn end(bytes: &[u8]) -> Option<(usize, usize, usize)> {
    let from = bytes.len().saturating_sub(END_BYTES + COMMENT_BYTES_MAX);
    let tail = bytes.get(from..)?;
    let at = from + memchr::memmem::rfind(tail, END)?;
    let size = number(bytes, at + 12, 4)?;
    let offset = number(bytes, at + 16, 4)?;
    let count = number(bytes, at + 10, 2)?;
    let (size, offset, count) =
        (usize::try_from(size).ok()?, usize::try_from(offset).ok()?, usize::try_from(count).ok()?);
    // A file before the archive moves all offsets: readers go back from the end.
    let directory = at.checked_sub(size)?;
    (offset <= directory && (count == 0 || bytes.get(directory..)?.starts_with(ENTRY)))
        .then_some((directory, offset, count))
}

fn zip(bytes: &[u8], policy: &Policy, sums: &mut Sums) {
    let Some((directory, offset, count)) = end(bytes) else {
        return sums.tell("its directory is missing or too large");
    };
    if offset != directory {
        sums.tell("something stands before it");
    }
    let mut at = directory;
    let mut packed = 0_u64;
    let mut last_start = None;
    while bytes.get(at..).is_some_and(|rest| rest.starts_with(ENTRY)) {
        sums.entries += 1;
        if sums.entries > policy.entries_max {
            return;
        }
        let field = |place: usize, length: usize| number(bytes, at + place, length).unwrap_or(0);
        let (method, flags, compressed, size) = (field(10, 2), field(8, 2), field(20, 4), field(24, 4));
        let lengths =
            [field(28, 2), field(30, 2), field(32, 2)].map(|length| usize::try_from(length).unwrap_or(0));
        let mode = field(40, 2);
        let start = field(42, 4);
        let [name, extra, comment] = lengths;
        sums.name(bytes.get(at + ENTRY_BYTES..at + ENTRY_BYTES + name).unwrap_or_default(), policy);
        if mode & 0o170_000 == 0o120_000 {
            sums.tell("it holds a link");
        }
        if flags & 1 != 0 {
            sums.tell("it is encrypted");
        }
        if compressed == 0xFFFF_FFFF || size == 0xFFFF_FFFF {
            sums.tell("it is larger than 4 GiB");
        }
        let reachable = if method == 0 { compressed } else { compressed.saturating_mul(DEFLATE_RATIO_MAX) };
        if matches!(method, 0 | 8) && size > reachable.saturating_add(DEFLATE_RATIO_MAX) {
            sums.tell("the size of an entry cannot be");
        }
        if last_start == Some(start) {
            sums.tell("entries share their content");
        }
        last_start = Some(start);
        packed = packed.saturating_add(compressed);
        sums.unpacked = sums.unpacked.saturating_add(size);
        at += ENTRY_BYTES + name + extra + comment;
    }
    if sums.entries != count {
        sums.tell("its directory counts other entries than it has");
    }
    if packed > bytes.len() as u64 {
        sums.tell("entries share their content");
    }
}

fn tar(bytes: &[u8], policy: &Policy, sums: &mut Sums) {
    let mut at = 0;
    while let Some(header) = bytes.get(at..at + TAR_BLOCK) {
        if header.iter().all(|byte| *byte == 0) {
            return;
        }
        sums.entries += 1;
        if sums.entries > policy.entries_max {
            return;
        }
        let text = |from: usize, to: usize| {
            header.get(from..to).unwrap_or_default().split(|byte| *byte == 0).next().unwrap_or_default()
        };
        sums.name(text(0, 100), policy);
        sums.name(text(345, 500), policy);
        match header.get(156) {
            Some(b'1' | b'2') => sums.tell("it holds a link"),
            Some(b'3' | b'4' | b'6') => sums.tell("it holds a device"),
            Some(b'L') => sums.name(
                bytes
                    .get(at + TAR_BLOCK..at + 2 * TAR_BLOCK)
                    .unwrap_or_default()
                    .split(|byte| *byte == 0)
                    .next()
                    .unwrap_or_default(),
                policy,
            ),
            _ => {}
        }
        let octal = std::str::from_utf8(text(124, 136)).unwrap_or_default().trim();
        let Ok(size) = u64::from_str_radix(octal, 8) else {
            return sums.tell("the size of an entry cannot be");
        };
        sums.unpacked = sums.unpacked.saturating_add(size);
        let blocks = usize::try_from(size.div_ceil(TAR_BLOCK as u64)).unwrap_or(usize::MAX);
        at = at.saturating_add(TAR_BLOCK).saturating_add(blocks.saturating_mul(TAR_BLOCK));
        if at > bytes.len() {
            return sums.tell("it breaks off");
        }
    }
}

/// The only one that is unpacked, to the bound: its own size field cannot be believed.
fn gzip(bytes: &[u8], policy: &Policy, sums: &mut Sums) {
    let limits = crate::Limits {
        decompressed_bytes_max: usize::try_from(policy.unpacked_bytes_max).unwrap_or(usize::MAX),
        decompression_ratio_max: usize::try_from(policy.ratio_max).unwrap_or(usize::MAX),
        ..crate::Limits::default()
    };
    match crate::body::decompress(b"gzip", bytes, &limits) {
        Ok(plain) => {
            sums.entries = 1;
            sums.unpacked = plain.len() as u64;
            match super::kind::of(&plain) {
                Kind::Tar => {
                    sums.unpacked = 0;
                    sums.entries = 0;
                    tar(&plain, policy, sums);
                }
                inner if inner.is_archive() && !policy.nested_archives => sums.tell("it holds an archive"),
                _ => {}
            }
        }
        Err(crate::body::DecompressError::Damaged(_)) => sums.tell("it is damaged"),
        Err(_) => sums.tell("it unpacks to too much"),
    }
}

/// A number of at most 8 bytes, least byte first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(length)?)?;
    Some(field.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
