//! Canaries: an address on loopback that nobody honest asks for, and a folder in which nothing must come to be.
use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Bytes of a call that are read.
const CALL_BYTES_MAX: usize = 4096;
/// Tokens that are remembered; more than any plan has.
const TOKENS_MAX: usize = 100_000;
const CALL_TIMEOUT: Duration = Duration::from_millis(500);

/// Why there are no canaries.
#[derive(Debug, thiserror::Error)]
pub enum CanaryError {
    #[error("cannot listen on 127.0.0.1 for callbacks: {0}")]
    Listen(std::io::Error),
    #[error("cannot make `{path}` for files that must not come to be: {why}")]
    Folder { path: PathBuf, why: std::io::Error },
}

/// Listens until it is dropped, and removes its folder then.
#[derive(Debug)]
pub struct Canaries {
    address: SocketAddr,
    folder: PathBuf,
    called: Arc<Mutex<BTreeSet<String>>>,
    stop: Arc<AtomicBool>,
}

impl Canaries {
    /// Begins to listen. `folder` is made, and must be writable for the functions that are attacked.
    ///
    /// # Errors
    /// No port is free, or the folder cannot be made.
    pub fn start(folder: &Path) -> Result<Self, CanaryError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(CanaryError::Listen)?;
        let address = listener.local_addr().map_err(CanaryError::Listen)?;
        std::fs::create_dir_all(folder)
            .map_err(|why| CanaryError::Folder { path: folder.to_owned(), why })?;
        open_to_all(folder);
        let called = Arc::new(Mutex::new(BTreeSet::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (heard, ended) = (Arc::clone(&called), Arc::clone(&stop));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::Acquire) {
                    return;
                }
                if let Some(text) = stream.ok().and_then(|stream| hear(stream).ok()) {
                    remember(&heard, &text);
                }
            }
        });
        Ok(Self { address, folder: folder.to_owned(), called, stop })
    }

    /// `127.0.0.1:PORT`.
    #[must_use]
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether somebody called with this token.
    #[must_use]
    pub fn was_called(&self, token: &str) -> bool {
        self.called.lock().unwrap_or_else(PoisonError::into_inner).contains(token)
    }
}

impl Drop for Canaries {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // Wakes the thread; it may be gone.
        drop(TcpStream::connect(self.address));
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// Functions may run as somebody else.
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    // Where that is not allowed, the callback still tells.
    drop(std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o1777)));
}

/// Reads the head of a call and answers it.
fn hear(mut stream: TcpStream) -> std::io::Result<String> {
    stream.set_read_timeout(Some(CALL_TIMEOUT))?;
    stream.set_write_timeout(Some(CALL_TIMEOUT))?;
    let mut head = vec![0; CALL_BYTES_MAX];
    let read = stream.read(&mut head)?;
    head.truncate(read);
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")?;
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Every word of a call that may be a token.
fn remember(called: &Mutex<BTreeSet<String>>, text: &str) {
    let line = text.lines().next().unwrap_or_default();
    let mut called = called.lock().unwrap_or_else(PoisonError::into_inner);
    for word in line.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| word.len() == 15) {
        if called.len() < TOKENS_MAX {
            called.insert(word.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_heard_once_its_token_is_asked_for() {
        let folder = std::env::temp_dir().join(format!("buckler-canary-{}", std::process::id()));
        let canaries = Canaries::start(&folder).unwrap();
        let token = "b0123456789abcd";
        assert!(!canaries.was_called(token));
        let mut stream = TcpStream::connect(canaries.address).unwrap();
        stream.write_all(format!("GET /{token}?x HTTP/1.1\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        // The answer leaves before the word is kept.
        let heard = (0..1000).any(|_| {
            std::thread::yield_now();
            canaries.was_called(token)
        });
        assert!(heard || canaries.was_called(token), "{answer}");
        assert!(!canaries.was_called("b0123456789abce"));
        drop(canaries);
        assert!(!folder.exists());
    }
}
