//! Masking of answers that leave in pieces.
//!
//! What is held back is as little as can be: the last word, which may be the beginning of a secret, and the groups of digits before
//! it; a key in PEM form up to its end. So the text of a model leaves word by word, and an event stream loses no time.
use super::leak::{self, Treated};
use super::needle::Needles;
use crate::Report;
use crate::{Action, Layer, Occurrence};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Bytes of a word, or of a key over many lines, that are held back at most.
const HELD_BYTES_MAX: usize = 16 << 10;
/// Bytes that left already and are looked at once more, since they say what comes after them (`phone: `).
const BEFORE_BYTES: usize = 512;
/// Bytes of a number in groups: an IBAN with spaces has 42.
const GROUPS_BYTES_MAX: usize = 64;
/// The last line of a key in PEM form, which goes on with its kind and five more dashes (RFC 7468 section 2).
const END: &[u8] = b"-----END ";
/// Bytes of a word that tell too little of a secret to be held back while nothing comes.
const HARMLESS_BYTES: usize = 7;

/// Masks an answer that leaves in pieces.
pub struct Stream {
    needles: Arc<Needles>,
    treated: Option<Treated>,
    /// The end of what left, as the function wrote it, and what is held back.
    text: Vec<u8>,
    /// Where in `text` begins what is held back.
    left: usize,
    request_id: String,
    report: Arc<dyn Report>,
    told: BTreeSet<String>,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Stream").field("held", &self.held()).finish_non_exhaustive()
    }
}

impl Stream {
    /// `treated`: none when nothing is looked at.
    pub(super) fn new(
        needles: Arc<Needles>,
        treated: Option<Treated>,
        request_id: &str,
        report: Arc<dyn Report>,
    ) -> Self {
        let (text, told) = (Vec::new(), BTreeSet::new());
        Self { needles, treated, text, left: 0, request_id: request_id.to_owned(), report, told }
    }

    /// Takes the next piece; gives what nothing to come can change.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        if self.treated.is_none() {
            return chunk.to_vec();
        }
        self.text.extend_from_slice(chunk);
        self.give(self.settled())
    }

    /// Bytes that are held back.
    #[must_use]
    pub fn held(&self) -> usize {
        self.text.len() - self.left
    }

    /// For when nothing has come for a while: gives the beginning of a word that is too short to tell of a secret, and
    /// words as people write them.
    pub fn pause(&mut self) -> Vec<u8> {
        let settled = self.settled();
        let word = self.text.get(words_begin(&self.text)..).unwrap_or_default();
        let begun = self.text.len() - self.needles.begun(&self.text);
        if self.text.len() - settled <= HARMLESS_BYTES.max(word.len())
            && begun <= HARMLESS_BYTES
            && (word.len() <= HARMLESS_BYTES || is_prose(word))
        {
            return self.give(self.text.len());
        }
        self.give(settled)
    }

    /// The rest.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.give(self.text.len())
    }

    /// The end of what nothing to come can change.
    fn settled(&self) -> usize {
        let text = &self.text;
        let word = words_begin(text);
        let words = text.get(..word).unwrap_or_default();
        let begin = memchr::memmem::rfind(text, b"-----BEGIN ").filter(|begin| {
            let key = words.get(*begin..).unwrap_or_default();
            let end = memchr::memmem::find(key, END).and_then(|at| key.get(at + END.len()..));
            let is_whole = end.is_some_and(|rest| memchr::memmem::find(rest, b"-----").is_some());
            text.len() - begin < HELD_BYTES_MAX && !is_whole
        });
        let open = numbers_begin(text, word);
        let open = open.min(self.needles.begun(text)).min(begin.unwrap_or(text.len()));
        // Binary data, and long texts without spaces.
        open.max(text.len().saturating_sub(HELD_BYTES_MAX))
    }

    /// Lets everything before `until` go.
    fn give(&mut self, until: usize) -> Vec<u8> {
        let Some(treated) = self.treated.filter(|_| until > self.left) else { return Vec::new() };
        let text = self.text.get(..until).unwrap_or_default();
        let leaks = leak::look(text, &self.needles, treated);
        let given = leaks.masked_from(text, self.left);
        let given = given.unwrap_or_else(|| text.get(self.left..).unwrap_or_default().to_vec());
        self.tell(leaks.hidden);
        self.text.drain(..until.saturating_sub(BEFORE_BYTES));
        self.left = until.min(BEFORE_BYTES);
        given
    }

    fn tell(&mut self, mut names: BTreeSet<String>) {
        names.retain(|name| !self.told.contains(name));
        if names.is_empty() {
            return;
        }
        let list: Vec<&str> = names.iter().map(String::as_str).collect();
        self.report.report(Occurrence {
            layer: Layer::Response,
            action: Action::Changed,
            hostile: false,
            request_id: Some(self.request_id.clone()),
            reason: format!("the streamed answer held {}", list.join(", ")),
            rule: Some("leak".to_owned()),
            facts: Vec::new(),
        });
        self.told.append(&mut names);
    }
}

/// Where the last word begins: the length of the text when it ends between words.
fn words_begin(text: &[u8]) -> usize {
    let between = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`,;(){}[]<>|\\".contains(byte);
    text.iter().rposition(between).map_or(0, |at| at + 1)
}

/// Where the number begins that the word at `from` may go on with: `4111 1111 11`, `+49 (30) 123`, `DE89 3704 0044`.
fn numbers_begin(text: &[u8], from: usize) -> usize {
    let is_group = |word: &[u8]| {
        word.iter().any(u8::is_ascii_digit) || word.len() <= 4 && word.iter().all(u8::is_ascii_uppercase)
    };
    let mut at = from;
    if !is_group(text.get(from..).unwrap_or_default()) {
        return from;
    }
    while text.len() - at < GROUPS_BYTES_MAX {
        let before = text.get(..at).unwrap_or_default();
        let gap = before.iter().rev().take_while(|byte| b" ()".contains(byte)).count();
        let end = at - gap;
        let begin = words_begin(text.get(..end).unwrap_or_default());
        if !(1..=3).contains(&gap) || begin == end || !is_group(text.get(begin..end).unwrap_or_default()) {
            break;
        }
        at = begin;
    }
    // A sign before the first group is a part of it.
    at - usize::from(at < from && text.get(..at).is_some_and(|before| before.ends_with(b"(")))
}

/// `Processing…`: letters in the case of a word, and what ends a sentence.
fn is_prose(word: &[u8]) -> bool {
    let signs = word.iter().rev().take_while(|byte| b".:!?".contains(byte)).count();
    let letters = word.get(..word.len() - signs).unwrap_or_default();
    let is_small = |byte: &u8| byte.is_ascii_lowercase() || !byte.is_ascii();
    letters.len() <= 32
        && letters.split_first().is_some_and(|(first, rest)| {
            (first.is_ascii_alphabetic() || !first.is_ascii()) && rest.iter().all(is_small)
        })
}
