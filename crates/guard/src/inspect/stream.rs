//! Masking of answers that leave in pieces.
//!
//! What is held back is as little as can be: to the end of the last line, since no secret but a key in PEM form goes over several.
//! Then an event stream loses no time.
use super::leak::{self, Treated};
use super::needle::Needles;
use crate::Report;
use crate::{Action, Layer, Occurrence};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Bytes of a line, or of a key over many lines, that are held back at most.
const HELD_BYTES_MAX: usize = 16 << 10;

/// Masks an answer that leaves in pieces.
pub struct Stream {
    needles: Arc<Needles>,
    treated: Option<Treated>,
    held: Vec<u8>,
    request_id: String,
    report: Arc<dyn Report>,
    told: BTreeSet<String>,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Stream").field("held", &self.held.len()).finish_non_exhaustive()
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
        let (held, told) = (Vec::new(), BTreeSet::new());
        Self { needles, treated, held, request_id: request_id.to_owned(), report, told }
    }

    /// Takes the next piece; gives what nothing to come can change.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        if self.treated.is_none() {
            return chunk.to_vec();
        }
        self.held.extend_from_slice(chunk);
        let until = self.settled();
        let ready: Vec<u8> = self.held.drain(..until).collect();
        self.clean(ready)
    }

    /// The rest.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        let rest = std::mem::take(&mut self.held);
        self.clean(rest)
    }

    /// How much of what is held can go: whole lines, and of a line without an end all but as much as a secret may be long.
    fn settled(&self) -> usize {
        let begin = memchr::memmem::rfind(&self.held, b"-----BEGIN ");
        if let Some(begin) = begin
            && memchr::memmem::find(self.held.get(begin..).unwrap_or_default(), b"-----END ").is_none()
            && self.held.len() - begin < HELD_BYTES_MAX
        {
            return begin;
        }
        if let Some(at) = memchr::memrchr(b'\n', &self.held) {
            return at + 1;
        }
        // Binary data and long texts without lines.
        let kept = HELD_BYTES_MAX.max(self.needles.longest);
        self.held.len().saturating_sub(kept)
    }

    fn clean(&mut self, text: Vec<u8>) -> Vec<u8> {
        let Some(treated) = self.treated.filter(|_| !text.is_empty()) else { return text };
        let leaks = leak::look(&text, &self.needles, treated);
        let new: Vec<String> = leaks
            .hidden
            .iter()
            .chain(&leaks.refused)
            .filter(|name| !self.told.contains(*name))
            .cloned()
            .collect();
        if !new.is_empty() {
            self.report.report(Occurrence {
                layer: Layer::Response,
                action: Action::Changed,
                hostile: false,
                request_id: Some(self.request_id.clone()),
                reason: format!("the streamed answer held {}", new.join(", ")),
                rule: Some("leak".to_owned()),
                facts: Vec::new(),
            });
            self.told.extend(new);
        }
        leaks.masked.unwrap_or(text)
    }
}
