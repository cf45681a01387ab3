//! Another runtime in the same environment, for an event of another tenant: what the runtime knows of the one before stays behind with it.
//!
//! The event is here already, and the platform waits for its answer. So the guard starts itself again in its own place: its process stays, which is
//! all that the platform sees, and the event comes with it in memory that nobody else can open.
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

/// The descriptor of the event. Nobody but the guard sets it: Lambda's variables begin with a letter.
const HELD: &str = "_BUCKLER_HELD";
const END: &[u8] = b"\r\n\r\n";

/// Who the events so far were for, and how to start again.
pub(crate) struct Again {
    command: Vec<OsString>,
    variables: Variables,
    held: Mutex<Option<Said>>,
    /// None: no event has come.
    tenant: Mutex<Option<Option<String>>>,
    /// What the next guard gets of this one's, by the variables that name their numbers.
    kept: Mutex<Vec<(&'static str, OwnedFd)>>,
}

impl Again {
    /// With the event that the guard was started again for. Takes its variable away.
    pub(crate) fn new(command: &[OsString], variables: &mut Variables) -> io::Result<Self> {
        let number = variables.remove(OsStr::new(HELD));
        let number = number.and_then(|number| number.to_string_lossy().parse().ok());
        let held = number.map(|number| read(os::given(number)?)).transpose()?;
        Ok(Self {
            command: command.to_vec(),
            variables: variables.clone(),
            held: Mutex::new(held),
            tenant: Mutex::default(),
            kept: Mutex::default(),
        })
    }

    /// The event that came with the guard; once.
    pub(crate) fn take(&self) -> Option<Said> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).take()
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
    pub(crate) fn start(&self, said: &Said) -> io::Error {
        let mut command = Command::new("/proc/self/exe");
        command.args(["exec", "--"]).args(&self.command).env_clear().envs(&self.variables);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match written(said) {
            Ok(held) => kept.push((HELD, held.into())),
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
            self.events.report(Occurrence {
                layer: Layer::Isolation,
                action: Action::Told,
                hostile: false,
                request_id: said.head.headers.text("Lambda-Runtime-Aws-Request-Id").map(str::to_owned),
                reason: "the event is of another tenant: another runtime is started for it".to_owned(),
                rule: Some("tenant".to_owned()),
                facts: Vec::new(),
            });
            self.ending.again(|| {
                let ready = self.parts.iter().try_for_each(|part| part.replaced());
                ready.map_or_else(io::Error::other, |()| self.again.start(said))
            });
        }
    }
}

/// An event as it came.
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
