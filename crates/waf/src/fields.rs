//! Named values in order of arrival, in one block of memory.
use std::ops::Range;

/// A collection's values: names may repeat, order is kept, nothing is freed before the transaction ends.
///
/// All names and values stand in one buffer, so that a collection of a thousand arguments costs two
/// allocations, and none when the collection is used again after [`clear`](Self::clear).
#[derive(Clone, Debug, Default)]
pub struct Fields {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    name: Range<usize>,
    value: Range<usize>,
}

/// One value with its name, both as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// As it was sent, in its own case.
    pub name: &'a [u8],
    /// Decoded as its place demands (percent, JSON escape, …), not transformed.
    pub value: &'a [u8],
}

impl Fields {
    /// Nothing yet, with room for so many values whose names and values have so many bytes together.
    #[must_use]
    pub fn with_capacity(values: usize, bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), entries: Vec::with_capacity(values) }
    }

    /// Adds a value at the end.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(name);
        let middle = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.entries.push(Entry { name: start..middle, value: middle..self.bytes.len() });
    }

    /// Adds a value at the end that `write` appends itself: first the name, then the value; it returns the
    /// length of the buffer between the two. Nothing is copied twice.
    pub fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>) -> usize) {
        let start = self.bytes.len();
        let middle = write(&mut self.bytes);
        let end = self.bytes.len().max(start);
        let middle = middle.clamp(start, end);
        self.entries.push(Entry { name: start..middle, value: middle..end });
    }

    /// The values, in order of arrival.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Field<'_>> + DoubleEndedIterator + Clone {
        self.entries.iter().map(|entry| self.field(entry))
    }

    /// The value at a position.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<Field<'_>> {
        self.entries.get(position).map(|entry| self.field(entry))
    }

    /// The first value of a name, whatever its case.
    #[must_use]
    pub fn first(&self, name: &[u8]) -> Option<&[u8]> {
        self.named(name).next().map(|(_, field)| field.value)
    }

    /// The values of a name, whatever its case, with their positions.
    pub fn named<'f>(&'f self, name: &[u8]) -> impl Iterator<Item = (usize, Field<'f>)> {
        // Most others are told by their length, without a look at them.
        let alike = self.entries.iter().enumerate().filter(move |(_, entry)| entry.name.len() == name.len());
        alike
            .map(|(position, entry)| (position, self.field(entry)))
            .filter(move |(_, field)| field.name.eq_ignore_ascii_case(name))
    }

    /// All names and values, one behind the other.
    pub(crate) fn block(&self) -> &[u8] {
        &self.bytes
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of memory that stay reserved after [`clear`](Self::clear).
    #[must_use]
    pub fn reserved_bytes(&self) -> usize {
        self.bytes.capacity() + self.entries.capacity() * size_of::<Entry>()
    }

    /// Forgets the values and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }

    fn field(&self, entry: &Entry) -> Field<'_> {
        Field {
            name: self.bytes.get(entry.name.clone()).unwrap_or_default(),
            value: self.bytes.get(entry.value.clone()).unwrap_or_default(),
        }
    }
}
