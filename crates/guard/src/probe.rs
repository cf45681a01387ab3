//! What this platform really gives: every control is tried in a process of its own, and the forbidden thing is then done.
//!
//! INVARIANT: nobody's word is taken. A control counts as enforced when the forbidden thing was seen to fail under it.
mod child;

#[cfg(test)]
mod tests;

use crate::Places;
use crate::sandbox::filter;
use crate::sandbox::{files, interpreters};
use child::{Prepared, Running, Slot};
use policy::Control;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// What was found of a control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Enforced,
    /// In force with a gap, which the text names.
    Degraded(String),
    /// Not there; with the errno or the reason.
    Absent(String),
}

impl State {
    /// `enforced`, `degraded`, `absent`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::Degraded(_) => "degraded",
            Self::Absent(_) => "absent",
        }
    }

    /// How it is degraded, or why it is absent.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Enforced => None,
            Self::Degraded(why) | Self::Absent(why) => Some(why),
        }
    }
}

/// One control, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    pub control: Control,
    pub state: State,
}

/// The preload library's file name, below [`Places::layer`].
pub const PRELOAD: &str = "libbuckler_preload.so";

/// The table for a person, or as JSON: `{"controls": [{"control", "state", "why"}]}`.
#[must_use]
pub fn run(json: bool) -> String {
    render(&survey(&Places::default()), json)
}

/// A table of controls.
#[must_use]
pub fn render(probed: &[Probed], json: bool) -> String {
    if json {
        let one = |one: &Probed| match one.state.why() {
            Some(why) => json!({"control": one.control.name(), "state": one.state.name(), "why": why}),
            None => json!({"control": one.control.name(), "state": one.state.name()}),
        };
        let controls: Vec<Value> = probed.iter().map(one).collect();
        return format!("{}\n", json!({ "controls": controls }));
    }
    let mut text = String::new();
    for one in probed {
        let why = one.state.why().unwrap_or_default();
        let line = format!("{:<18} {:<9} {why}", one.control.name(), one.state.name());
        if writeln!(text, "{}", line.trim_end()).is_err() {
            break;
        }
    }
    text
}

/// Tries every control. A few forks, some milliseconds; nothing of this process changes.
#[must_use]
pub fn survey(places: &Places) -> Vec<Probed> {
    Trial::begin().finish(places)
}

/// The controls of the kernel while they are tried, in a process beside this one.
#[derive(Debug)]
pub(crate) struct Trial {
    running: io::Result<Running>,
    /// Landlock's version, or why there is none.
    version: Result<i32, i32>,
    /// What the trial connects to, and what it was given.
    _held: (Prepared, io::Result<TcpListener>),
}

fn surveyed(places: &Places, kernel: io::Result<Kernel>) -> Vec<Probed> {
    let kernel = kernel.unwrap_or_else(|error| Kernel::failed(&error));
    let preload = preload(places);
    Control::ALL
        .iter()
        .map(|control| {
            let state = match control {
                Control::NoNewPrivileges => kernel.no_new_privileges.clone(),
                Control::Seccomp => kernel.seccomp.clone(),
                Control::LandlockFiles => kernel.files.clone(),
                Control::LandlockPorts => kernel.ports.clone(),
                Control::ResourceLimits => kernel.limits.clone(),
                Control::NoCoreDumps => kernel.core.clone(),
                Control::Preload => preload.clone(),
                Control::Proxy => loopback(),
                Control::Hooks => hooks(places),
                Control::Egress => egress(&kernel, &preload),
                Control::ProcessCleaning => kernel.reaper.clone(),
                Control::FileCleaning => temporary(&places.temporary),
            };
            Probed { control: *control, state }
        })
        .collect()
}

/// What the child found.
struct Kernel {
    no_new_privileges: State,
    seccomp: State,
    files: State,
    ports: State,
    limits: State,
    core: State,
    reaper: State,
}

impl Kernel {
    fn failed(error: &io::Error) -> Self {
        let state = State::Absent(format!("could not be tried: {error}"));
        Self {
            no_new_privileges: state.clone(),
            seccomp: state.clone(),
            files: state.clone(),
            ports: state.clone(),
            limits: state.clone(),
            core: state.clone(),
            reaper: state,
        }
    }
}

impl Trial {
    /// Begins to try. Soon after the start of this process: a fork costs what its memory has grown to, and the trial runs beside the
    /// rest of the start.
    pub(crate) fn begin() -> Self {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0));
        let port =
            listener.as_ref().ok().and_then(|listener| listener.local_addr().ok()).map_or(0, |at| at.port());
        let version = files::version();
        let number = version.unwrap_or(0);
        let none = Some(BTreeSet::<PathBuf>::new());
        let file_rules = files::Rules { read: none.clone(), write: none, ..files::Rules::default() };
        let port_rules = files::Rules { connect: Some(BTreeSet::new()), ..files::Rules::default() };
        let prepared = Prepared {
            files: files::make(&file_rules, number).ok().flatten(),
            ports: files::make(&port_rules, number).ok().flatten(),
            filters: filter::trial().ok(),
            port,
        };
        Self { running: Running::start(&prepared), version, _held: (prepared, listener) }
    }

    /// Waits for what was found of the kernel, and looks at the rest.
    pub(crate) fn finish(self, places: &Places) -> Vec<Probed> {
        let Self { running, version, _held } = self;
        surveyed(places, running.and_then(Running::finish).map(|found| kernel(&found, version)))
    }
}

