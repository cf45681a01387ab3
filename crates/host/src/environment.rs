//! One execution environment: a process group with a Runtime API server of its own, from its start to its end.
mod output;
mod watch;

use crate::clock;
use crate::invocation::error_body;
use crate::plan::Function;
use crate::runtime_api::{self, Api, Job, Outcome, Phase, Work};
use crate::runtimes::{self, Files};
use crate::settings::Settings;
use crate::spawn::{self, Guard};
use crate::talk::{Line, Talk};
use bytes::Bytes;
use rustix::process::Signal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch as tokio_watch};
use tokio::task::JoinHandle;

pub(crate) use output::Logs;

/// Milliseconds of the init phase.
const INIT_MS_MAX: u64 = 10_000;
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
    pub(crate) private: bool,
}

/// An environment that runs.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) id: String,
    pub(crate) function: Arc<Function>,
    shared: Arc<Shared>,
    api: Arc<Api>,
    jobs: mpsc::Sender<Job>,
    phase: tokio_watch::Receiver<Phase>,
    /// How the process ended, once it did.
    exit: tokio_watch::Receiver<Option<String>>,
    group: u32,
    folder: PathBuf,
    pub(crate) logs: Arc<Logs>,
    /// Most memory that was seen, in KiB.
    memory: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<()>>,
    /// Milliseconds since 1970.
    pub(crate) used_ms: AtomicU64,
    pub(crate) code_ms: u64,
    pub(crate) init_ms: AtomicU64,
}

/// Why an invocation got no answer of the runtime.
#[derive(Debug)]
pub(crate) enum Failure {
    Timeout,
    Exit(String),
    Memory,
}

impl Environment {
    /// Starts an environment; it is not ready yet.
    pub(crate) async fn start(
        function: &Arc<Function>,
        shared: &Arc<Shared>,
        code_ms: u64,
    ) -> Result<Self, String> {
        if let Some(why) = &function.missing {
            return Err(why.clone());
        }
        let id = clock::hex(&clock::random::<6>());
        let folder = shared.work.join("environments").join(&id);
        std::fs::create_dir_all(folder.join("tmp")).map_err(|why| format!("{}: {why}", folder.display()))?;
        let program = runtimes::program(function, &shared.settings, &shared.files)?;
        let (api, jobs) = Api::new(Arc::clone(function), &shared.settings.account);
        let (port, server) =
            runtime_api::start(&api).await.map_err(|why| format!("no port is free: {why}"))?;
        let day = clock::iso(clock::now_ms()).get(..10).unwrap_or_default().replace('-', "/");
        let log_stream = format!("{day}/[$LATEST]{id}");
        let mut child = spawn::start(&spawn::Start {
            function,
            settings: &shared.settings,
            program: &program,
            port,
            folder: &folder,
            endpoint: &shared.endpoint,
            log_stream: &log_stream,
            guard: shared.guard.as_ref(),
            private: shared.private,
            runtimes: &shared.files.folder,
        })
        .map_err(|why| {
            let name = program.arguments.first().map(|name| name.to_string_lossy().into_owned());
            format!("`{}` did not start: {why}", name.unwrap_or_default())
        })?;
        let group = child.id().unwrap_or(0);
        let logs = Arc::new(Logs::new(Arc::clone(&api), function.name.clone(), shared.talk.clone()));
        let mut tasks = vec![server];
        tasks.extend(logs.follow(child.stdout.take(), child.stderr.take()));
        tasks.push(tokio::spawn(output::guard_events(
            folder.join("events.jsonl"),
            function.name.clone(),
            shared.talk.clone(),
        )));
        let memory = Arc::new(AtomicU64::new(0));
        let limit_kib = shared.settings.memory_limits.then_some(function.memory_mb * 1024);
        let (exit_sender, exit) = tokio_watch::channel(None);
        tasks.push(tokio::spawn(watch::process(child, group, Arc::clone(&memory), limit_kib, exit_sender)));
        let phase = api.phase();
        Ok(Self {
            id,
            function: Arc::clone(function),
            shared: Arc::clone(shared),
            api,
            jobs,
            phase,
            exit,
            group,
            folder,
            logs,
            memory,
            tasks,
            used_ms: AtomicU64::new(clock::now_ms()),
            code_ms,
            init_ms: AtomicU64::new(0),
        })
    }

