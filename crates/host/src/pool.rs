//! The environments of one function: who runs an invocation, cold and warm starts, retries of the platform, the end.
use crate::clock;
use crate::environment::{Broken, CANNOT_START, Environment, Failure, Limit, Shared, TIMED_OUT};
use crate::invocation::{Answer, Asked, Finished, error_body, too_large};
use crate::package;
use crate::plan::{self, Function};
use crate::runtime_api::{Outcome, Work};
use crate::talk::Line;
use bytes::Bytes;
use serde_json::json;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;
use tokio::sync::{Mutex as AsyncMutex, Notify, OwnedSemaphorePermit, Semaphore};

/// Why an invocation was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Throttled {
    /// The reserved concurrency is used up.
    Reserved,
    /// The host ends.
    Ending,
}

/// Milliseconds that an answered invocation may go on before the runtime has to ask again.
const AFTER_MS: u64 = 500;
/// Milliseconds that an invocation waits for an environment that is about to be free.
const SETTLE_MS: u64 = 100;
/// Invocations of one another before a loop is ended (Lambda: 16).
const DEPTH_MAX: u32 = 16;

/// The environment of an invocation, and what it holds as long as it is there.
#[derive(Debug)]
struct Place {
    environment: Arc<Environment>,
    /// Of the function's concurrency.
    _of_function: OwnedSemaphorePermit,
    /// Of an environment that has several invocations at once.
    of_environment: Option<OwnedSemaphorePermit>,
}

/// One function's environments.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) function: Arc<Function>,
    shared: Arc<Shared>,
    /// Those that take work: the idle ones, or where an environment has several invocations at once all of the newest code.
    idle: Mutex<Vec<Arc<Environment>>>,
    /// Held while an environment starts that several invocations wait for.
    starting: AsyncMutex<()>,
    /// Every environment that has started and is not gone.
    live: Mutex<Vec<Weak<Environment>>>,
    places: Arc<Semaphore>,
    /// Which code is the newest.
    code: AtomicU64,
    ending: AtomicBool,
    /// Environments that have answered, and whose runtime has not asked again yet.
    settling: AtomicUsize,
    settled: Notify,
}

/// The moments of an invocation.
struct Timeline {
    asked: tokio::time::Instant,
    queue_ms: u64,
    init_ms: Option<u64>,
    /// When the invocation's time is over, where it began before the function was handed its event.
    deadline_ms: Option<u64>,
}

