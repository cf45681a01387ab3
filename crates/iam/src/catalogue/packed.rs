//! Facts as they lie in the binary: pages, each deflated on its own, behind the length of its text.
use flate2::read::DeflateDecoder;
use std::io::Read as _;

/// Name of a page, entries in pages before it, its own entries, where it ends.
pub(super) type Entry = (&'static str, usize, usize, usize);

/// Pages in order of their names.
#[derive(Debug)]
pub(super) struct Book {
    pub index: &'static [Entry],
    pub bytes: &'static [u8],
}

impl Book {
    /// What the book takes in the binary.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        let names: usize = self.index.iter().map(|(name, ..)| name.len()).sum();
        size_of_val(self.index) + names + self.bytes.len()
    }

    /// The number of the page with exactly this name.
    pub(super) fn page_of(&self, name: &str) -> Option<usize> {
        self.index.binary_search_by(|(page, ..)| (*page).cmp(name)).ok()
    }

    /// The number of the page whose names begin at or before this one.
    pub(super) fn page_with(&self, name: &str) -> Option<usize> {
        self.index.partition_point(|(page, ..)| *page <= name).checked_sub(1)
    }

    /// The text of a page. Empty when the bytes are not ours, which a test rules out for every page.
    pub(super) fn text(&self, page: usize) -> String {
        let end = |page: usize| self.index.get(page).map(|(.., end)| *end);
        let start = page.checked_sub(1).and_then(end).unwrap_or(0);
        let packed = end(page).and_then(|end| self.bytes.get(start..end)).unwrap_or_default();
        let Some((length, body)) = packed.split_first_chunk::<4>() else { return String::new() };
        let length = u64::from(u32::from_le_bytes(*length));
        let mut text = String::with_capacity(usize::try_from(length).unwrap_or_default());
        match DeflateDecoder::new(body).take(length).read_to_string(&mut text) {
            Ok(_) => text,
            Err(_) => String::new(),
        }
    }
}
