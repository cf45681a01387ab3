//! Text without what was found in it.
use crate::engine::{Match, Scanner, Wanted, scan};
use crate::{HashKey, Place};

/// Passes over a text at most: what stands beside a masked value may look different afterwards.
const PASSES_MAX: usize = 4;
/// Bytes of a public prefix that a preview shows at most.
const PUBLIC_BYTES_MAX: usize = 12;

/// What is shown of a value: its public prefix and its length.
pub(crate) fn preview(value: &[u8], public: usize) -> String {
    let length = String::from_utf8_lossy(value).chars().count();
    let prefix: String =
        String::from_utf8_lossy(value.get(..public.min(PUBLIC_BYTES_MAX)).unwrap_or_default())
            .chars()
            .filter(char::is_ascii_graphic)
            .collect();
    format!("{prefix}…({length})")
}

/// The text with `[detector]` in the place of every match.
#[must_use]
pub fn mask(text: &[u8], place: Place, wanted: Wanted) -> Vec<u8> {
    let key = HashKey::new(b"");
    let mut masked = text.to_vec();
    for _ in 0..PASSES_MAX {
        let found = scan(&masked, place, wanted, &key);
        if found.is_empty() {
            break;
        }
        masked = replaced(&masked, 0, &found);
    }
    masked
}

fn replaced(text: &[u8], base: u64, found: &[Match]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for found in found {
        let (start, end) = (offset(found.start, base), offset(found.end, base));
        out.extend_from_slice(text.get(at..start).unwrap_or_default());
        out.extend_from_slice(b"[");
        out.extend_from_slice(found.detector.as_bytes());
        out.extend_from_slice(b"]");
        at = end;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    out
}

fn offset(at: u64, base: u64) -> usize {
    usize::try_from(at.saturating_sub(base)).unwrap_or(usize::MAX)
}

/// Masks a text that comes in chunks, in one pass; holds back at most two windows of it.
#[derive(Debug)]
pub struct Masker {
    scanner: Scanner,
    held: Vec<u8>,
    base: u64,
}

impl Masker {
    #[must_use]
    pub fn new(place: Place, wanted: Wanted) -> Self {
        Self { scanner: Scanner::new(place, wanted, &HashKey::new(b"")), held: Vec::new(), base: 0 }
    }

    /// Takes the next chunk; gives the text that nothing to come can change.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(chunk);
        let found = self.scanner.push(chunk);
        let settled = self.scanner.settled();
        self.give(&found, settled)
    }

    /// The rest of the text.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let found = self.scanner.finish();
        replaced(&self.held, self.base, &found)
    }

    fn give(&mut self, found: &[Match], settled: u64) -> Vec<u8> {
        let until = found.last().map_or(settled, |last| last.end.max(settled));
        let length = offset(until, self.base).min(self.held.len());
        let given: Vec<u8> = self.held.drain(..length).collect();
        let out = replaced(&given, self.base, found);
        self.base += length as u64;
        out
    }
}
