//! What an environment writes: its output pipes and the guard's events.
use crate::runtime_api::Api;
use crate::talk::{Line, Talk};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncSeekExt, BufReader};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::task::JoinHandle;

/// Bytes of the tail that an invoker can ask for.
const TAIL_BYTES_MAX: usize = 4 * 1024;
/// Bytes of one line; longer ones are cut into several.
const LINE_BYTES_MAX: u64 = 256 * 1024;
/// Milliseconds between looks at the guard's events.
const EVENTS_MS: u64 = 100;
/// Bytes of events that are read at once.
const EVENTS_BYTES_MAX: u64 = 1024 * 1024;

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Function,
    Extension,
}

/// The output of an environment.
#[derive(Debug)]
pub(crate) struct Logs {
    api: Arc<Api>,
    function: String,
    talk: Talk,
    tail: Mutex<String>,
}

impl Logs {
    pub(super) fn new(api: Arc<Api>, function: String, talk: Talk) -> Self {
        Self { api, function, talk, tail: Mutex::default() }
    }

    fn tail(&self) -> MutexGuard<'_, String> {
        // INVARIANT: no code between lock and unlock can panic.
        self.tail.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// An invocation begins: the tail is its own, where it is alone.
    pub(crate) fn begin(&self, request_id: &str) {
        if !self.api.has_several() {
            self.tail().clear();
        }
        self.append(&format!("START RequestId: {request_id} Version: $LATEST"));
    }

    /// The last 4 KiB of the invocation.
    pub(crate) fn last(&self) -> String {
        self.tail().clone()
    }

    /// Adds a line of the platform's to the tail.
    pub(crate) fn append(&self, line: &str) {
        let mut tail = self.tail();
        tail.push_str(line);
        tail.push('\n');
        let mut cut = tail.len().saturating_sub(TAIL_BYTES_MAX);
        while !tail.is_char_boundary(cut) {
            cut += 1;
        }
        tail.drain(..cut);
    }

    /// Reads both pipes until they end.
    pub(super) fn follow(
        self: &Arc<Self>,
        out: Option<ChildStdout>,
        err: Option<ChildStderr>,
        kind: Kind,
    ) -> Vec<JoinHandle<()>> {
        let mut tasks = Vec::new();
        if let Some(out) = out {
            tasks.push(tokio::spawn(Arc::clone(self).read(out, kind)));
        }
        if let Some(err) = err {
            tasks.push(tokio::spawn(Arc::clone(self).read(err, kind)));
        }
        tasks
    }

    async fn read(self: Arc<Self>, pipe: impl AsyncRead + Unpin, kind: Kind) {
        let record = if kind == Kind::Function { "function" } else { "extension" };
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        loop {
            line.clear();
            match (&mut reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
            self.append(&text);
            self.api.telemetry.record(record, Value::String(text.clone()));
            let (function, request_id) = (self.function.clone(), self.api.current());
            self.talk.say(Line::Log { function, request_id, text });
        }
    }
}

/// The guard's events, told as they are written.
#[derive(Debug)]
pub(super) struct GuardEvents {
    path: PathBuf,
    function: String,
    talk: Talk,
    /// Bytes of the file that were told.
    at: tokio::sync::Mutex<u64>,
}

impl GuardEvents {
    pub(super) fn new(path: PathBuf, function: String, talk: Talk) -> Self {
        Self { path, function, talk, at: tokio::sync::Mutex::default() }
    }

    pub(super) async fn follow(self: Arc<Self>) {
        loop {
            tokio::time::sleep(Duration::from_millis(EVENTS_MS)).await;
            self.tell().await;
        }
    }

    /// Tells what came since. At the end of an environment once more: its last event is often why it ends.
    pub(super) async fn tell(&self) {
        let mut at = self.at.lock().await;
        loop {
            let Ok(mut file) = tokio::fs::File::open(&self.path).await else { return };
            if file.seek(std::io::SeekFrom::Start(*at)).await.is_err() {
                return;
            }
            let mut bytes = Vec::new();
            if file.take(EVENTS_BYTES_MAX).read_to_end(&mut bytes).await.is_err() {
                return;
            }
            let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') else { return };
            *at += end as u64 + 1;
            for line in bytes.get(..end).unwrap_or_default().split(|byte| *byte == b'\n') {
                if let Ok(event) = serde_json::from_slice(line) {
                    self.talk.say(Line::Guard { function: self.function.clone(), event });
                }
            }
        }
    }
}
