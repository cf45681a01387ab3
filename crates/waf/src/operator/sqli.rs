//! `@detectSQLi`: whether a value, put into a query, would change it. The algorithm of libinjection, its tables and its answers.
//!
//! A value is read as SQL, as it is and as the rest of a string; neighbours are folded until five tokens stand; their types are the
//! fingerprint, and some thousand fingerprints are known as injections.
mod fold;
mod table;
mod token;
mod word;

use memchr::{memchr, memmem};
use table::{are_plain_prints_unknown, begins_known_phrase, is_known_fingerprint, same};
use token::{Kind, Token};

/// Tokens of a fingerprint at most.
const TOKENS_MAX: usize = 5;

/// Longer values are not asked for plain words: the reader stops after some tokens of them, however long they are.
const PLAIN_BYTES_MAX: usize = 128;

/// In which quotes a value is taken to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
}

/// The types of the tokens, a letter each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    kinds: [u8; TOKENS_MAX],
    length: usize,
}

impl Fingerprint {
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.kinds.get(..self.length).unwrap_or_default()
    }
}

/// Reads one value in one way.
#[derive(Debug)]
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    quote: Quote,
    mysql: bool,
    /// The sixth helps to decide about the fifth.
    tokens: [Token; TOKENS_MAX + 3],
    count: usize,
    /// `#`, or `--` without white space after it: MySQL reads those another way.
    reads_differently: bool,
}

/// The fingerprint of an injection.
pub(super) fn detect(value: &[u8]) -> Option<Fingerprint> {
    if is_one_word(value) || value.len() <= PLAIN_BYTES_MAX && are_plain_words(value) {
        return None;
    }
    let read = |quote, mysql| Reader::new(value, quote, mysql).decide();
    for quote in [Quote::None, Quote::Single] {
        if quote == Quote::Single && memchr(b'\'', value).is_none() {
            continue;
        }
        let (found, reads_differently) = read(quote, false);
        if found.is_some() {
            return found;
        }
        if reads_differently && let (Some(found), _) = read(quote, true) {
            return Some(found);
        }
    }
    memchr(b'"', value)?;
    read(Quote::Double, true).0
}

/// One token cannot be an injection, whatever it is.
fn is_one_word(value: &[u8]) -> bool {
    let digits = value.iter().all(u8::is_ascii_digit);
    digits
        || value.first().is_some_and(|byte| !byte.is_ascii_digit())
            && value.iter().all(|byte| is_in_word(*byte))
}

/// Words that SQL does not know, and numbers, with blanks between: whatever their order, each is a token of its own, and no fingerprint is made of such
/// tokens alone.
fn are_plain_words(value: &[u8]) -> bool {
    let mut rest = value;
    while let Some((first, behind)) = rest.split_first() {
        if *first == b' ' {
            rest = behind;
            continue;
        }
        let length = behind.iter().take_while(|byte| is_in_word(**byte)).count() + 1;
        let Some((word, others)) = rest.split_at_checked(length) else { return false };
        let is_plain = if first.is_ascii_digit() {
            // `1e5`, `0x1f`, `1fUNION` are more than that.
            word.iter().all(u8::is_ascii_digit)
        } else {
            is_in_word(*first) && !begins_known_phrase(word)
        };
        if !is_plain || others.first().is_some_and(|byte| *byte != b' ') {
            return false;
        }
        rest = others;
    }
    are_plain_prints_unknown()
}

