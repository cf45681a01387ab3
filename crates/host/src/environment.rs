//! One execution environment: a process group with a Runtime API server of its own, from its start to its end.
mod external;
mod output;
mod watch;

use crate::clock;
use crate::invocation::error_body;
use crate::mounts::{Mounts, OPT};
use crate::plan::Function;
use crate::runtime_api::{self, Api, Job, Outcome, Phase, Work};
use crate::runtimes::{self, Files};
use crate::settings::Settings;
use crate::spawn::{self, Guard};
use crate::talk::{Line, Talk};
use bytes::Bytes;
use rustix::process::Signal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch as tokio_watch};
use tokio::task::JoinHandle;

use external::External;
use output::GuardEvents;
pub(crate) use output::Logs;
use watch::End;

/// Milliseconds that an environment with extensions has to end, and one without.
const SHUTDOWN_MS: u64 = 2_000;
const TERMINATE_MS: u64 = 300;

/// What every environment of the host shares.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) files: Files,
    pub(crate) talk: Talk,
    pub(crate) work: PathBuf,
    pub(crate) endpoint: String,
    pub(crate) guard: Option<Guard>,
    pub(crate) mounts: Mounts,
}

impl Shared {
    /// Where a function sees the folder with all of its layers.
    fn opt_of<'a>(&self, function: &'a Function) -> Option<&'a Path> {
        let opt = function.opt.as_deref()?;
        Some(if self.mounts.opt { Path::new(OPT) } else { opt })
    }
}

/// An environment that runs.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) id: String,
    pub(crate) function: Arc<Function>,
    shared: Arc<Shared>,
    api: Arc<Api>,
    jobs: mpsc::Sender<Job>,
    /// One for each invocation that it may have at once.
    slots: Arc<Semaphore>,
    phase: tokio_watch::Receiver<Phase>,
    /// How the process ended, once it did.
    exit: tokio_watch::Receiver<Option<End>>,
    group: u32,
    folder: PathBuf,
    pub(crate) logs: Arc<Logs>,
    guard_events: Arc<GuardEvents>,
    /// Most memory that was seen, in KiB.
    memory: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<()>>,
    external: External,
    stopped: OnceCell<()>,
    /// Milliseconds since 1970.
    pub(crate) used_ms: AtomicU64,
    pub(crate) code: u64,
    pub(crate) init_ms: AtomicU64,
}

/// Why an invocation got no answer of the runtime.
#[derive(Debug)]
pub(crate) enum Failure {
    Timeout,
    Exit(String),
    Memory,
    /// An extension ended.
    Extension(String),
}

/// An error's type and body, as an invoker sees it.
pub(crate) type Broken = (String, Bytes);

/// How long a start may take, and whose it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit<'a> {
    /// Lambda's word for the phase: `init`, or `invoke` when the start is done again for an invocation.
    pub(crate) phase: &'static str,
    pub(crate) ms: u64,
    pub(crate) request_id: &'a str,
}

/// The error's type of what took too long.
pub(crate) const TIMED_OUT: &str = "Sandbox.Timedout";
/// The error's type of what this host cannot run.
pub(crate) const CANNOT_START: &str = "Buckler.CannotStart";

impl Limit<'_> {
    fn timed_out(&self) -> Broken {
        let message = format!(
            "RequestId: {} Error: Task timed out after {:.2} seconds",
            self.request_id,
            Duration::from_millis(self.ms).as_secs_f64()
        );
        (TIMED_OUT.to_owned(), error_body(TIMED_OUT, &message))
    }
}

fn cannot_start(why: &str) -> Broken {
    (CANNOT_START.to_owned(), error_body(CANNOT_START, why))
}

