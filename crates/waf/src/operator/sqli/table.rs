//! Words of SQL and fingerprints of injections: facts of libinjection's format, from the crate that carries them.
use super::token::{Kind, TEXT_BYTES_MAX};
use libinjectionrs::sqli::sqli_data::SQL_KEYWORDS;
use std::collections::HashSet;
use std::sync::OnceLock;

/// Places of the table of words; a power of two, four times the words.
const WORD_PLACES: usize = 4096;

/// Places of the table of fingerprints; a power of two, twice the fingerprints.
const PRINT_PLACES: usize = 16_384;

/// Different marks of words.
const MARKS: usize = 4096;

/// The letter before a fingerprint, and its type.
const PRINT_MARK: u8 = b'0';
const PRINT_KIND: u8 = b'F';

/// Bytes of [`PACKED`].
const PACKED_BYTES: usize = packed_bytes();

/// The crate's table as one block: for each word its length, its type and its letters. As the crate has it, nine thousand slices with
/// their addresses, it takes four times as much of a program that must be small and start soon.
static PACKED: [u8; PACKED_BYTES] = packed();

#[expect(
    clippy::indexing_slicing,
    reason = "worked out when the program is built: a wrong place is a failing build"
)]
const fn packed_bytes() -> usize {
    let (mut bytes, mut at) = (0, 0);
    while at < SQL_KEYWORDS.len() {
        bytes += 2 + SQL_KEYWORDS[at].word.len();
        at += 1;
    }
    bytes
}

#[expect(
    clippy::indexing_slicing,
    reason = "worked out when the program is built: a wrong place is a failing build"
)]
#[expect(clippy::cast_possible_truncation, reason = "no word has 256 letters; a test compares all of them")]
const fn packed() -> [u8; PACKED_BYTES] {
    let mut out = [0; PACKED_BYTES];
    let (mut to, mut at) = (0, 0);
    while at < SQL_KEYWORDS.len() {
        let word = SQL_KEYWORDS[at].word.as_bytes();
        out[to] = word.len() as u8;
        out[to + 1] = SQL_KEYWORDS[at].token_type;
        to += 2;
        let mut letter = 0;
        while letter < word.len() {
            out[to] = word[letter];
            (to, letter) = (to + 1, letter + 1);
        }
        at += 1;
    }
    out
}

/// Every word of [`PACKED`] with its type.
fn keywords() -> impl Iterator<Item = (&'static [u8], u8)> {
    let mut rest: &'static [u8] = &PACKED;
    std::iter::from_fn(move || {
        let (&[length, kind], after) = rest.split_first_chunk()?;
        let (word, next) = after.split_at_checked(usize::from(length))?;
        rest = next;
        Some((word, kind))
    })
}

struct Tables {
    words: Vec<(&'static [u8], u8)>,
    prints: Vec<u64>,
    /// Whether a word of this length (bit) begins with this byte.
    lengths: [u32; 256],
    /// The [`mark`]s of all words, and of the words that phrases begin with, a bit each.
    marks: [u64; MARKS / 64],
    /// The first words of phrases.
    firsts: HashSet<Vec<u8>>,
    /// Whether a fingerprint is made of bare words and numbers alone.
    has_plain_print: bool,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut tables = Tables {
            words: vec![(&[], 0); WORD_PLACES],
            prints: vec![0; PRINT_PLACES],
            lengths: [0; 256],
            marks: [0; MARKS / 64],
            firsts: HashSet::new(),
            has_plain_print: false,
        };
        for (word, kind) in keywords() {
            if kind == PRINT_KIND {
                let print = word.strip_prefix(&[PRINT_MARK]).unwrap_or(word);
                tables.has_plain_print |= print.iter().all(|kind| Kind(kind.to_ascii_lowercase()).is_plain());
                tables.add_print(print);
            } else {
                tables.add_word(word, kind);
            }
        }
        tables
    })
}

