//! `exec`: the parent of the runtime.
use crate::around::Around;
use crate::bundle::{self, Loaded, Origin};
use crate::child::{self, Launch, Runtime, Woken};
use crate::events::{Events, Lines, Subject, sink};
use crate::inspect::Inspector;
use crate::lambda::again::Again;
use crate::lambda::flights::{AtOnce, Flights};
use crate::lambda::head::{Framing, Headers};
use crate::lambda::platform::Platform;
use crate::lambda::proxy::{self, Proxy};
use crate::logs::redact::Redactor;
use crate::logs::{Pumps, frames};
use crate::os;
use crate::package::Checking;
use crate::pair::{self, Joined};
use crate::part::Preparation;
use crate::probe::Trial;
use crate::settings::{PREFIX, RUNTIME_API, Settings, Variables};
use crate::{Action, Layer, Occurrence, Places, Report};
use policy::Mode;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long the last log lines may take to leave.
const SETTLE_MS: u64 = 200;
/// What managed runtimes write framed log messages to.
const LOG_DESCRIPTOR: &str = "_LAMBDA_TELEMETRY_LOG_FD";
/// Gives such descriptors to the processes of a managed instance over a socket.
const LOG_PROVIDER: &str = "_LAMBDA_TELEMETRY_LOG_FD_PROVIDER_SOCKET";
/// The number of the framed log in the child: above those that the parts agreed on.
const LOG_NUMBER: i32 = 10;
/// Credentials of a restored snapshot, at the platform's address.
const CREDENTIALS_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
/// Variables whose values are secrets in every function.
const SECRETS: &[&str] = &["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN"];