    /// Waits until the runtime asks for work.
    ///
    /// # Errors
    /// The error's type and body, as an invoker sees it.
    pub(crate) async fn ready(&self, request_id: &str) -> Result<(), (String, Bytes)> {
        let started = tokio::time::Instant::now();
        let mut phase = self.phase.clone();
        let mut exit = self.exit.clone();
        let limit = Duration::from_millis(INIT_MS_MAX.max(self.function.timeout_ms));
        let came = tokio::time::timeout(limit, async {
            tokio::select! {
                biased;
                seen = phase.wait_for(|phase| *phase != Phase::Starting) => seen.map(|phase| phase.clone()).ok(),
                _ = exit.wait_for(Option::is_some) => None,
            }
        });
        let came = came.await;
        let spent = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.init_ms.store(spent, Relaxed);
        let result = match came {
            Ok(Some(Phase::Broken { kind, body })) => {
                let body =
                    if body.is_empty() { error_body(&kind, "the runtime could not start") } else { body };
                Err((kind, body))
            }
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(self.exited(request_id)),
            Err(_) => {
                let message = format!(
                    "RequestId: {request_id} Error: Task timed out after {:.2} seconds",
                    limit.as_secs_f64()
                );
                Err(("Sandbox.Timedout".to_owned(), error_body("Sandbox.Timedout", &message)))
            }
        };
        let problem = result.as_ref().err().map(|(kind, body): &(String, Bytes)| {
            format!("{kind}: {}", String::from_utf8_lossy(body.get(..400).unwrap_or(body)))
        });
        let (function, environment) = (self.function.name.clone(), self.id.clone());
        self.shared.talk.say(Line::Cold { function, environment, init_ms: spent, problem });
        result
    }

    fn exited(&self, request_id: &str) -> (String, Bytes) {
        let how = self.exit.borrow().clone().unwrap_or_default();
        let body = error_body("Runtime.ExitError", &format!("RequestId: {request_id} Error: {how}"));
        ("Runtime.ExitError".to_owned(), body)
    }

    /// Hands an invocation to the runtime and waits for its answer.
    pub(crate) async fn invoke(&self, work: Work) -> Result<Outcome, Failure> {
        let (reply, answer) = oneshot::channel();
        let left = work.deadline_ms.saturating_sub(clock::now_ms());
        self.logs.begin(&work.id);
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
                let how = how.ok().and_then(|how| how.clone()).unwrap_or_default();
                Err(if how == watch::OUT_OF_MEMORY { Failure::Memory } else { Failure::Exit(how) })
            }
            () = tokio::time::sleep(Duration::from_millis(left)) => Err(Failure::Timeout),
        }
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
                _ = exit.wait_for(Option::is_some) => false,
            }
        };
        tokio::time::timeout(left, waiting).await.unwrap_or(false)
    }

    /// Whether it can take work at once.
    pub(crate) fn is_idle(&self) -> bool {
        self.exit.borrow().is_none() && *self.phase.borrow() == Phase::Idle
    }

    /// Most memory that its processes used together, in MB.
    pub(crate) fn memory_mb(&self) -> u64 {
        self.memory.load(Relaxed).div_ceil(1024)
    }

    /// Tells platform records to subscribers.
    pub(crate) fn record(&self, kind: &str, record: serde_json::Value) {
        self.api.telemetry.record(kind, record);
    }

    /// Ends it: extensions are told, then the group is asked, then it is ended.
    pub(crate) async fn stop(self: Arc<Self>, reason: &str, why: &str) {
        let told = self.api.extensions.shutdown(reason, clock::now_ms() + SHUTDOWN_MS);
        self.api.abandon();
        let mut exit = self.exit.clone();
        if self.exit.borrow().is_none() {
            if reason == "SPINDOWN" {
                spawn::end(self.group, Signal::TERM);
                let patience = Duration::from_millis(if told > 0 { SHUTDOWN_MS } else { TERMINATE_MS });
                drop(tokio::time::timeout(patience, exit.wait_for(Option::is_some)).await);
            }
            spawn::end(self.group, Signal::KILL);
            drop(tokio::time::timeout(Duration::from_secs(2), exit.wait_for(Option::is_some)).await);
        }
        // What the runtime left behind in its group.
        spawn::end(self.group, Signal::KILL);
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
    }
}
