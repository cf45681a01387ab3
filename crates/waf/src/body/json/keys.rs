//! Finds keys that stand twice in one object, at a cost that no choice of keys can raise past `n log n`.
use std::cmp::Ordering;
use std::ops::Range;

/// Up to this many keys, each is compared with each: cheaper than to sort.
const PAIRWISE_MAX: usize = 16;

/// The keys of all objects that are open, innermost last.
pub(super) struct Keys<'t> {
    /// The body: a key without an escape stays where it stands.
    body: &'t [u8],
    /// Keys whose escapes had to be resolved.
    bytes: Vec<u8>,
    entries: Vec<Key>,
}

/// How much of [`Keys`] belongs to outer objects.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    bytes: usize,
    entries: usize,
}

struct Key {
    /// Of the key without its case; equal keys have equal hashes, no more is promised.
    hash: u32,
    /// Whether it stands in the body, from here to there; in [`Keys::bytes`] otherwise.
    is_plain: bool,
    from: usize,
    to: usize,
    /// Place in the body.
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    Same,
    /// Readers that ignore case (Go's, for one) take both for one.
    OtherCase,
}

impl<'t> Keys<'t> {
    pub(super) fn new(body: &'t [u8]) -> Self {
        Self { body, bytes: Vec::new(), entries: Vec::with_capacity(16) }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { bytes: self.bytes.len(), entries: self.entries.len() }
    }

    /// Adds a key; `raw` is where it stands in the body when it has no escape.
    pub(super) fn push(&mut self, key: &[u8], raw: Option<Range<usize>>, at: usize) {
        let (is_plain, from, to) = match raw {
            Some(raw) => (true, raw.start, raw.end),
            None => {
                let from = self.bytes.len();
                self.bytes.extend_from_slice(key);
                (false, from, self.bytes.len())
            }
        };
        self.entries.push(Key { hash: hash(key), is_plain, from, to, at });
    }

    /// Tells the repeated keys of the innermost object and forgets it.
    pub(super) fn close(&mut self, mark: Mark, mut tell: impl FnMut(Repeat, &[u8], usize)) {
        let texts = Texts { body: self.body, bytes: &self.bytes };
        if let Some(keys) = self.entries.get_mut(mark.entries..) {
            if keys.len() <= PAIRWISE_MAX {
                compare_pairwise(texts, keys, &mut tell);
            } else {
                sort_and_compare(texts, keys, &mut tell);
            }
        }
        self.entries.truncate(mark.entries);
        self.bytes.truncate(mark.bytes);
    }
}

/// Where keys stand.
#[derive(Clone, Copy)]
struct Texts<'b> {
    body: &'b [u8],
    bytes: &'b [u8],
}

impl Key {
    fn text<'b>(&self, texts: Texts<'b>) -> &'b [u8] {
        let bytes = if self.is_plain { texts.body } else { texts.bytes };
        bytes.get(self.from..self.to).unwrap_or_default()
    }
}

fn compare_pairwise(texts: Texts<'_>, keys: &[Key], tell: &mut impl FnMut(Repeat, &[u8], usize)) {
    let mut rest = keys;
    while let [first, others @ ..] = rest {
        if let Some(other) = others.iter().find(|other| other.hash == first.hash) {
            judge(texts, first, other, tell);
        }
        rest = others;
    }
}

fn sort_and_compare(texts: Texts<'_>, keys: &mut [Key], tell: &mut impl FnMut(Repeat, &[u8], usize)) {
    keys.sort_unstable_by(|a, b| {
        let by_text = || a.text(texts).iter().map(lower).cmp(b.text(texts).iter().map(lower));
        a.hash.cmp(&b.hash).then_with(by_text).then(a.at.cmp(&b.at))
    });
    for pair in keys.windows(2) {
        if let [first, second] = pair
            && first.hash == second.hash
        {
            judge(texts, first, second, tell);
        }
    }
}

fn judge(texts: Texts<'_>, first: &Key, second: &Key, tell: &mut impl FnMut(Repeat, &[u8], usize)) {
    let (a, b) = (first.text(texts), second.text(texts));
    if a == b {
        tell(Repeat::Same, b, second.at);
    } else if a.iter().map(lower).cmp(b.iter().map(lower)) == Ordering::Equal {
        tell(Repeat::OtherCase, b, second.at);
    }
}

fn lower(byte: &u8) -> u8 {
    byte.to_ascii_lowercase()
}

fn hash(key: &[u8]) -> u32 {
    const CASE: u64 = 0x2020_2020_2020_2020;
    let mut state = key.len() as u64;
    let (words, tail) = key.as_chunks::<8>();
    for word in words {
        state = mix(state, u64::from_le_bytes(*word) | CASE);
    }
    let mut last = 0;
    for byte in tail {
        last = last << 8 | u64::from(*byte | 0x20);
    }
    (mix(state, last) >> 32) as u32
}

fn mix(state: u64, word: u64) -> u64 {
    (state.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
