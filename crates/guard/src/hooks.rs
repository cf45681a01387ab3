//! Hooks of the language: what runs inside of the runtime asks here before it does something that an attacker would want.
//!
//! ```text
//! runtime:  audit hook / preload  --question-->  guard:  inputs of the event (lazily)  ->  does input change the structure?
//!           raises, or goes on    <--answer----          lists of the policy           ->  declared, never seen, refused
//! ```
//! Questions are messages of one JSON line over a socket (`SOCK_SEQPACKET`: processes that share it cannot mix their
//! messages), descriptor 3 of the runtime. Descriptor 4 is a page that says whether an invocation runs, so that hooks need
//! not ask while the runtime starts.
//!
//! INVARIANT: what is no question, comes too often or is too long is refused and told.
mod code;
mod command;
mod data;
mod decode;
mod file;
mod ground;
mod host;
mod inputs;
mod judge;
#[expect(unsafe_code, reason = "a page shared with the runtime is mapped")]
mod memory;
mod overlap;
mod question;
mod server;
mod shipped;
mod sql;
mod state;

pub use shipped::shipped;

use crate::{Aftermath, Invocation, Part, Places, Preparation, Report};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

/// Descriptors that the runtime inherits.
pub const SOCKET: i32 = 3;
pub const PAGE: i32 = 5;

/// The files of the hooks, each with its path below `hooks` of [`Places::layer`]. What a layer or a host lays down is their
/// [`shipped`] form.
pub const FILES: &[(&str, &str)] = &[
    ("python/sitecustomize.py", include_str!("../hooks/python/sitecustomize.py")),
    ("python/buckler_hooks/asks.py", include_str!("../hooks/python/buckler_hooks/asks.py")),
    ("python/buckler_hooks/cloud.py", include_str!("../hooks/python/buckler_hooks/cloud.py")),
    ("python/buckler_hooks/databases.py", include_str!("../hooks/python/buckler_hooks/databases.py")),
    ("python/buckler_hooks/documents.py", include_str!("../hooks/python/buckler_hooks/documents.py")),
    ("python/buckler_hooks/formats.py", include_str!("../hooks/python/buckler_hooks/formats.py")),
    ("python/buckler_hooks/leftovers.py", include_str!("../hooks/python/buckler_hooks/leftovers.py")),
    ("python/buckler_hooks/network.py", include_str!("../hooks/python/buckler_hooks/network.py")),
    ("python/buckler_hooks/processes.py", include_str!("../hooks/python/buckler_hooks/processes.py")),
    ("python/buckler_hooks/state.py", include_str!("../hooks/python/buckler_hooks/state.py")),
    ("node/details.cjs", include_str!("../hooks/node/details.cjs")),
    ("node/drivers.cjs", include_str!("../hooks/node/drivers.cjs")),
    ("node/preload.cjs", include_str!("../hooks/node/preload.cjs")),
    ("node/rewrite.cjs", include_str!("../hooks/node/rewrite.cjs")),
    ("node/state.cjs", include_str!("../hooks/node/state.cjs")),
];

/// Variables through which the platform gives a function its role: no program that it starts needs them.
const CREDENTIALS: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// Why hooks cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum HooksError {
    /// The kernel gives no socket, page or thread.
    #[error("the hooks' {what} cannot be made: {why}; free descriptors and memory, or set the mode to `off`")]
    System { what: &'static str, why: std::io::Error },
    /// The files of the hooks are not there.
    #[error("`{0}` does not hold the hooks; put the layer's `buckler/hooks` there")]
    Missing(PathBuf),
}

/// The guard's side of the hooks.
pub struct Hooks {
    judge: Arc<Mutex<judge::Judge>>,
    page: Option<memory::Page>,
    /// Ends the thread.
    ended: Arc<AtomicBool>,
}

impl std::fmt::Debug for Hooks {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Hooks").field("page", &self.page.is_some()).finish_non_exhaustive()
    }
}

