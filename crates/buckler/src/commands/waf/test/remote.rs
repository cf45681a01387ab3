//! Rule tests against a running server: raw requests out, answers and the match log in.
//!
//! Which lines of the log belong to a request is told by a marker, as go-ftw does it: a request with the header `X-CRS-Test`
//! that a rule of the server logs.
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use replay::ftw::{self, Observed, Stage, remote};

use super::CommandError;

/// Marker requests until the log must have shown one.
const MARKERS_MAX: u32 = 20;
/// Bytes of an answer that are looked at.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Server {
    address: String,
    log: PathBuf,
    /// Bytes of the log that were read.
    position: u64,
    number: u64,
}

impl Server {
    pub(super) fn new(target: &str, log: &Path) -> Result<Self, CommandError> {
        let address = target.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let Some(address) = address.filter(|address| address.contains(':')) else {
            return Err(CommandError::Target { url: target.to_owned() });
        };
        let size = std::fs::metadata(log).map_or(0, |metadata| metadata.len());
        Ok(Self { address: address.to_owned(), log: log.into(), position: size, number: 0 })
    }

    /// Sends a stage's request and tells what came of it.
    pub(super) fn run(&mut self, stage: &Stage) -> Result<Observed, String> {
        self.until_marker()?;
        let bytes = ftw::request(&stage.input)?;
        let answer = self.send(&bytes)?;
        let log = self.until_marker()?;
        Ok(remote::observed(&answer, &log))
    }

    fn send(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let wrong = |why: std::io::Error| format!("`{}`: {why}", self.address);
        let mut stream = TcpStream::connect(&self.address).map_err(wrong)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(wrong)?;
        stream.write_all(bytes).map_err(wrong)?;
        let mut answer = Vec::new();
        let mut buffer = [0; 16 << 10];
        while u64::try_from(answer.len()).unwrap_or(u64::MAX) < ANSWER_BYTES_MAX {
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => answer.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                // A connection that the server cuts, or leaves open without a word, has been answered as far as it will be.
                Err(_) => break,
            }
            if remote::is_whole(bytes, &answer) {
                break;
            }
        }
        Ok(answer)
    }

    /// Reads the log up to a new marker, and gives what stood before it.
    fn until_marker(&mut self) -> Result<String, String> {
        self.number += 1;
        let marker = format!("buckler-{}-{}", std::process::id(), self.number);
        let request = remote::marker(&marker);
        for _ in 0..MARKERS_MAX {
            self.send(&request)?;
            let mut file = File::open(&self.log).map_err(|why| format!("`{}`: {why}", self.log.display()))?;
            file.seek(SeekFrom::Start(self.position)).map_err(|why| why.to_string())?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(|why| why.to_string())?;
            let text = String::from_utf8_lossy(&bytes);
            if let Some(before) = remote::before_marker(&text, &marker) {
                self.position += u64::try_from(bytes.len()).unwrap_or_default();
                return Ok(before.to_owned());
            }
        }
        Err(format!(
            "the log `{}` shows no marker; the server needs a rule that logs the header X-CRS-Test",
            self.log.display()
        ))
    }
}