impl Environment {
    /// Starts an environment: its extensions, and once they have registered its runtime. It is not ready yet.
    ///
    /// # Errors
    /// The error's type and body, as an invoker sees it.
    pub(crate) async fn start(
        function: &Arc<Function>,
        shared: &Arc<Shared>,
        code: u64,
        limit: Limit<'_>,
    ) -> Result<Self, Broken> {
        if let Some(why) = &function.missing {
            return Err(cannot_start(why));
        }
        let began = tokio::time::Instant::now();
        let failed = |why: String| cannot_start(&why);
        let id = clock::hex(&clock::random::<6>());
        let folder = shared.work.join("environments").join(&id);
        std::fs::create_dir_all(folder.join("tmp"))
            .map_err(|why| failed(format!("{}: {why}", folder.display())))?;
        let program = runtimes::program(function, &shared.settings, &shared.files, shared.opt_of(function))
            .map_err(failed)?;
        let (api, jobs) = Api::new(Arc::clone(function), &shared.settings.account);
        let (port, server) =
            runtime_api::start(&api).await.map_err(|why| failed(format!("no port is free: {why}")))?;
        let logs = Arc::new(Logs::new(Arc::clone(&api), function.name.clone(), shared.talk.clone()));
        let (exit_sender, exit) = tokio_watch::channel(None);
        let exit_sender = Arc::new(exit_sender);
        let phase = api.phase();
        let (events, talk) = (folder.join("events.jsonl"), shared.talk.clone());
        let guard_events = Arc::new(GuardEvents::new(events, function.name.clone(), talk));
        let mut environment = Self {
            id,
            function: Arc::clone(function),
            shared: Arc::clone(shared),
            api,
            jobs,
            slots: Arc::new(Semaphore::new(function.invocations())),
            phase,
            exit,
            group: 0,
            folder,
            logs,
            guard_events,
            memory: Arc::new(AtomicU64::new(0)),
            tasks: vec![server],
            external: External::default(),
            stopped: OnceCell::new(),
            used_ms: AtomicU64::new(clock::now_ms()),
            code,
            init_ms: AtomicU64::new(0),
        };
        let day = clock::iso(clock::now_ms()).get(..10).unwrap_or_default().replace('-', "/");
        let log_stream = format!("{day}/[$LATEST]{}", environment.id);
        let folder = environment.folder.clone();
        let api = Arc::clone(&environment.api);
        let start = spawn::Start {
            function,
            token: &api.credentials.token,
            settings: &shared.settings,
            program: &program,
            port,
            folder: &folder,
            endpoint: &shared.endpoint,
            log_stream: &log_stream,
            guard: shared.guard.as_ref(),
            mounts: &shared.mounts,
            opt: shared.opt_of(function),
            runtimes: &shared.files.folder,
        };
        environment.external = External::start(&start, &environment.api, &environment.logs, &exit_sender);
        environment.registered(began, &limit).await?;
        environment.runtime(&start, exit_sender)?;
        Ok(environment)
    }

    /// Starts the runtime's process.
    fn runtime(
        &mut self,
        start: &spawn::Start<'_>,
        exit: Arc<tokio_watch::Sender<Option<End>>>,
    ) -> Result<(), Broken> {
        let mut child = spawn::start(start).map_err(|why| {
            let name = start.program.arguments.first().map(|name| name.to_string_lossy().into_owned());
            cannot_start(&format!("`{}` did not start: {why}", name.unwrap_or_default()))
        })?;
        self.group = child.id().unwrap_or(0);
        self.tasks.extend(self.logs.follow(child.stdout.take(), child.stderr.take(), output::Kind::Function));
        self.tasks.push(tokio::spawn(Arc::clone(&self.guard_events).follow()));
        let limit_kib = self.shared.settings.memory_limits.then_some(self.function.memory_mb * 1024);
        let memory = Arc::clone(&self.memory);
        self.tasks.push(tokio::spawn(watch::process(child, self.group, memory, limit_kib, exit)));
        Ok(())
    }

    /// Waits until every extension that was started has registered.
    async fn registered(&self, began: tokio::time::Instant, limit: &Limit<'_>) -> Result<(), Broken> {
        if self.external.is_empty() && self.exit.borrow().is_none() {
            return Ok(());
        }
        let mut exit = self.exit.clone();
        let came = tokio::time::timeout_at(began + Duration::from_millis(limit.ms), async {
            tokio::select! {
                biased;
                _ = exit.wait_for(Option::is_some) => false,
                () = self.api.extensions.registered() => true,
            }
        });
        let result = match came.await {
            Ok(true) => return Ok(()),
            Ok(false) => self.exited(limit.request_id),
            Err(_) => limit.timed_out(),
        };
        self.told(began, Some(&result), limit);
        Err(result)
    }