fn kernel(found: &child::Found, version: Result<i32, i32>) -> Kernel {
    let number = version.unwrap_or(0);
    let landlock = |slot: Slot| match version {
        Err(errno) => absent(errno),
        Ok(_) => state(found.get(slot)),
    };
    let ports = if number < 4 && version.is_ok() {
        State::Absent(format!("Landlock speaks version {number}; ports need 4 (Linux 6.7)"))
    } else {
        landlock(Slot::Ports)
    };
    Kernel {
        no_new_privileges: state(found.get(Slot::NoNewPrivileges)),
        seccomp: weaker(state(found.get(Slot::Seccomp)), found.get(Slot::Watch), |errno| {
            format!("starts of programs cannot be answered one by one ({})", errno_name(errno))
        }),
        files: landlock_gaps(landlock(Slot::Files), number),
        ports,
        limits: weaker(state(found.get(Slot::Limits)), found.get(Slot::Processes), |_| {
            "the number of processes is not limited for root".to_owned()
        }),
        core: state(found.get(Slot::Core)),
        reaper: state(found.get(Slot::Reaper)),
    }
}

/// What a slot of the child says.
fn state(found: i32) -> State {
    match found {
        child::ENFORCED => State::Enforced,
        child::WITHOUT_EFFECT => {
            State::Absent("it was accepted, and the forbidden thing still worked".to_owned())
        }
        child::NOT_TRIED => State::Absent("it was not tried: the trial ended before".to_owned()),
        errno => absent(errno),
    }
}

fn absent(errno: i32) -> State {
    State::Absent(errno_name(errno))
}

/// `ENOSYS: Function not implemented`.
fn errno_name(errno: i32) -> String {
    let name = match errno {
        libc::EPERM => "EPERM",
        libc::ENOSYS => "ENOSYS",
        libc::EACCES => "EACCES",
        libc::EINVAL => "EINVAL",
        libc::EOPNOTSUPP => "EOPNOTSUPP",
        libc::EFAULT => "EFAULT",
        libc::EBUSY => "EBUSY",
        _ => return io::Error::from_raw_os_error(errno).to_string(),
    };
    let text = io::Error::from_raw_os_error(errno).to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    format!("{name}: {text}")
}

/// A part that is missing makes the whole degraded, not absent.
fn weaker(whole: State, part: i32, why: impl FnOnce(i32) -> String) -> State {
    if whole == State::Enforced && part != child::ENFORCED { State::Degraded(why(part)) } else { whole }
}

/// What older versions of Landlock leave open.
fn landlock_gaps(state: State, version: i32) -> State {
    let gap = match version {
        1 => "version 1: files can be truncated, and neither signals nor devices are covered",
        2 => "version 2: files can be truncated, and neither signals nor devices are covered",
        3..=4 => "no rule for device calls, signals and abstract sockets before version 6 (Linux 6.12)",
        5 => "no rule for signals and abstract sockets before version 6 (Linux 6.12)",
        _ => return state,
    };
    if state == State::Enforced { State::Degraded(gap.to_owned()) } else { state }
}

fn loopback() -> State {
    match TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)) {
        Ok(_) => State::Enforced,
        Err(error) => State::Absent(format!("127.0.0.1 cannot be listened on: {error}")),
    }
}

/// The library is there, and the runtime is a program that loads it.
pub(crate) fn preload(places: &Places) -> State {
    let library = places.layer.join(PRELOAD);
    if !library.is_file() {
        return State::Absent(format!("there is no `{}`", library.display()));
    }
    let loaders = places.program.as_ref().map(|program| (program, interpreters(program)));
    match loaders {
        Some((program, loaders)) if loaders.is_empty() => {
            State::Absent(format!("`{}` is statically linked and loads no library", program.display()))
        }
        Some((program, loaders)) if loaders.iter().any(|loader| is_musl(loader)) => {
            State::Absent(format!("`{}` uses musl, and the library is made for glibc", program.display()))
        }
        _ => State::Degraded("raw system calls and statically linked programs pass by it".to_owned()),
    }
}

/// A loader that would end the program at a library made for another.
fn is_musl(loader: &Path) -> bool {
    loader.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ld-musl"))
}

fn hooks(places: &Places) -> State {
    const FOLDERS: [&str; 3] = ["hooks", "python", "node"];
    if FOLDERS.iter().any(|folder| places.layer.join(folder).is_dir()) {
        return State::Enforced;
    }
    State::Absent(format!("there are no hooks below `{}`", places.layer.display()))
}

fn egress(kernel: &Kernel, preload: &State) -> State {
    let preload = !matches!(preload, State::Absent(_));
    match (&kernel.ports, preload) {
        (State::Absent(_), true) => {
            State::Degraded("by host in proxy, hooks and preload library; raw system calls pass by them".to_owned())
        }
        (State::Absent(_), false) => {
            State::Degraded("by host in proxy and hooks; other code can connect directly".to_owned())
        }
        (_, true) => State::Degraded(
            "by host in proxy, hooks and preload library; raw system calls reach any host on the declared ports"
                .to_owned(),
        ),
        (_, false) => {
            State::Degraded("by host in proxy and hooks; other code reaches any host on the declared ports".to_owned())
        }
    }
}

/// A file can be made in the folder, and removed.
fn temporary(folder: &Path) -> State {
    let file = folder.join(format!(".buckler-probe-{}", std::process::id()));
    let tried = std::fs::File::create_new(&file).and_then(|_| std::fs::remove_file(&file));
    match tried {
        Ok(()) => State::Enforced,
        Err(error) => State::Absent(format!("`{}`: {error}", folder.display())),
    }
}