impl Pool {
    pub(crate) fn new(function: Arc<Function>, shared: Arc<Shared>) -> Arc<Self> {
        let most = shared.settings.environments_max * function.invocations();
        let count = function.concurrency.unwrap_or(most);
        let code = code_of(&function);
        Arc::new(Self {
            function,
            shared,
            idle: Mutex::default(),
            starting: AsyncMutex::default(),
            live: Mutex::default(),
            places: Arc::new(Semaphore::new(count)),
            code: AtomicU64::new(code),
            ending: AtomicBool::new(false),
            settling: AtomicUsize::new(0),
            settled: Notify::new(),
        })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Arc<Environment>>> {
        lock(&self.idle)
    }

    /// Runs one invocation.
    pub(crate) async fn invoke(self: &Arc<Self>, asked: Asked) -> Result<Finished, Throttled> {
        let mut timeline =
            Timeline { asked: tokio::time::Instant::now(), queue_ms: 0, init_ms: None, deadline_ms: None };
        self.settle().await;
        let place = self.place().await?;
        timeline.queue_ms = since(timeline.asked);
        let request_id = asked.request_id.clone().unwrap_or_else(clock::uuid);
        if asked.depth >= DEPTH_MAX {
            let message = format!("{DEPTH_MAX} invocations led to this one: the loop is ended");
            return Ok(failed(
                request_id,
                "Buckler.RecursiveLoop",
                error_body("Buckler.RecursiveLoop", &message),
            ));
        }
        let found = if self.function.has_several() {
            self.shared_one(&request_id, &mut timeline).await
        } else {
            match self.take() {
                Some(environment) => Ok((environment, None)),
                None => self.cold(&request_id, &mut timeline).await.map(|environment| (environment, None)),
            }
        };
        let (environment, of_environment) = match found {
            Ok(found) => found,
            Err((kind, body)) => {
                self.done((&request_id, &asked.source), &timeline, (0, 0, 0), Some(kind.clone()));
                return Ok(failed(request_id, &kind, body));
            }
        };
        let place = Place { environment, _of_function: place, of_environment };
        Ok(self.run(place, request_id, asked, timeline).await)
    }

    /// An environment that has room beside its other invocations, or a new one. Of those who find none one starts it.
    async fn shared_one(
        self: &Arc<Self>,
        request_id: &str,
        timeline: &mut Timeline,
    ) -> Result<(Arc<Environment>, Option<OwnedSemaphorePermit>), Broken> {
        if let Some(found) = self.slot() {
            return Ok(found);
        }
        let _one = self.starting.lock().await;
        let until = tokio::time::Instant::now() + Duration::from_millis(SETTLE_MS);
        loop {
            if let Some(found) = self.slot() {
                return Ok(found);
            }
            // A worker that has answered is about to ask again.
            let has_room = self.idle().iter().any(|one| one.has_room());
            if !has_room || tokio::time::Instant::now() >= until {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let environment = self.cold(request_id, timeline).await?;
        let slot = environment.slot();
        self.idle().push(Arc::clone(&environment));
        Ok((environment, slot))
    }

    /// A place in an environment that runs; those that have ended go.
    fn slot(self: &Arc<Self>) -> Option<(Arc<Environment>, Option<OwnedSemaphorePermit>)> {
        let mut idle = self.idle();
        for gone in idle.extract_if(.., |one| !one.is_idle()) {
            tokio::spawn(gone.stop("SPINDOWN", "its process ended"));
        }
        idle.iter().find_map(|one| Some((Arc::clone(one), Some(one.slot()?))))
    }

    /// Waits a moment for an environment that is about to be free: who calls once the answer is there finds it warm.
    async fn settle(&self) {
        let settled = self.settled.notified();
        if self.settling.load(Relaxed) > 0 && self.idle().is_empty() {
            drop(tokio::time::timeout(Duration::from_millis(SETTLE_MS), settled).await);
        }
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, Throttled> {
        if self.ending.load(Relaxed) {
            return Err(Throttled::Ending);
        }
        if self.function.concurrency.is_some() {
            return Arc::clone(&self.places).try_acquire_owned().map_err(|_| Throttled::Reserved);
        }
        Arc::clone(&self.places).acquire_owned().await.map_err(|_| Throttled::Ending)
    }

    /// A warm environment with the newest code.
    fn take(self: &Arc<Self>) -> Option<Arc<Environment>> {
        loop {
            let environment = self.idle().pop()?;
            if environment.is_idle() && environment.code == self.code.load(Relaxed) {
                return Some(environment);
            }
            let why = if environment.is_idle() { "its code changed" } else { "its process ended" };
            tokio::spawn(environment.stop("SPINDOWN", why));
        }
    }

    /// A new environment. A start that fails or takes longer than the init phase may is done once more, within the
    /// invocation and its time, as Lambda does.
    async fn cold(
        self: &Arc<Self>,
        request_id: &str,
        timeline: &mut Timeline,
    ) -> Result<Arc<Environment>, Broken> {
        match self
            .begin(Limit { phase: "init", ms: self.shared.settings.init_ms, request_id }, timeline)
            .await
        {
            Err((kind, _)) if kind != CANNOT_START && !self.ending.load(Relaxed) => {}
            other => return other,
        }
        let ms = self.function.timeout_ms;
        timeline.deadline_ms = Some(clock::now_ms() + ms);
        self.begin(Limit { phase: "invoke", ms, request_id }, timeline).await
    }

    async fn begin(
        self: &Arc<Self>,
        limit: Limit<'_>,
        timeline: &mut Timeline,
    ) -> Result<Arc<Environment>, Broken> {
        let code = self.code.load(Relaxed);
        let started = Environment::start(&self.function, &self.shared, code, limit).await;
        if let Err((kind, body)) = &started
            && kind == CANNOT_START
        {
            let (function, environment) = (self.function.name.clone(), String::new());
            let said = serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default();
            let problem = said.get("errorMessage").and_then(|text| text.as_str()).map(str::to_owned);
            self.shared.talk.say(Line::Cold { function, environment, init_ms: 0, problem });
        }
        let environment = Arc::new(started?);
        {
            let mut live = lock(&self.live);
            live.retain(|one| one.strong_count() > 0);
            live.push(Arc::downgrade(&environment));
        }
        let ready = environment.ready(&limit).await;
        timeline.init_ms = Some(environment.init_ms.load(Relaxed));
        match ready {
            Ok(()) => Ok(environment),
            Err(failure) => {
                tokio::spawn(environment.stop("FAILURE", "its runtime did not start"));
                Err(failure)
            }
        }
    }

    async fn run(
        self: &Arc<Self>,
        place: Place,
        request_id: String,
        asked: Asked,
        timeline: Timeline,
    ) -> Finished {
        let deadline_ms = timeline.deadline_ms.unwrap_or_else(|| clock::now_ms() + self.function.timeout_ms);
        let arn = match &asked.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", self.function.arn),
            None => self.function.arn.clone(),
        };
        let work = Work {
            id: request_id.clone(),
            payload: asked.payload.clone(),
            deadline_ms,
            arn,
            trace: trace(&asked),
            client_context: asked.client_context.clone(),
            cognito_identity: asked.cognito_identity.clone(),
            tenant: asked.tenant.clone(),
        };
        let environment = Arc::clone(&place.environment);
        environment.record("platform.start", json!({"requestId": request_id, "version": "$LATEST"}));
        let began = tokio::time::Instant::now();
        let outcome = environment.invoke(work).await;
        // Where there are several, one that takes too long is no end of the others.
        let is_late = matches!(outcome, Err(Failure::Timeout)) && self.function.has_several();
        // The guard tells of the runtime's end before it ends itself: nothing more is sent there.
        let is_over = matches!(&outcome, Ok(Outcome::Error { kind, .. }) if kind == "Runtime.ExitError");
        let fatal = (outcome.is_err() && !is_late) || (is_over && self.function.has_several());
        if fatal {
            // Before anybody hears of it: who calls next is sent elsewhere.
            self.idle().retain(|one| !Arc::ptr_eq(one, &environment));
        }
        let run_ms = since(began);
        let (answer, error) = match outcome {
            Ok(Outcome::Whole(body)) => (Answer::Whole(body), None),
            Ok(Outcome::Stream { content_type, pieces }) => (Answer::Stream { content_type, pieces }, None),
            Ok(Outcome::Error { kind, body }) => {
                let said = serde_json::from_slice::<serde_json::Value>(&body).ok();
                let said = said.and_then(|body| body.get("errorType")?.as_str().map(str::to_owned));
                (Answer::Whole(body), Some(said.unwrap_or(kind)))
            }
            Ok(Outcome::TooLarge(size)) => {
                (Answer::Whole(too_large(size)), Some("Function.ResponseSizeTooLarge".to_owned()))
            }
            Err(ref failure) => {
                let (kind, body) = self.broken(&request_id, failure);
                (Answer::Whole(body), Some(kind))
            }
        };
        let bytes = if let Answer::Whole(body) = &answer { body.len() } else { 0 };
        let status = if error.is_some() { "error" } else { "success" };
        let memory_mb = environment.memory_mb();
        environment.logs.append(&format!("END RequestId: {request_id}"));
        environment.logs.append(&report(&request_id, run_ms, &self.function, (memory_mb, timeline.init_ms)));
        environment.record(
            "platform.runtimeDone",
            json!({"requestId": request_id, "status": status,
            "metrics": {"durationMs": run_ms, "producedBytes": bytes}}),
        );
        environment.record("platform.report", json!({"requestId": request_id, "status": status,
            "metrics": {"durationMs": run_ms, "billedDurationMs": run_ms, "memorySizeMB": self.function.memory_mb,
                "maxMemoryUsedMB": memory_mb}}));
        let log = environment.logs.last();
        let broken = fatal;
        self.done((&request_id, &asked.source), &timeline, (run_ms, bytes, memory_mb), error.clone());
        let pool = Arc::clone(self);
        let reason = if error.as_deref() == Some(TIMED_OUT) { "TIMEOUT" } else { "FAILURE" };
        self.settling.fetch_add(1, Relaxed);
        tokio::spawn(async move {
            pool.after(place, deadline_ms, broken.then_some(reason)).await;
            pool.settling.fetch_sub(1, Relaxed);
            pool.settled.notify_waiters();
        });
        Finished { request_id, answer, error, log }
    }

    /// Takes the environment back, or ends it.
    async fn after(&self, place: Place, deadline_ms: u64, broken: Option<&'static str>) {
        let Place { environment, _of_function: of_function, of_environment } = place;
        if let Some(reason) = broken {
            let why = if reason == "TIMEOUT" { "its invocation took too long" } else { "its runtime failed" };
            environment.stop(reason, why).await;
            drop(of_function);
            return;
        }
        let until = deadline_ms.max(clock::now_ms() + AFTER_MS);
        let is_old = self.ending.load(Relaxed) || environment.code != self.code.load(Relaxed);
        if of_environment.is_some() {
            drop(of_environment);
            environment.used_ms.store(clock::now_ms(), Relaxed);
            // The others at work in it end before it does.
            if is_old && environment.is_unused() {
                environment.stop("SPINDOWN", "its code changed").await;
            }
        } else if !environment.idle(until).await {
            let (reason, why) = if environment.has_ended() {
                ("FAILURE", "its runtime ended after its answer")
            } else {
                ("TIMEOUT", "its runtime did not ask for more work")
            };
            environment.stop(reason, why).await;
        } else if is_old {
            let why = if self.ending.load(Relaxed) { "the host ends" } else { "its code changed" };
            environment.stop("SPINDOWN", why).await;
        } else {
            environment.used_ms.store(clock::now_ms(), Relaxed);
            self.idle().push(environment);
        }
        drop(of_function);
    }

    fn broken(&self, request_id: &str, failure: &Failure) -> (String, Bytes) {
        let (kind, message) = match failure {
            Failure::Timeout => (
                TIMED_OUT,
                format!(
                    "RequestId: {request_id} Error: Task timed out after {:.2} seconds",
                    Duration::from_millis(self.function.timeout_ms).as_secs_f64()
                ),
            ),
            Failure::Extension(how) => ("Extension.Crash", format!("RequestId: {request_id} Error: {how}")),
            Failure::Exit(how) => ("Runtime.ExitError", format!("RequestId: {request_id} Error: {how}")),
            Failure::Memory => (
                "Runtime.OutOfMemory",
                format!("RequestId: {request_id} Error: Runtime exited with error: signal: killed"),
            ),
        };
        (kind.to_owned(), error_body(kind, &message))
    }

    fn done(
        &self,
        (request_id, source): (&str, &str),
        timeline: &Timeline,
        (run_ms, bytes, memory_mb): (u64, usize, u64),
        error: Option<String>,
    ) {
        self.shared.talk.say(Line::Done {
            function: self.function.name.clone(),
            request_id: request_id.to_owned(),
            source: source.to_owned(),
            queue_ms: timeline.queue_ms,
            init_ms: timeline.init_ms,
            run_ms,
            memory_mb,
            bytes,
            error,
        });
    }

    /// Ends environments that had no work for a while.
    pub(crate) fn sweep(&self, now_ms: u64) {
        let idle_ms = self.shared.settings.idle_ms;
        let old: Vec<_> = {
            let mut idle = self.idle();
            let (old, young) = idle.drain(..).partition(|one| {
                let is_old = one.used_ms.load(Relaxed) + idle_ms < now_ms;
                !one.is_idle() || (is_old && one.is_unused())
            });
            *idle = young;
            old
        };
        for environment in old {
            tokio::spawn(environment.stop("SPINDOWN", "it had no work"));
        }
    }

    /// Looks whether the code changed; environments of the old code end after their invocation.
    pub(crate) fn look(&self) -> bool {
        if self.function.missing.is_some() {
            return false;
        }
        let newest = code_of(&self.function);
        if self.code.load(Relaxed) == newest {
            return false;
        }
        let renewed = package::renewed(&self.function);
        // After it: what started meanwhile may have the old code.
        self.code.store(newest, Relaxed);
        if let Err(why) = renewed {
            self.shared.talk.note(format!("{}: its new code cannot be unpacked: {why}", self.function.name));
            return false;
        }
        let old: Vec<_> = self.idle().drain(..).collect();
        // One that works ends after its last invocation.
        for environment in old.into_iter().filter(|one| one.is_unused()) {
            tokio::spawn(environment.stop("SPINDOWN", "its code changed"));
        }
        true
    }

    /// Ends every environment; those at work end with it.
    pub(crate) async fn stop(&self) {
        self.ending.store(true, Relaxed);
        let all: Vec<_> = lock(&self.live).iter().filter_map(Weak::upgrade).collect();
        self.idle().clear();
        let ends =
            all.into_iter().map(|environment| tokio::spawn(environment.stop("SPINDOWN", "the host ends")));
        for end in ends.collect::<Vec<_>>() {
            drop(end.await);
        }
    }
}

/// A number that changes with a function's code.
fn code_of(function: &Function) -> u64 {
    let of_folder = || plan::files_of(&function.folder).0;
    function.package.as_deref().map_or_else(of_folder, package::stamp)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // INVARIANT: no code between lock and unlock can panic.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn failed(request_id: String, kind: &str, body: Bytes) -> Finished {
    Finished { request_id, answer: Answer::Whole(body), error: Some(kind.to_owned()), log: String::new() }
}

fn since(start: tokio::time::Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn trace(asked: &Asked) -> String {
    asked.trace.clone().unwrap_or_else(|| {
        let time = clock::now_ms() / 1000;
        let id = clock::hex(&clock::random::<12>());
        let parent = clock::hex(&clock::random::<8>());
        let root = format!("Root=1-{time:08x}-{id};Parent={parent};Sampled=0");
        if asked.depth > 0 { format!("{root};Lineage={}:buckler", asked.depth) } else { root }
    })
}

/// Lambda's REPORT line.
fn report(request_id: &str, run_ms: u64, function: &Function, (memory, init): (u64, Option<u64>)) -> String {
    let init = init.map_or_else(String::new, |ms| format!("\tInit Duration: {ms}.00 ms"));
    format!(
        "REPORT RequestId: {request_id}\tDuration: {run_ms}.00 ms\tBilled Duration: {run_ms} ms\tMemory Size: {} MB\tMax Memory Used: {memory} MB{init}",
        function.memory_mb
    )
}