impl Hooks {
    /// Starts the thread that answers, and says what the runtime's process needs.
    ///
    /// # Errors
    /// The files of the hooks are missing, or the kernel gives no socket or thread.
    pub fn new(
        policy: &policy::Function,
        report: Arc<dyn Report>,
        places: &Places,
    ) -> Result<(Self, Preparation), HooksError> {
        Self::with(policy, report, places, std::env::vars_os())
    }

    /// With these variables in place of the guard's own.
    ///
    /// # Errors
    /// As [`Hooks::new`].
    pub fn with(
        policy: &policy::Function,
        report: Arc<dyn Report>,
        places: &Places,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(Self, Preparation), HooksError> {
        let places = ground::Ground::of(places, environment);
        let judge = Arc::new(Mutex::new(judge::Judge::new(policy, report, &places)));
        let ended = Arc::new(AtomicBool::new(false));
        let mut preparation = Preparation::default();
        if policy.mode == policy::Mode::Off {
            return Ok((Self { judge, page: None, ended }, preparation));
        }
        if !places.hooks.join("python/sitecustomize.py").is_file() {
            return Err(HooksError::Missing(places.hooks.clone()));
        }
        let (ours, theirs) =
            server::pair().map_err(|why| HooksError::System { what: "socket", why: why.into() })?;
        server::start(ours, Arc::clone(&judge), Arc::clone(&ended))
            .map_err(|why| HooksError::System { what: "thread", why })?;
        preparation.inherited.push((theirs, SOCKET));
        let mut set = |name: &str, value: OsString| preparation.environment.push((name.into(), Some(value)));
        set("BUCKLER_HOOKS_FD", SOCKET.to_string().into());
        set("BUCKLER_HOOKS_MODE", if policy.mode == policy::Mode::Block { "block" } else { "detect" }.into());
        set("PYTHONPATH", places.extended("PYTHONPATH", &places.hooks.join("python"), ":"));
        let preload = places.hooks.join("node/preload.cjs");
        if preload.is_file() {
            let option = PathBuf::from(format!("--require={}", preload.display()));
            set("NODE_OPTIONS", places.extended("NODE_OPTIONS", &option, " "));
        }
        let secrets =
            policy.environment.secrets.iter().map(String::as_str).chain(CREDENTIALS.iter().copied());
        if policy.environment.hidden_from_children {
            set("BUCKLER_HOOKS_HIDE", secrets.collect::<Vec<_>>().join(",").into());
        }
        set("BUCKLER_HOOKS_RESTORE", if policy.isolation.restore { "1" } else { "0" }.into());
        // Without the page hooks ask also while the runtime starts: slower, as safe.
        let page = memory::Page::new().ok();
        if let Some((_, theirs)) = &page
            && let Ok(theirs) = theirs.try_clone()
        {
            set("BUCKLER_HOOKS_PAGE_FD", PAGE.to_string().into());
            preparation.inherited.push((theirs, PAGE));
        }
        Ok((Self { judge, page: page.map(|(page, _)| page), ended }, preparation))
    }
}

impl Part for Hooks {
    fn begin(&self, invocation: &Invocation) {
        self.judge.lock().unwrap_or_else(PoisonError::into_inner).begin(invocation);
        if let Some(page) = &self.page {
            page.begin();
        }
    }

    fn answered(&self, invocation: &Invocation) {
        let was_open = self.judge.lock().unwrap_or_else(PoisonError::into_inner).answered(invocation);
        if let Some(page) = self.page.as_ref().filter(|_| was_open) {
            page.answered();
        }
    }

    fn end(&self, invocation: &Invocation) -> Aftermath {
        let was_open = self.judge.lock().unwrap_or_else(PoisonError::into_inner).end(invocation);
        if let Some(page) = &self.page {
            if was_open {
                page.answered();
            }
            page.end();
        }
        Aftermath::Keep
    }
}

impl Drop for Hooks {
    fn drop(&mut self) {
        self.ended.store(true, std::sync::atomic::Ordering::Release);
    }
}

#[cfg(test)]
mod tests;