    /// Waits until the runtime asks for work, and every extension for its events.
    ///
    /// # Errors
    /// The error's type and body, as an invoker sees it.
    pub(crate) async fn ready(&self, limit: &Limit<'_>) -> Result<(), Broken> {
        let mut phase = self.phase.clone();
        let mut exit = self.exit.clone();
        let began = tokio::time::Instant::now();
        let came = tokio::time::timeout(Duration::from_millis(limit.ms), async {
            let seen = tokio::select! {
                biased;
                seen = phase.wait_for(|phase| *phase != Phase::Starting) => seen.map(|phase| phase.clone()).ok(),
                _ = exit.wait_for(Option::is_some) => None,
            };
            if seen != Some(Phase::Idle) {
                return seen;
            }
            tokio::select! {
                biased;
                _ = exit.wait_for(Option::is_some) => None,
                broken = phase.wait_for(|phase| matches!(phase, Phase::Broken { .. })) => {
                    broken.map(|phase| phase.clone()).ok()
                }
                () = self.api.extensions.ready() => seen,
            }
        });
        let result = match came.await {
            Ok(Some(Phase::Broken { kind, body })) => {
                let body =
                    if body.is_empty() { error_body(&kind, "the runtime could not start") } else { body };
                Err((kind, body))
            }
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(self.exited(limit.request_id)),
            Err(_) => Err(limit.timed_out()),
        };
        if result.is_ok() {
            self.api.extensions_ready();
        }
        self.told(began, result.as_ref().err(), limit);
        result
    }

    /// Tells how the start went; what failed also stands in the log, in Lambda's words.
    fn told(&self, began: tokio::time::Instant, broken: Option<&Broken>, limit: &Limit<'_>) {
        let spent = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.init_ms.store(spent, Relaxed);
        let problem = broken.map(|(kind, body)| {
            format!("{kind}: {}", String::from_utf8_lossy(body.get(..400).unwrap_or(body)))
        });
        if let Some((kind, _)) = broken {
            let status =
                if kind == TIMED_OUT { "timeout".to_owned() } else { format!("error\tError Type: {kind}") };
            let phase = limit.phase;
            let text = format!("INIT_REPORT Init Duration: {spent}.00 ms\tPhase: {phase}\tStatus: {status}");
            self.logs.append(&text);
            let (function, request_id) = (self.function.name.clone(), None);
            self.shared.talk.say(Line::Log { function, request_id, text });
        }
        let (function, environment) = (self.function.name.clone(), self.id.clone());
        self.shared.talk.say(Line::Cold { function, environment, init_ms: spent, problem });
    }

    fn exited(&self, request_id: &str) -> Broken {
        let (kind, how) = match self.exit.borrow().clone() {
            Some(End::Extension(how)) => ("Extension.Crash", how),
            Some(End::Exit(how)) => ("Runtime.ExitError", how),
            Some(End::Memory) => {
                ("Runtime.OutOfMemory", "Runtime exited with error: signal: killed".to_owned())
            }
            None => ("Runtime.ExitError", String::new()),
        };
        (kind.to_owned(), error_body(kind, &format!("RequestId: {request_id} Error: {how}")))
    }

    /// Hands an invocation to the runtime and waits for its answer.
    pub(crate) async fn invoke(&self, work: Work) -> Result<Outcome, Failure> {
        let (reply, answer) = oneshot::channel();
        let left = work.deadline_ms.saturating_sub(clock::now_ms());
        self.logs.begin(&work.id);
        let id = work.id.clone();
        if self.jobs.send(Job { work, reply }).await.is_err() {
            return Err(Failure::Exit("Runtime exited without providing a reason".to_owned()));
        }
        let mut exit = self.exit.clone();
        tokio::select! {
            biased;
            outcome = answer => match outcome {
                Ok(outcome) => Ok(outcome),
                Err(_) => Err(Failure::Exit("Runtime exited without providing a reason".to_owned())),
            },
            how = exit.wait_for(Option::is_some) => {
                Err(match how.ok().and_then(|how| how.clone()) {
                    Some(End::Memory) => Failure::Memory,
                    Some(End::Extension(how)) => Failure::Extension(how),
                    Some(End::Exit(how)) => Failure::Exit(how),
                    None => Failure::Exit(String::new()),
                })
            }
            () = tokio::time::sleep(Duration::from_millis(left)) => {
                self.api.late(&id);
                Err(Failure::Timeout)
            }
        }
    }

