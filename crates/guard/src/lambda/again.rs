//! Another runtime in the same environment: for an event of another tenant, what the runtime knows of the one before stays behind with it; behind
//! a snapshot, what it read while it was made.
//!
//! The platform has said already what the runtime asked for, and will not say it twice. So the guard starts itself again in its own place: its
//! process stays, which is all that the platform sees, and what was said comes with it in memory that nobody else can open.
use super::flights::AtOnce;
use super::head::{Head, line};
use super::platform::Said;
use super::proxy::Proxy;
use crate::settings::Variables;
use crate::{Action, Layer, Occurrence, Report as _, os};
use policy::Mode;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// The descriptors of an event, and of the word that the environment was restored. Nobody but the guard sets them: Lambda's variables begin with
/// a letter.
const EVENT: &str = "_BUCKLER_HELD";
const RESTORED: &str = "_BUCKLER_RESTORED";
const END: &[u8] = b"\r\n\r\n";

/// Who the events so far were for, and how to start again.
pub(crate) struct Again {
    command: Vec<OsString>,
    variables: Variables,
    event: Mutex<Option<Said>>,
    restored: Mutex<Option<Said>>,
    /// None: no event has come.
    tenant: Mutex<Option<Option<String>>>,
    /// What the next guard gets of this one's, by the variables that name their numbers.
    kept: Mutex<Vec<(&'static str, OwnedFd)>>,
}

impl Again {
    /// With what the guard was started again for. Takes its variables away.
    pub(crate) fn new(command: &[OsString], variables: &mut Variables) -> io::Result<Self> {
        let mut held = |name: &str| {
            let number = variables.remove(OsStr::new(name));
            let number = number.and_then(|number| number.to_string_lossy().parse().ok());
            number.map(|number| read(os::given(number)?)).transpose()
        };
        let (event, restored) = (held(EVENT)?, held(RESTORED)?);
        Ok(Self {
            command: command.to_vec(),
            variables: variables.clone(),
            event: Mutex::new(event),
            restored: Mutex::new(restored),
            tenant: Mutex::default(),
            kept: Mutex::default(),
        })
    }

    /// The event that came with the guard; once.
    pub(crate) fn event(&self) -> Option<Said> {
        self.event.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The word that the environment was restored, where it came to the guard before this one; once.
    pub(crate) fn restored(&self) -> Option<Said> {
        self.restored.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether an event is for another tenant than those before.
    pub(crate) fn is_other(&self, said: &Said) -> bool {
        let tenant = said.head.headers.text("Lambda-Runtime-Aws-Tenant-Id");
        let mut known = self.tenant.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_some_and(|before| before.as_deref() == tenant) {
            return false;
        }
        known.replace(tenant.map(str::to_owned)).is_some()
    }

    /// Gives a descriptor to the next guard.
    pub(crate) fn keep(&self, name: &'static str, descriptor: OwnedFd) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push((name, descriptor));
    }

    /// Puts this program anew in the place of this process. Comes back only when that cannot be.
    fn start(&self, name: &'static str, said: &Said) -> io::Error {
        let mut command = Command::new("/proc/self/exe");
        command.args(["exec", "--"]).args(&self.command).env_clear().envs(&self.variables);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match written(said) {
            Ok(held) => kept.push((name, held.into())),
            Err(why) => return why,
        }
        for (name, descriptor) in &*kept {
            if let Err(why) = rustix::io::fcntl_setfd(descriptor, rustix::io::FdFlags::empty()) {
                return why.into();
            }
            command.env(name, descriptor.as_raw_fd().to_string());
        }
        command.exec()
    }
}

impl Proxy {
    /// An event of another tenant than those before is for another runtime.
    pub(super) fn for_tenant(&self, said: &Said) {
        let apart = self.mode == Mode::Block && self.function.isolation.restart_between_tenants;
        if self.again.is_other(said) && apart && self.flights.at_once() == AtOnce::One {
            let request_id = said.head.headers.text("Lambda-Runtime-Aws-Request-Id").map(str::to_owned);
            let why = "the event is of another tenant: another runtime is started for it";
            self.start_again(("tenant", why, request_id), (EVENT, said));
        }
    }

    /// What a restored environment holds is as old as its snapshot: another runtime reads it anew, where the policy wants that.
    pub(super) fn behind_snapshot(&self, said: &Said) {
        if self.mode == Mode::Block && self.function.isolation.restart_after_restore {
            let why = "the environment was restored from a snapshot: another runtime initialises itself";
            self.start_again(("restored", why, None), (RESTORED, said));
        }
    }

    fn start_again(
        &self,
        (rule, why, request_id): (&str, &str, Option<String>),
        (name, said): (&'static str, &Said),
    ) -> ! {
        self.events.report(Occurrence {
            layer: Layer::Isolation,
            action: Action::Told,
            hostile: false,
            request_id,
            reason: why.to_owned(),
            rule: Some(rule.to_owned()),
            facts: Vec::new(),
        });
        self.ending.again(|| {
            let ready = self.parts.iter().try_for_each(|part| part.replaced());
            ready.map_or_else(io::Error::other, |()| self.again.start(name, said))
        })
    }
}

/// An answer of the platform as it came.
fn written(said: &Said) -> io::Result<File> {
    let body = said.body.as_ref().map_err(|_| io::ErrorKind::InvalidData)?;
    let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
    said.head.headers.write_end_to_end(&mut head);
    line(&mut head, "Content-Length", body.len().to_string().as_bytes());
    head.extend_from_slice(b"\r\n");
    let mut held = File::from(rustix::fs::memfd_create("event", rustix::fs::MemfdFlags::CLOEXEC)?);
    held.write_all(&head)?;
    held.write_all(body)?;
    Ok(held)
}

fn read(held: OwnedFd) -> io::Result<Said> {
    let mut held = File::from(held);
    held.rewind()?;
    let mut bytes = Vec::new();
    held.read_to_end(&mut bytes)?;
    let end = bytes.windows(END.len()).position(|part| part == END).ok_or(io::ErrorKind::InvalidData)?;
    let body = bytes.split_off(end + END.len());
    let head = Head::answer(&bytes).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(Said { head, body: Ok(body) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_goes_through_memory_as_it_is() {
        let bytes =
            b"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Tenant-Id: red\r\nX: \xff\r\nContent-Length: 6\r\n\r\n";
        let said = Said { head: Head::answer(bytes).unwrap(), body: Ok(b"\r\n\r\n{}".to_vec()) };
        let back = read(written(&said).unwrap().into()).unwrap();
        assert_eq!((back.body.clone(), back.head.headers.get("x")), (said.body.clone(), Some(&b"\xff"[..])));
        let again = Again::new(&[], &mut Variables::default()).unwrap();
        let answers = [again.is_other(&said), again.is_other(&said), again.is_other(&back)];
        assert_eq!(answers, [false; 3]);
        let mut other = back.head.clone();
        other.headers.0.retain(|(name, _)| name == "X");
        assert!(again.is_other(&Said { head: other, body: Ok(Vec::new()) }));
    }
}