impl Tables {
    fn add_word(&mut self, word: &'static [u8], kind: u8) {
        let Some(&first) = word.first() else { return };
        self.mark(word);
        if let Some(begin) = word.iter().position(|byte| *byte == b' ').and_then(|blank| word.get(..blank)) {
            self.firsts.insert(begin.to_ascii_uppercase());
            self.mark(begin);
        }
        if let Some(lengths) = self.lengths.get_mut(usize::from(first)) {
            *lengths |= 1 << word.len().min(31);
        }
        let start = hash(word);
        let free = (0..WORD_PLACES)
            .map(|step| (start + step) % WORD_PLACES)
            .find(|&at| self.words.get(at).is_some_and(|(known, _)| known.is_empty()));
        if let Some(place) = free.and_then(|at| self.words.get_mut(at)) {
            *place = (word, kind);
        }
    }

    fn mark(&mut self, word: &[u8]) {
        let mark = mark(word);
        if let Some(bits) = self.marks.get_mut(mark / 64) {
            *bits |= 1 << (mark % 64);
        }
    }

    fn add_print(&mut self, print: &[u8]) {
        let packed = pack(print);
        let start = print_hash(packed);
        let free = (0..PRINT_PLACES)
            .map(|step| (start + step) % PRINT_PLACES)
            .find(|&at| self.prints.get(at).is_some_and(|&known| known == 0));
        if let Some(place) = free.and_then(|at| self.prints.get_mut(at)) {
            *place = packed;
        }
    }
}

/// FNV-1a of the upper case.
fn hash(word: &[u8]) -> usize {
    let hash = word.iter().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_uppercase())).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ hash >> 32) as usize % WORD_PLACES
}

fn pack(print: &[u8]) -> u64 {
    print.iter().fold(0, |packed, byte| packed << 8 | u64::from(byte.to_ascii_uppercase()))
}

fn print_hash(packed: u64) -> usize {
    (packed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize % PRINT_PLACES
}

/// Equal but for the case of ASCII letters.
pub(super) fn same(text: &[u8], upper: &[u8]) -> bool {
    text.eq_ignore_ascii_case(upper)
}

/// The type of a word or an operator.
pub(super) fn lookup(word: &[u8]) -> Option<Kind> {
    let first = word.first()?.to_ascii_uppercase();
    if word.len() > TEXT_BYTES_MAX {
        return None;
    }
    let tables = tables();
    let lengths = tables.lengths.get(usize::from(first))?;
    if lengths >> word.len().min(31) & 1 == 0 {
        return None;
    }
    let start = hash(word);
    for step in 0..WORD_PLACES {
        let &(known, kind) = tables.words.get((start + step) % WORD_PLACES)?;
        if known.is_empty() {
            return None;
        }
        if same(word, known) {
            return Some(Kind(kind));
        }
    }
    None
}

/// Whether SQL knows a word, other than as a bare word, or a phrase that begins with it.
pub(super) fn begins_known_phrase(word: &[u8]) -> bool {
    let tables = tables();
    let mark = mark(word);
    if tables.marks.get(mark / 64).is_some_and(|bits| bits >> (mark % 64) & 1 == 0) {
        return false;
    }
    lookup(word).is_some_and(|kind| !kind.is_plain()) || tables.firsts.contains(&word.to_ascii_uppercase())
}

/// A number that most words do not share with any word of SQL, whatever their case.
fn mark(word: &[u8]) -> usize {
    let letter = |byte: Option<&u8>| usize::from(byte.map_or(0, |byte| byte & 0x1f));
    let middle = letter(word.get(word.len() / 2));
    (letter(word.first()) << 7 ^ letter(word.last()) << 2 ^ middle << 4 ^ word.len()) % MARKS
}

/// Whether no fingerprint is made of bare words and numbers alone.
pub(super) fn are_plain_prints_unknown() -> bool {
    !tables().has_plain_print
}

pub(super) fn is_known_fingerprint(print: &[u8]) -> bool {
    if print.is_empty() {
        return false;
    }
    let packed = pack(print);
    let start = print_hash(packed);
    let tables = tables();
    (0..PRINT_PLACES)
        .map_while(|step| {
            tables.prints.get((start + step) % PRINT_PLACES).copied().filter(|&known| known != 0)
        })
        .any(|known| known == packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packed_table_is_the_whole_of_the_crates() {
        assert_eq!(keywords().count(), SQL_KEYWORDS.len());
        for ((word, kind), keyword) in keywords().zip(SQL_KEYWORDS) {
            assert_eq!((word, kind), (keyword.word.as_bytes(), keyword.token_type));
        }
    }
}
