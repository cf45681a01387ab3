//! The runtime's output on its way to the platform: whole lines, redacted, nothing of the original kept.
//!
//! The platform logs whatever reaches the pipes that it gave, whoever subscribes to logs: so the guard owns the runtime's
//! pipes, and only what it writes on arrives.
pub(crate) mod frames;
pub(crate) mod redact;

#[cfg(test)]
mod tests;

use crate::events::Lines;
use redact::Redactor;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

/// Bytes of one line; the platform splits at the same size.
pub(crate) const LINE_BYTES_MAX: usize = 256 << 10;
/// How far before the limit a line is split between words.
const SPLIT_BYTES_MAX: usize = 4 << 10;
const READ_BYTES: usize = 64 << 10;

/// Reads one pipe to its end.
pub(crate) fn pump(mut from: File, to: &Lines, redactor: &Redactor) {
    let mut buffer = vec![0; READ_BYTES];
    let mut lines = Splitter::default();
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => lines.push(buffer.get(..read).unwrap_or_default(), |line| emit(line, to, redactor)),
            Err(why) if why.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    lines.finish(|line| emit(line, to, redactor));
}

fn emit(line: &[u8], to: &Lines, redactor: &Redactor) {
    let (text, end): (&[u8], &[u8]) = match line.strip_suffix(b"\n") {
        Some(text) => (text, b"\n"),
        None => (line, b""),
    };
    let mut out = redactor.line(text);
    out.extend_from_slice(end);
    // Whoever reads may be gone: the line is lost then, as it would be without the guard.
    to.write(&out);
}

/// Cuts a stream into lines of bounded size.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    held: Vec<u8>,
}

impl Splitter {
    /// Gives every whole line (with its end) to `take`.
    pub(crate) fn push(&mut self, mut chunk: &[u8], mut take: impl FnMut(&[u8])) {
        while let Some(at) = memchr::memchr(b'\n', chunk) {
            let (line, rest) = chunk.split_at(at + 1);
            chunk = rest;
            if self.held.is_empty() && line.len() <= LINE_BYTES_MAX {
                take(line);
            } else {
                self.held.extend_from_slice(line);
                self.give_long(&mut take);
                if !self.held.is_empty() {
                    take(&self.held);
                    self.held.clear();
                }
            }
        }
        self.held.extend_from_slice(chunk);
        self.give_long(&mut take);
    }

    /// A line that is too long leaves in parts, cut between words where there are some, so that what detectors look for
    /// stays whole.
    fn give_long(&mut self, take: &mut impl FnMut(&[u8])) {
        while self.held.len() > LINE_BYTES_MAX {
            let from = LINE_BYTES_MAX - SPLIT_BYTES_MAX;
            let window = self.held.get(from..LINE_BYTES_MAX).unwrap_or_default();
            let breaks = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'}' | b')');
            let at = window.iter().rposition(breaks).map_or(LINE_BYTES_MAX, |at| from + at + 1);
            let mut part: Vec<u8> = self.held.drain(..at).collect();
            part.push(b'\n');
            take(&part);
        }
    }

    pub(crate) fn finish(mut self, mut take: impl FnMut(&[u8])) {
        self.give_long(&mut take);
        if !self.held.is_empty() {
            take(&self.held);
        }
    }
}

/// The threads that read the runtime's pipes.
#[derive(Debug, Default)]
pub(crate) struct Pumps {
    ended: Vec<std::sync::mpsc::Receiver<()>>,
}

impl Pumps {
    /// Starts one.
    ///
    /// # Errors
    /// No thread can be started.
    pub(crate) fn start(
        &mut self,
        name: &str,
        from: File,
        to: Arc<Lines>,
        redactor: Arc<Redactor>,
    ) -> std::io::Result<()> {
        self.run(name, move || pump(from, &to, &redactor))
    }

    pub(crate) fn run(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        let (done, ended) = std::sync::mpsc::sync_channel(1);
        std::thread::Builder::new().name(name.to_owned()).stack_size(512 << 10).spawn(move || {
            work();
            // The process may end before anybody asks.
            done.try_send(()).unwrap_or_default();
        })?;
        self.ended.push(ended);
        Ok(())
    }

    /// Waits, a bounded time, until everything that was written has left: a process that the runtime left behind may keep
    /// a pipe open.
    pub(crate) fn settle(&self, most: std::time::Duration) {
        for ended in &self.ended {
            ended.recv_timeout(most).unwrap_or_default();
        }
    }
}
