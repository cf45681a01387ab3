//! The extension and the guard of the runtime, two processes of one program, speak with each other.
//!
//! Lambda starts extensions before the runtime, so the extension listens first, on an abstract Unix socket of this execution
//! environment, and takes one connection: the guard's, which comes before any code of the function runs. Then nobody is
//! listened to any more, so that the function has nothing to forge. What is said is a line each way: SHUTDOWN and its reason,
//! and that the last events and log lines have left, which the guard also says when it ends by itself, in good order.
//!
//! INVARIANT: neither waits for the other longer than [`ANSWER_MS`], and neither needs the other.
use crate::events::Events;
use crate::settings::Variables;
use crate::{Action, Layer, Occurrence, Report};
use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long the other process may take to answer.
const ANSWER_MS: u64 = 300;
/// Bytes of a line.
const LINE_BYTES_MAX: u64 = 256;
/// Names the connection that a guard has of the one before it.
pub(crate) const NUMBER: &str = "_BUCKLER_PAIR";
const DONE: &str = "done\n";

fn address(variables: &Variables) -> io::Result<SocketAddr> {
    let text = |name: &str| variables.get(OsStr::new(name)).map(|value| value.to_string_lossy().into_owned());
    // What both are given: extensions do not get the log stream's name, the handler or the task root.
    let place = text(crate::settings::RUNTIME_API).unwrap_or_default();
    let function = text("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    let name = format!("buckler-guard {place} {function}");
    SocketAddr::from_abstract_name(name.chars().take(100).collect::<String>())
}

/// The extension's side.
pub(crate) struct Extension {
    peer: Mutex<Option<UnixStream>>,
    /// SHUTDOWN was said: that the other ends is no news.
    ending: AtomicBool,
    /// The guard of the runtime ended in good order before that.
    done: AtomicBool,
}

impl Extension {
    /// Listens for the guard of the runtime; before the extension registers.
    pub(crate) fn listen(variables: &Variables) -> io::Result<UnixListener> {
        UnixListener::bind_addr(&address(variables)?)
    }

    /// Takes the one connection, whenever it comes.
    pub(crate) fn start(listener: UnixListener, events: &Arc<Events>) -> io::Result<Arc<Self>> {
        let own = Arc::new(Self {
            peer: Mutex::default(),
            ending: AtomicBool::new(false),
            done: AtomicBool::new(false),
        });
        let (shared, events) = (Arc::clone(&own), Arc::clone(events));
        std::thread::Builder::new().name("pair".to_owned()).stack_size(128 << 10).spawn(move || {
            let accepted = listener.accept();
            drop(listener);
            let Ok((peer, _)) = accepted else { return };
            let Ok(reading) = peer.try_clone() else { return };
            *shared.peer.lock().unwrap_or_else(PoisonError::into_inner) = Some(peer);
            // What can be waited for is its end, with the poll that takes no bytes away: they are for whoever says SHUTDOWN.
            wait_for_end(&reading);
            let peer = shared.peer.lock().unwrap_or_else(PoisonError::into_inner);
            let is_news = !shared.ending.load(Ordering::Acquire);
            if is_news && last_line(&reading).is_ok_and(|line| line == DONE) {
                shared.done.store(true, Ordering::Release);
            } else if is_news {
                tell(&*events, "guard-ended", "the guard of the runtime has ended");
            }
            drop(peer);
        })?;
        Ok(own)
    }

    /// Whether the runtime has a guard.
    pub(crate) fn is_there(&self) -> bool {
        self.peer.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Says SHUTDOWN, and waits until the last events and lines of the other have left.
    pub(crate) fn shut_down(&self, reason: &str) -> bool {
        let mut known = self.peer.lock().unwrap_or_else(PoisonError::into_inner);
        self.ending.store(true, Ordering::Release);
        let Some(mut peer) = known.take() else { return false };
        drop(known);
        if self.done.load(Ordering::Acquire) {
            return true;
        }
        let reason: String = reason.chars().filter(|one| !one.is_control()).take(100).collect();
        // It may have ended in good order at this moment, and hears nothing: its line is there all the same.
        drop(peer.write_all(format!("shutdown {reason}\n").as_bytes()));
        last_line(&peer).is_ok_and(|line| line == DONE)
    }
}

/// The one line that the guard of the runtime says.
fn last_line(peer: &UnixStream) -> io::Result<String> {
    peer.set_read_timeout(Some(Duration::from_millis(ANSWER_MS)))?;
    let mut line = String::new();
    BufReader::new(peer.take(LINE_BYTES_MAX)).read_line(&mut line)?;
    Ok(line)
}

/// Returns when the other end is closed.
fn wait_for_end(peer: &UnixStream) {
    use rustix::event::{PollFd, PollFlags, poll};
    let mut one = [PollFd::new(peer, PollFlags::RDHUP)];
    while let Err(rustix::io::Errno::INTR) = poll(&mut one, None) {}
}

/// The side of the runtime's guard.
#[derive(Debug)]
pub(crate) struct Joined(Arc<UnixStream>);

impl Joined {
    /// The connection, for the guard that comes after this one.
    pub(crate) fn descriptor(&self) -> io::Result<OwnedFd> {
        self.0.try_clone().map(OwnedFd::from)
    }

    /// The last events and lines have left. The other may have been ended meanwhile.
    pub(crate) fn done(&self) {
        (&*self.0).write_all(DONE.as_bytes()).unwrap_or_default();
    }
}

/// Connects where an extension listens, and flushes when it says SHUTDOWN. None: there is no extension.
pub(crate) fn join(variables: &mut Variables, events: &Arc<Events>) -> io::Result<Option<Joined>> {
    let number = variables.remove(OsStr::new(NUMBER));
    let peer = match number.and_then(|number| number.to_string_lossy().parse().ok()) {
        Some(number) => UnixStream::from(crate::os::given(number)?),
        None => match UnixStream::connect_addr(&address(variables)?) {
            Ok(peer) => peer,
            Err(_) => return Ok(None),
        },
    };
    let (joined, events) = (Joined(Arc::new(peer)), Arc::clone(events));
    let (own, peer) = (Joined(Arc::clone(&joined.0)), Arc::clone(&joined.0));
    std::thread::Builder::new().name("pair".to_owned()).stack_size(128 << 10).spawn(move || {
        let mut line = String::new();
        let read = BufReader::new((&*peer).take(LINE_BYTES_MAX)).read_line(&mut line);
        if read.is_ok() && line.starts_with("shutdown ") {
            tell(&*events, "shutdown", "the platform ends the environment");
            events.flush();
            own.done();
        }
    })?;
    Ok(Some(joined))
}

fn tell(events: &dyn Report, rule: &str, reason: &str) {
    events.report(Occurrence {
        layer: Layer::Runtime,
        action: Action::Told,
        hostile: false,
        request_id: None,
        reason: reason.to_owned(),
        rule: Some(rule.to_owned()),
        facts: Vec::new(),
    });
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test lays files down, and reads what was written")]
mod tests {
    use super::*;
    use crate::events::{Lines, Subject, sink};
    use crate::settings::EventsTo;

    fn events(path: &std::path::Path) -> Arc<Events> {
        let output = Arc::new(Lines::copy_of(&io::stdout()).unwrap());
        let to = sink(&EventsTo::File(path.to_path_buf()), &output).unwrap();
        Events::start(Subject::default(), to).unwrap()
    }

    #[test]
    fn a_shutdown_waits_for_the_last_events_and_nobody_else_is_listened_to() {
        let folder = std::env::temp_dir();
        let paths =
            ["one", "two"].map(|name| folder.join(format!("buckler-pair-{name}-{}", std::process::id())));
        let [ours, theirs] = [events(&paths[0]), events(&paths[1])];
        let name = format!("test-{}", std::process::id());
        let mut variables: Variables =
            [("AWS_LAMBDA_FUNCTION_NAME".into(), name.into())].into_iter().collect();
        assert!(join(&mut variables, &theirs).unwrap().is_none(), "there is no extension yet");
        let listener = Extension::listen(&variables).unwrap();
        let extension = Extension::start(listener, &ours).unwrap();
        let _joined = join(&mut variables, &theirs).unwrap().unwrap();
        while !extension.is_there() {
            std::thread::yield_now();
        }
        assert!(join(&mut variables, &theirs).unwrap().is_none(), "the second to come is not heard");
        assert!(extension.shut_down("spindown\nforged"));
        assert!(std::fs::read_to_string(&paths[1]).unwrap().contains("the platform ends the environment"));
        assert!(!extension.shut_down("again"));
        for path in paths {
            std::fs::remove_file(path).unwrap();
        }
    }
}