fn is_in_word(byte: u8) -> bool {
    const IN_WORD: [bool; 256] = {
        let mut in_word = [false; 256];
        let mut byte = 0;
        while byte < 0x80 {
            #[expect(clippy::indexing_slicing, reason = "a constant, computed by the compiler")]
            {
                in_word[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
            }
            byte += 1;
        }
        in_word
    };
    IN_WORD.get(usize::from(byte)).copied().unwrap_or(false)
}

impl<'a> Reader<'a> {
    fn new(text: &'a [u8], quote: Quote, mysql: bool) -> Self {
        Self {
            text,
            at: 0,
            quote,
            mysql,
            tokens: [Token::default(); TOKENS_MAX + 3],
            count: 0,
            reads_differently: false,
        }
    }

    fn token(&self, at: usize) -> Token {
        self.tokens.get(at).copied().unwrap_or_default()
    }

    fn kind(&self, at: usize) -> Kind {
        self.tokens.get(at).map_or(Kind::NONE, |token| token.kind)
    }

    fn put(&mut self, at: usize, token: Token) {
        if let Some(kept) = self.tokens.get_mut(at) {
            *kept = token;
        }
    }

    fn set_kind(&mut self, at: usize, kind: Kind) {
        if let Some(kept) = self.tokens.get_mut(at) {
            kept.kind = kind;
        }
    }

    fn decide(mut self) -> (Option<Fingerprint>, bool) {
        let length = self.fold();
        if let Some(last) = length.checked_sub(1).filter(|&last| last > 1) {
            let token = self.token(last);
            // PHP's comment of one backtick
            if token.kind == Kind::BAREWORD
                && token.open == b'`'
                && token.text().is_empty()
                && token.close == 0
            {
                self.set_kind(last, Kind::COMMENT);
            }
        }
        let mut kinds = [0; TOKENS_MAX];
        for (kept, token) in kinds.iter_mut().zip(self.tokens.iter().take(length)) {
            *kept = token.kind.0;
        }
        let mut print = Fingerprint { kinds, length: length.min(TOKENS_MAX) };
        // what cannot be read surely may be the sixth token
        if (0..length).any(|at| self.kind(at) == Kind::EVIL) {
            print = Fingerprint { kinds: [Kind::EVIL.0, 0, 0, 0, 0], length: 1 };
        }
        let found = is_known_fingerprint(print.as_bytes()) && !self.is_harmless(print.as_bytes());
        (found.then_some(print), self.reads_differently)
    }

    /// Fingerprints that ordinary text has too.
    fn is_harmless(&self, print: &[u8]) -> bool {
        if print.len() > 1
            && print.last() == Some(&Kind::COMMENT.0)
            && memmem::find(self.text, b"sp_password").is_some()
        {
            return false;
        }
        match print.len() {
            2 => self.is_harmless_pair(),
            3 => self.is_harmless_three(print),
            _ => false,
        }
    }

    fn is_harmless_pair(&self) -> bool {
        let (first, second) = (self.token(0), self.token(1));
        if second.kind == Kind::UNION {
            return self.count == 2;
        }
        let mark = second.text().first().copied().unwrap_or(0);
        if mark == b'#' {
            return true;
        }
        if second.kind == Kind::COMMENT {
            if first.kind == Kind::BAREWORD && mark != b'/' {
                return true;
            }
            if first.kind == Kind::NUMBER {
                return mark != b'/' && self.count <= 2 && !self.number_ends_early(first.text().len());
            }
        }
        second.text().len() > 2 && mark == b'-'
    }

    /// Whether white space or a comment follows the number at the start of the value. Bytes above 0x7F are white here, as in C.
    fn number_ends_early(&self, length: usize) -> bool {
        let byte = |at: usize| self.text.get(at).copied().unwrap_or(0);
        match byte(length) {
            0..=32 | 0x80.. => true,
            b'/' => byte(length + 1) == b'*',
            b'-' => byte(length + 1) == b'-',
            _ => false,
        }
    }

    fn is_harmless_three(&self, print: &[u8]) -> bool {
        let (first, second, third) = (self.token(0), self.token(1), self.token(2));
        match print {
            // `…foo" + "bar…` is none
            b"sos" | b"s&s" => !(first.open == 0 && third.close == 0 && first.close == third.open),
            b"s&n" | b"n&1" | b"1&1" | b"1&v" | b"1&s" => self.count == 3,
            _ if second.kind == Kind::KEYWORD => {
                second.text().len() < 5 || !second.text().get(..4).is_some_and(|start| same(start, b"INTO"))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