    /// A place for one more invocation beside others: the function allows it, and somebody in the runtime waits for it.
    pub(crate) fn slot(&self) -> Option<OwnedSemaphorePermit> {
        let slot = Arc::clone(&self.slots).try_acquire_owned().ok().filter(|_| self.is_idle())?;
        self.api.pollers.try_acquire().ok()?.forget();
        Some(slot)
    }

    /// Whether it has room, but nobody that waits for work yet.
    pub(crate) fn has_room(&self) -> bool {
        self.is_idle() && self.slots.available_permits() > 0
    }

    /// Whether it works on nothing.
    pub(crate) fn is_unused(&self) -> bool {
        self.slots.available_permits() == self.function.invocations()
    }

    /// Waits until the runtime asks for its next work; `false`: it will not.
    pub(crate) async fn idle(&self, deadline_ms: u64) -> bool {
        let mut phase = self.phase.clone();
        let mut exit = self.exit.clone();
        let left = Duration::from_millis(deadline_ms.saturating_sub(clock::now_ms()).max(100));
        let waiting = async {
            tokio::select! {
                biased;
                seen = phase.wait_for(|phase| *phase == Phase::Idle) => seen.is_ok(),
                _ = exit.wait_for(Option::is_some) => return false,
            };
            // Extensions that are still at work on the invocation keep its environment.
            tokio::select! {
                biased;
                _ = exit.wait_for(Option::is_some) => false,
                () = self.api.extensions.ready() => true,
            }
        };
        tokio::time::timeout(left, waiting).await.unwrap_or(false)
    }

    /// Whether it can take work at once.
    pub(crate) fn is_idle(&self) -> bool {
        let idle = self.exit.borrow().is_none() && *self.phase.borrow() == Phase::Idle;
        idle && self.api.extensions.are_ready()
    }

    /// Whether its runtime, or an extension, has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.exit.borrow().is_some()
    }

    /// Most memory that its processes used together, in MB.
    pub(crate) fn memory_mb(&self) -> u64 {
        self.memory.load(Relaxed).div_ceil(1024)
    }

    /// Tells platform records to subscribers.
    pub(crate) fn record(&self, kind: &str, record: serde_json::Value) {
        self.api.telemetry.record(kind, record);
    }

    /// Ends it: the runtime is asked and ended, then the extensions are told, then ended.
    /// Who asks again waits for the same end.
    pub(crate) async fn stop(self: Arc<Self>, reason: &str, why: &str) {
        self.stopped.get_or_init(|| self.end(reason, why)).await;
    }

    async fn end(&self, reason: &str, why: &str) {
        self.external.expect_end();
        self.api.abandon();
        let mut exit = self.exit.clone();
        if self.exit.borrow().is_none() {
            if reason == "SPINDOWN" {
                spawn::end(self.group, Signal::TERM);
                let patience = Duration::from_millis(TERMINATE_MS);
                drop(tokio::time::timeout(patience, exit.wait_for(Option::is_some)).await);
            }
            spawn::end(self.group, Signal::KILL);
            drop(tokio::time::timeout(Duration::from_secs(2), exit.wait_for(Option::is_some)).await);
        }
        if !self.external.is_empty() {
            self.api.extensions.shutdown(reason, clock::now_ms() + SHUTDOWN_MS);
            self.external.end(Duration::from_millis(SHUTDOWN_MS)).await;
        }
        // What the runtime left behind in its group.
        spawn::end(self.group, Signal::KILL);
        // Nobody writes any more.
        self.guard_events.tell().await;
        let (function, environment) = (self.function.name.clone(), self.id.clone());
        self.shared.talk.say(Line::Ended { function, environment, why: why.to_owned() });
        // The last lines of its output.
        tokio::time::sleep(Duration::from_millis(50)).await;
        for task in &self.tasks {
            task.abort();
        }
        drop(tokio::fs::remove_dir_all(&self.folder).await);
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        spawn::end(self.group, Signal::KILL);
        for task in &self.tasks {
            task.abort();
        }
        // Already gone where it came to its end in order.
        std::fs::remove_dir_all(&self.folder).unwrap_or_default();
    }
}