/// Why the runtime was not started.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Settings(#[from] crate::settings::SettingsError),
    #[error("`{RUNTIME_API}` is not set: the guard runs inside of a Lambda execution environment")]
    NoApi,
    #[error(transparent)]
    Bundle(#[from] bundle::BundleError),
    #[error(transparent)]
    Package(#[from] crate::package::PackageError),
    #[error(transparent)]
    Inspect(#[from] crate::inspect::InspectError),
    #[error("events cannot be written: {0}; see `BUCKLER_EVENTS`")]
    Events(io::Error),
    #[error("the guard's own memory cannot be closed to others: {0}")]
    Harden(io::Error),
    #[error("the proxy cannot listen on loopback: {0}")]
    Listen(io::Error),
    #[error("`{program}` cannot be started: {why}")]
    Start { program: String, why: io::Error },
    #[error(transparent)]
    Around(#[from] crate::around::AroundError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// How the environment ends, from whichever thread.
pub(crate) struct Ending {
    group: AtomicI32,
    begun: AtomicBool,
    events: Arc<Events>,
    pumps: Mutex<Pumps>,
    /// The extension, which hears that nothing more comes.
    pair: Option<Joined>,
}

impl Ending {
    /// Ends the runtime's processes, lets the last lines leave, and ends the guard.
    pub(crate) fn end(&self, code: i32) -> ! {
        self.begin();
        child::signal_group(self.group.load(Ordering::Acquire), libc::SIGKILL);
        self.settle();
        leave(code)
    }

    /// Ends the runtime's processes, lets the last lines leave, and starts the guard again.
    pub(crate) fn again(&self, start: impl FnOnce() -> io::Error) -> ! {
        self.begin();
        child::signal_group(self.group.load(Ordering::Acquire), libc::SIGKILL);
        self.flush();
        let why = start();
        tell(&*self.events, Layer::Isolation, "restart", format!("the guard cannot start again: {why}"));
        self.settle();
        leave(1)
    }

    /// The one thread that comes first goes on; every other waits for the end of the process.
    fn begin(&self) {
        if self.begun.swap(true, Ordering::AcqRel) {
            loop {
                std::thread::park();
            }
        }
    }

    fn flush(&self) {
        self.pumps.lock().unwrap_or_else(PoisonError::into_inner).settle(Duration::from_millis(SETTLE_MS));
        self.events.flush();
    }

    fn settle(&self) {
        self.flush();
        if let Some(pair) = &self.pair {
            pair.done();
        }
    }
}

#[expect(
    clippy::exit,
    reason = "a thread of the proxy ends the process; destructors have nothing left to do"
)]
fn leave(code: i32) -> ! {
    std::process::exit(code)
}

/// Runs a runtime under the guard until it ends; the guard's own exit status.
///
/// # Errors
/// The runtime was not started: a setting, the policy or the platform stands against it. It was told to the platform.
pub fn exec(command: Vec<OsString>, mut variables: Variables) -> Result<i32, RunError> {
    // Both before any thread: the copy of the environment and the mask of signals belong to the whole process.
    let hidden = os::hide_environment(&[RUNTIME_API]);
    child::take_signals();
    let reserved = os::reserve_child_numbers();
    if let Err(error) = crate::sandbox::harden_self() {
        return Err(RunError::Harden(error));
    }
    let closed = os::close_to_others();
    let adopts = os::adopt_orphans();
    os::tune_memory();
    let trial = Trial::begin();
    let settings = Settings::read(&variables);
    // A wrong setting is told to the platform as everything that keeps a function from starting is.
    let api = match &settings {
        Ok(settings) => settings.runtime_api.clone(),
        Err(_) => variables.get(OsStr::new(RUNTIME_API)).map(|api| api.to_string_lossy().into_owned()),
    };
    let Some(api) = api else { return Err(RunError::NoApi) };
    let result = settings.map_err(RunError::from).and_then(|settings| {
        let output = Arc::new(Lines::copy_of(&io::stdout())?);
        let to = sink(&settings.events, &output).map_err(RunError::Events)?;
        let events = Events::start(subject(&variables, settings.function.as_deref()), to)?;
        for (done, what) in [
            (reserved.is_ok(), "descriptors of the guard and of the function share numbers"),
            (hidden.is_ok(), "the guard's own environment stays readable in /proc"),
            (closed, "the guard's memory stays readable to others"),
            (adopts, "orphans of the function are not adopted"),
        ] {
            if !done {
                tell(
                    &*events,
                    Layer::Sandbox,
                    "self",
                    format!("{what}: the platform does not allow to change that"),
                );
            }
        }
        // Without an extension there is nobody to speak with, and nothing is missing.
        let again = Arc::new(Again::new(&command, &mut variables)?);
        let pair = pair::join(&mut variables, &events).ok().flatten();
        if let Some(own) = pair.as_ref().and_then(|pair| pair.descriptor().ok()) {
            again.keep(pair::NUMBER, own);
        }
        Guard { api: api.as_str().into(), settings, events, output, pair, again }
            .run(command, variables, trial)
    });
    if let Err(why) = &result {
        init_error(&api, why);
    }
    result
}

fn init_error(api: &str, why: &RunError) {
    let body = crate::lambda::answers::error_object("Runtime.GuardRefused", &why.to_string());
    let mut platform = Platform::new(api.into());
    let headers = Headers(vec![
        ("Content-Type".to_owned(), b"application/json".to_vec()),
        ("Lambda-Runtime-Function-Error-Type".to_owned(), b"Runtime.GuardRefused".to_vec()),
    ]);
    let target = "/2018-06-01/runtime/init/error";
    let head = platform.head("POST", target, &headers, Framing::Length(body.len() as u64));
    // Where the platform cannot be reached, the exit status and the message on standard error remain.
    drop(platform.ask(&head, &body));
}

/// Who events are about.
pub(crate) fn subject(variables: &Variables, function: Option<&str>) -> Subject {
    let text = |name: &str| {
        variables.get(OsStr::new(name)).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
    };
    Subject {
        function: function.unwrap_or_default().to_owned(),
        version: text("AWS_LAMBDA_FUNCTION_VERSION"),
        region: text("AWS_REGION"),
        log_stream: text("AWS_LAMBDA_LOG_STREAM_NAME"),
    }
}

fn tell(events: &dyn Report, layer: Layer, rule: &str, reason: String) {
    events.report(Occurrence {
        layer,
        action: Action::Told,
        hostile: false,
        request_id: None,
        reason,
        rule: Some(rule.to_owned()),
        facts: Vec::new(),
    });
}

struct Guard {
    api: Arc<str>,
    settings: Settings,
    events: Arc<Events>,
    output: Arc<Lines>,
    pair: Option<Joined>,
    again: Arc<Again>,
}

impl Guard {
    fn run(mut self, command: Vec<OsString>, variables: Variables, trial: Trial) -> Result<i32, RunError> {
        let mut loaded = bundle::load(&self.settings)?;
        if self.settings.temporary.is_none() && loaded.function.isolation.scrub {
            loaded.function.isolation.scrub = false;
            let why = "no folder is emptied between invocations: this is not Lambda; see `BUCKLER_TEMPORARY`";
            tell(&*self.events, Layer::Isolation, "scrub-off", why.to_owned());
        }
        self.tell_origin(&loaded);
        let package = Checking::begin(&loaded.function, &self.settings.code)?;
        let report: Arc<dyn Report> = Arc::clone(&self.events) as Arc<dyn Report>;
        let redactor = Arc::new(Redactor::new(&loaded.function.redaction, &secrets(&loaded, &variables)));
        let ending = Arc::new(Ending {
            group: AtomicI32::new(0),
            begun: AtomicBool::new(false),
            events: Arc::clone(&self.events),
            pumps: Mutex::default(),
            pair: self.pair.take(),
        });
        let listener = proxy::listen(self.settings.port).map_err(RunError::Listen)?;
        let port = listener.local_addr()?.port();
        // Neither knows of the other, and both take milliseconds.
        let (inspector, around) = std::thread::scope(|scope| {
            let make = || Inspector::new(&loaded.bundle, &loaded.name, report);
            let making = std::thread::Builder::new().name("inspector".to_owned()).spawn_scoped(scope, make);
            let around = Around::new(&loaded.function, self.places(&command, port), &self.events, trial);
            (making.map(std::thread::ScopedJoinHandle::join), around)
        });
        let unmade = |_| RunError::Io(io::Error::other("the thread that prepares inspection ended"));
        let inspector = inspector?.map_err(unmade)??;
        let Around { parts, mut preparations } = around?;
        let mut environment = self.environment(variables, port);
        preparations.extend(self.framed_log(&mut environment, &redactor, &ending)?);
        let apart = loaded.function.mode == Mode::Block && loaded.function.isolation.recycle_between_tenants;
        let at_once = match self.settings.concurrency {
            ..=1 => AtOnce::One,
            _ if apart => AtOnce::OneByOne,
            _ => AtOnce::Several,
        };
        let settings = self.settings.clone();
        let shared = Arc::new(Proxy {
            api: Arc::clone(&self.api),
            mode: loaded.function.mode,
            function: loaded.function,
            inspector: Some(inspector),
            parts,
            events: Arc::clone(&self.events),
            flights: Flights::new(at_once),
            ending: Arc::clone(&ending),
            connections_max: self.settings.connections_max,
            connections: AtomicUsize::new(0),
            strange: AtomicUsize::new(0),
            again: Arc::clone(&self.again),
            asked: AtomicBool::new(false),
            first_event: AtomicBool::new(false),
            redactor: Arc::clone(&redactor),
            is_valid: Box::new(move || bundle::load(&settings).map(|_| ()).map_err(|why| why.to_string())),
        });
        self.check_package(package, shared.mode)?;
        let runtime = self.start(command, environment, preparations)?;
        for part in &shared.parts {
            part.started(u32::try_from(runtime.pid()).unwrap_or(0));
        }
        if let Some(inspector) = &shared.inspector {
            inspector.begin();
        }
        self.read_output(runtime, &shared, redactor, listener)
    }

    /// Another package than the policy's does not run, or is told.
    fn check_package(&self, package: Option<Checking>, mode: Mode) -> Result<(), RunError> {
        match package.map_or(Ok(()), Checking::finish) {
            Err(why) if mode != Mode::Block => {
                tell(&*self.events, Layer::Policy, "package", why.to_string());
                Ok(())
            }
            other => Ok(other?),
        }
    }

    fn tell_origin(&self, loaded: &Loaded) {
        let (rule, reason) = match &loaded.origin {
            Origin::Signed => return,
            Origin::Layer(why) => ("policy-layer", format!("the layer's policy is used: {why}")),
            Origin::Unsigned => (
                "policy-unsigned",
                "the policy is taken WITHOUT a signature (`BUCKLER_POLICY_UNSIGNED`): for development only"
                    .to_owned(),
            ),
            Origin::Absent => (
                "policy-absent",
                format!(
                    "there is no policy at `{}`: our own rules and the defaults apply",
                    self.settings.policy.display()
                ),
            ),
            Origin::Refused(why) => (
                "policy-refused",
                format!("the policy was REFUSED and the function runs without it (`BUCKLER_MODE`): {why}"),
            ),
        };
        tell(&*self.events, Layer::Policy, rule, reason);
    }

    /// Where things stand for this function.
    fn places(&self, command: &[OsString], api_port: u16) -> Places {
        let settings = &self.settings;
        Places {
            layer: settings.layer.clone(),
            code: settings.code.clone(),
            runtime: settings.runtime.clone(),
            temporary: settings.temporary.clone().unwrap_or_else(|| "/tmp".into()),
            program: command.first().and_then(|program| found(program)),
            api_port,
            platform_api: crate::names::sockets(&self.api, crate::names::WITHIN)
                .ok()
                .and_then(|found| found.first().copied()),
            egress_port: None,
            ports: settings.ports.clone(),
            readable: settings.readable.clone(),
            concurrency: settings.concurrency,
        }
    }

    /// The child's environment: its own variables, with our proxy in the platform's place.
    fn environment(&self, mut variables: Variables, port: u16) -> Variables {
        variables.retain(|name, _| !name.to_string_lossy().starts_with(PREFIX));
        let own = format!("127.0.0.1:{port}");
        if let Some(uri) = variables.get_mut(OsStr::new(CREDENTIALS_URI)) {
            *uri = uri.to_string_lossy().replacen(&*self.api, &own, 1).into();
        }
        variables.insert(RUNTIME_API.into(), own.into());
        match &self.settings.wrapper {
            Some(wrapper) => variables.insert("AWS_LAMBDA_EXEC_WRAPPER".into(), wrapper.clone()),
            None => variables.remove(OsStr::new("AWS_LAMBDA_EXEC_WRAPPER")),
        };
        variables
    }

    /// The framed log gets a pipe of the guard, as the two outputs do.
    fn framed_log(
        &self,
        environment: &mut Variables,
        redactor: &Arc<Redactor>,
        ending: &Ending,
    ) -> Result<Option<Preparation>, RunError> {
        if environment.remove(OsStr::new(LOG_PROVIDER)).is_some() {
            let why = "the socket that hands out log descriptors is taken away: logs leave by standard output, redacted";
            tell(&*self.events, Layer::Logs, "log-provider", why.to_owned());
        }
        let Some(number) = environment.remove(OsStr::new(LOG_DESCRIPTOR)) else { return Ok(None) };
        let number: Option<i32> = number.to_string_lossy().parse().ok().filter(|number| *number > 2);
        let Some(number) = number else { return Ok(None) };
        let Ok(platform) = os::given(number) else { return Ok(None) };
        let to = Lines::copy_of(&platform)?;
        self.again.keep(LOG_DESCRIPTOR, platform);
        let (reader, writer) = os::pipe()?;
        let (redactor, events) = (Arc::clone(redactor), Arc::clone(&self.events));
        let work = move || frames::pump(reader, &to, &redactor, &*events);
        ending.pumps.lock().unwrap_or_else(PoisonError::into_inner).run("log", work)?;
        Ok(Some(Preparation {
            environment: vec![(LOG_DESCRIPTOR.into(), Some(LOG_NUMBER.to_string().into()))],
            inherited: vec![(writer, LOG_NUMBER)],
            before_exec: Vec::new(),
        }))
    }

    fn start(
        &self,
        command: Vec<OsString>,
        environment: Variables,
        preparations: Vec<Preparation>,
    ) -> Result<Runtime, RunError> {
        let mut command = self.settings.wrapper.iter().cloned().chain(command);
        let program = command.next().unwrap_or_default();
        let launch =
            Launch { program: program.clone(), arguments: command.collect(), environment, preparations };
        launch.start().map_err(|why| RunError::Start { program: program.to_string_lossy().into_owned(), why })
    }

    fn read_output(
        &self,
        mut runtime: Runtime,
        shared: &Arc<Proxy>,
        redactor: Arc<Redactor>,
        listener: std::net::TcpListener,
    ) -> Result<i32, RunError> {
        shared.ending.group.store(runtime.pid(), Ordering::Release);
        {
            let mut pumps = shared.ending.pumps.lock().unwrap_or_else(PoisonError::into_inner);
            let errors = Arc::new(Lines::copy_of(&io::stderr())?);
            if let Some(pipe) = runtime.stdout.take() {
                pumps.start("stdout", pipe, Arc::clone(&self.output), Arc::clone(&redactor))?;
            }
            if let Some(pipe) = runtime.stderr.take() {
                pumps.start("stderr", pipe, errors, redactor)?;
            }
        }
        let accepting = Arc::clone(shared);
        let accept = move || proxy::accept(&accepting, &listener);
        std::thread::Builder::new().name("accept".to_owned()).stack_size(256 << 10).spawn(accept)?;
        let watching = Arc::clone(shared);
        let watch = move || proxy::watch(&watching);
        std::thread::Builder::new().name("deadline".to_owned()).stack_size(256 << 10).spawn(watch)?;
        loop {
            match runtime.wait() {
                Woken::Signal(_) => self.events.flush(),
                Woken::Ended(status) => return Ok(self.ended(shared, status)),
            }
        }
    }

    /// The runtime ended by itself, or was ended from outside.
    fn ended(&self, shared: &Proxy, status: ExitStatus) -> i32 {
        shared.ending.begin();
        let how = how(status);
        for flight in shared.flights.take_all() {
            let id = &flight.invocation.request_id;
            let message = format!("RequestId: {id} Error: {how}");
            let mut platform = Platform::new(Arc::clone(&self.api));
            // The platform sees the end of this process too.
            drop(platform.post_error(id, flight.invocation_id.as_deref(), "Runtime.ExitError", &message));
            self.events.report(Occurrence {
                layer: Layer::Runtime,
                action: Action::Told,
                hostile: false,
                request_id: Some(id.clone()),
                reason: format!("the runtime ended in the middle of an invocation: {how}"),
                rule: Some("runtime-exit".to_owned()),
                facts: Vec::new(),
            });
        }
        child::signal_group(shared.ending.group.load(Ordering::Acquire), libc::SIGKILL);
        shared.ending.settle();
        child::end_as(status)
    }
}

/// Where a program is, as `execvp` finds it.
fn found(program: &OsStr) -> Option<PathBuf> {
    if program.to_string_lossy().contains('/') {
        return Some(PathBuf::from(program));
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}

/// In the platform's words.
fn how(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
        (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
        (None, Some(libc::SIGKILL)) => "Runtime exited with error: signal: killed".to_owned(),
        (None, Some(libc::SIGTERM)) => "Runtime exited with error: signal: terminated".to_owned(),
        (None, Some(libc::SIGSEGV)) => "Runtime exited with error: signal: segmentation fault".to_owned(),
        (None, signal) => format!("Runtime exited with error: signal: {}", signal.unwrap_or_default()),
    }
}

fn secrets(loaded: &Loaded, variables: &Variables) -> Vec<(String, String)> {
    let named = SECRETS.iter().map(|name| (*name).to_owned());
    let function = &loaded.function;
    let mut names: Vec<String> = named
        .chain(function.redaction.variables.iter().chain(&function.environment.secrets).cloned())
        .collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter_map(|name| {
            let value = variables.get(OsStr::new(&name))?.to_string_lossy().into_owned();
            Some((name, value))
        })
        .collect()
}
