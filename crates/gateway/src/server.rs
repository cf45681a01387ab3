//! Sockets, threads and the life of the process: start, reload, drain.
//!
//! Each worker is a thread with a runtime of its own and accepts from the same sockets; a connection and its upstream
//! connections stay on one thread, so that a request meets no lock and no other thread on its way.
mod connection;
pub(crate) mod descriptors;
mod handle;
mod hello;
mod room;
pub(crate) mod strict;
pub(crate) mod tls;
mod total;
mod wire;

use crate::config::{Config, ConfigError, Limits};
use crate::gate::Gate;
use crate::logs::{Logs, Told};
use crate::metrics::Metrics;
use arc_swap::ArcSwap;
pub(crate) use handle::{DropConnection, Seen};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use wire::Vital;

/// Where the gateway stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Serving,
    /// No new connections; running requests come to their end.
    Draining,
    Stopped,
}

/// What all workers share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) gate: ArcSwap<Gate>,
    pub(crate) metrics: Metrics,
    pub(crate) logs: Logs,
    pub(crate) spans: crate::trace::Waiting,
    pub(crate) listeners: Vec<Arc<Listener>>,
    connections: AtomicUsize,
    per_address: Mutex<HashMap<IpAddr, usize>>,
    pub(crate) phase: watch::Sender<Phase>,
    /// Only one reload at a time.
    reloading: Mutex<()>,
}

/// One socket that clients connect to.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    socket: std::net::TcpListener,
    tls: Option<ArcSwap<rustls::ServerConfig>>,
    http2: bool,
}

/// One thread's view.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) shared: Arc<Shared>,
    stop: watch::Receiver<Phase>,
    /// Its connections, some perhaps already closed.
    vitals: Mutex<Vec<Weak<Vital>>>,
    draining: AtomicBool,
}

/// Why the gateway cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address is in use, or not ours.
    #[error("cannot listen on {address}: {reason}")]
    Listen { address: SocketAddr, reason: String },
    /// A thread or a runtime could not be made.
    #[error("cannot start a worker: {0}")]
    Worker(std::io::Error),
}

/// A gateway that runs. Dropping it does not stop it; [`stop`](Self::stop) does.
#[derive(Debug)]
pub struct Running {
    shared: Arc<Shared>,
    threads: Vec<std::thread::JoinHandle<()>>,
    admin: Option<SocketAddr>,
}

/// Starts a gateway on threads of its own.
///
/// # Errors
/// A configuration that cannot be used, an address that cannot be listened on.
pub fn start(config: Config) -> Result<Running, StartError> {
    begin(config, None, None)
}

/// The same, and tells somebody of its events, beside or instead of the file of `log.events`.
///
/// # Errors
/// Those of [`start`].
pub fn start_told(config: Config, told: Told) -> Result<Running, StartError> {
    begin(config, None, Some(told))
}

/// The same on a state that the caller opened: several gateways of one process share it, or something beside them uses it.
/// The configuration's own `[state]` says only how to take part.
///
/// # Errors
/// Those of [`start`].
pub fn start_with(config: Config, state: Arc<dyn store::State>) -> Result<Running, StartError> {
    begin(config, Some(state), None)
}

fn begin(
    config: Config,
    state: Option<Arc<dyn store::State>>,
    told: Option<Told>,
) -> Result<Running, StartError> {
    let gate = Gate::build(config, None)?;
    let state = crate::state::open(&gate.config, state)?;
    let gate = gate.with_state(state)?;
    let config = Arc::clone(&gate.config);
    descriptors::raise(&config.limits);
    let logs = Logs::open(&config, told)?;
    let metrics = Metrics::new(&gate.routes);
    let listeners =
        config.listen.iter().map(|listen| Listener::open(&config, listen)).collect::<Result<_, _>>()?;
    let admin = config.admin.as_ref().map(|admin| bind(admin.address, 64)).transpose()?;
    let admin_address = admin.as_ref().and_then(|socket| socket.local_addr().ok());
    let shared = Arc::new(Shared {
        gate: ArcSwap::from_pointee(gate),
        metrics,
        logs,
        spans: crate::trace::Waiting::default(),
        listeners,
        connections: AtomicUsize::new(0),
        per_address: Mutex::default(),
        phase: watch::Sender::new(Phase::Serving),
        reloading: Mutex::new(()),
    });
    let workers = match config.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        given => given.min(1024),
    };
    let mut threads = Vec::with_capacity(workers);
    let mut admin = admin;
    for number in 0..workers {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Worker)?;
        let worker = Arc::new(Worker::new(&shared));
        let admin = admin.take();
        let thread = std::thread::Builder::new()
            .name(format!("gateway-{number}"))
            .spawn(move || runtime.block_on(work(worker, number, admin)))
            .map_err(StartError::Worker)?;
        threads.push(thread);
    }
    Ok(Running { shared, threads, admin: admin_address })
}

impl Running {
    /// Where clients connect, in the order of the configuration.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.shared.listeners.iter().map(|listener| listener.address).collect()
    }

    /// Where the administrator connects.
    #[must_use]
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// Puts a new configuration in place, whole or not at all. Requests under way end on the old one.
    ///
    /// # Errors
    /// Whatever cannot be used, and changes of what only a restart can change; the old one goes on then.
    pub fn reload(&self, config: Config) -> Result<(), ConfigError> {
        self.shared.reload(config)
    }

    /// Reads the configuration's file again and puts it in place; what is wrong is counted and told as an event, and the
    /// old one goes on.
    pub fn reload_file(&self) {
        self.shared.reload_file();
    }

    /// Ends when somebody asked the gateway to drain, and it has.
    pub async fn drained(&self) {
        let mut phase = self.shared.phase.subscribe();
        // The sender lives as long as `self`.
        drop(phase.wait_for(|phase| *phase != Phase::Serving).await);
    }

    /// Lets running requests end, at most as long as `limits.drain_ms`, and stops.
    pub fn stop(mut self) {
        self.shared.phase.send_replace(Phase::Draining);
        let most = Duration::from_millis(self.shared.with_limits(|limits| limits.drain_ms));
        let begun = crate::clock::instant();
        while self.shared.connections.load(Relaxed) > 0 && begun.elapsed() < most {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.shared.phase.send_replace(Phase::Stopped);
        for thread in std::mem::take(&mut self.threads) {
            drop(thread.join());
        }
        if let Some(state) = &self.shared.gate.load().state {
            state.end();
        }
        self.shared.logs.flush();
    }
}

impl Drop for Running {
    /// Whoever lets go of a gateway ends it, without waiting: its threads close their connections and sockets by themselves.
    fn drop(&mut self) {
        self.shared.phase.send_replace(Phase::Stopped);
    }
}

impl Shared {
    /// Reads a limit that is in force now.
    pub(crate) fn with_limits<T>(&self, read: impl FnOnce(&Limits) -> T) -> T {
        read(&self.gate.load().config.limits)
    }

    /// See [`Running::reload_file`].
    pub(crate) fn reload_file(&self) -> Option<String> {
        let file = self.gate.load().config.file.clone();
        let Some(file) = file else { return Some("the configuration came from no file".to_owned()) };
        let problem = Config::from_file(&file).and_then(|config| self.reload(config)).err()?;
        self.metrics.reloads_failed.inc();
        crate::event::emit_reload_failed(self, &problem.to_string());
        Some(problem.to_string())
    }

    /// See [`Running::reload`].
    pub(crate) fn reload(&self, config: Config) -> Result<(), ConfigError> {
        let _one = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.gate.load_full();
        let addresses =
            |config: &Config| config.listen.iter().map(|listen| listen.address).collect::<Vec<_>>();
        if addresses(&config) != addresses(&before.config) {
            return Err(ConfigError::setting("listen", "addresses change with a restart only"));
        }
        let state = crate::state::kept(&config, before.state.as_ref())?;
        let gate = Gate::build(config, Some(&before))?.with_state(state)?;
        let mut certificates = Vec::new();
        for (listen, listener) in gate.config.listen.iter().zip(&self.listeners) {
            match (&listen.tls, &listener.tls) {
                (Some(tls), Some(_)) => certificates.push(Some(tls::server(&gate.config, listen, tls)?)),
                (None, None) => certificates.push(None),
                _ => {
                    return Err(ConfigError::setting(
                        "listen.tls",
                        "TLS goes on and off with a restart only",
                    ));
                }
            }
        }
        self.logs.reopen(&gate.config)?;
        for (certificate, listener) in certificates.into_iter().zip(&self.listeners) {
            if let (Some(certificate), Some(tls)) = (certificate, &listener.tls) {
                tls.store(certificate);
            }
        }
        self.metrics.routes(&gate.routes);
        self.metrics.reloads.inc();
        let gate = Arc::new(gate);
        self.gate.store(Arc::clone(&gate));
        // What was blocked while the new list was made went into the old one.
        gate.stack.block.catch_up(crate::clock::now().seconds());
        Ok(())
    }

    /// Reads the certificates of the configuration in force again; connections that stand go on.
    pub(crate) fn reload_certificates(&self) -> Result<(), ConfigError> {
        let _one = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = self.gate.load_full();
        for (listen, listener) in gate.config.listen.iter().zip(&self.listeners) {
            if let (Some(tls), Some(own)) = (&listen.tls, &listener.tls) {
                own.store(tls::server(&gate.config, listen, tls)?);
            }
        }
        Ok(())
    }

    /// Connections at this moment.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Relaxed)
    }

    /// A place for a connection; `None`: there are too many, of all or of this address.
    fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Permit> {
        let gate = self.gate.load();
        let limits = &gate.config.limits;
        let group = group(peer);
        let counted = !gate.stack.address.is_trusted(peer);
        if self.connections.fetch_add(1, Relaxed) >= limits.connections_max {
            self.connections.fetch_sub(1, Relaxed);
            return None;
        }
        if counted {
            let mut per_address = self.per_address.lock().unwrap_or_else(PoisonError::into_inner);
            let count = per_address.entry(group).or_insert(0);
            if *count >= limits.connections_per_address_max {
                drop(per_address);
                self.connections.fetch_sub(1, Relaxed);
                return None;
            }
            *count += 1;
        }
        Some(Permit { shared: Arc::clone(self), group: counted.then_some(group) })
    }

    /// Whether places run short: then connections without a request are closed sooner.
    pub(crate) fn is_crowded(&self) -> bool {
        self.connections() > self.with_limits(|limits| limits.connections_max / 4 * 3)
    }
}

/// One address of IPv4; one network of 64 bits of IPv6, which is what one client has.
fn group(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// One connection's place, given back when it ends.
#[derive(Debug)]
pub(crate) struct Permit {
    shared: Arc<Shared>,
    group: Option<IpAddr>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.shared.connections.fetch_sub(1, Relaxed);
        let Some(group) = self.group else { return };
        let mut per_address = self.shared.per_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = per_address.get_mut(&group) {
            *count -= 1;
            if *count == 0 {
                per_address.remove(&group);
            }
        }
    }
}

fn bind(address: SocketAddr, backlog: u32) -> Result<std::net::TcpListener, StartError> {
    let open = || {
        let socket = match address {
            SocketAddr::V4(_) => tokio::net::TcpSocket::new_v4()?,
            SocketAddr::V6(_) => tokio::net::TcpSocket::new_v6()?,
        };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(backlog)?.into_std()
    };
    // Sockets of tokio want a runtime's driver, which exists only for the length of this call.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(StartError::Worker)?;
    let inside = runtime.enter();
    let opened =
        open().map_err(|error: std::io::Error| StartError::Listen { address, reason: error.to_string() });
    drop(inside);
    // Not dropped: the caller may be inside a runtime of its own.
    runtime.shutdown_background();
    opened
}

impl Listener {
    fn open(config: &Config, listen: &crate::config::Listen) -> Result<Arc<Self>, StartError> {
        let tls = listen.tls.as_ref().map(|tls| tls::server(config, listen, tls)).transpose()?;
        let socket = bind(listen.address, listen.backlog)?;
        let address = socket.local_addr().unwrap_or(listen.address);
        Ok(Arc::new(Self { address, socket, tls: tls.map(ArcSwap::new), http2: listen.http2 }))
    }
}

impl Worker {
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            stop: shared.phase.subscribe(),
            vitals: Mutex::default(),
            draining: AtomicBool::new(false),
        }
    }

    /// Keeps an eye on a connection from now on.
    fn watch(&self, vital: &Arc<Vital>) {
        self.vitals.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(vital));
    }

    /// Looks at every connection that still is one.
    fn each(&self, mut look: impl FnMut(&Arc<Vital>)) {
        self.vitals.lock().unwrap_or_else(PoisonError::into_inner).retain(|vital| match vital.upgrade() {
            Some(vital) => {
                look(&vital);
                true
            }
            None => false,
        });
    }

    /// Whether connections are to end after the requests that are under way.
    fn is_draining(&self) -> bool {
        self.draining.load(Relaxed)
    }

    /// How often the times of connections are looked at.
    fn tick(&self) -> Duration {
        let gate = self.shared.gate.load();
        let limits = &gate.config.limits;
        let shortest = limits.header_read_ms.min(limits.keep_alive_ms).min(limits.write_idle_ms);
        Duration::from_millis((shortest.min(gate.total_ms_min) / 4).clamp(20, 1_000))
    }

    /// Closes connections that break their times: one timer for all of a worker's.
    async fn keep_times(self: Arc<Self>) {
        loop {
            let tick = self.tick();
            tokio::time::sleep(tick).await;
            let gate = self.shared.gate.load_full();
            let limits = &gate.config.limits;
            let crowded = self.shared.is_crowded();
            let mut over = Vec::new();
            self.each(|vital| {
                if vital.total.look(vital.now()) {
                    // The request has its say first: an answer, or the end of its body.
                    vital.wake();
                    over.push(Arc::clone(vital));
                } else if connection::is_late(vital, limits, crowded) {
                    vital.kill();
                }
            });
            drop(gate);
            if over.is_empty() {
                continue;
            }
            tokio::task::yield_now().await;
            over.iter().filter(|vital| vital.total.is_stuck()).for_each(|vital| vital.kill());
        }
    }

    /// Tells the connections when the gateway drains.
    async fn tell_draining(self: Arc<Self>) {
        let mut stop = self.stop.clone();
        if stop.wait_for(|phase| *phase != Phase::Serving).await.is_ok() {
            self.draining.store(true, Relaxed);
            self.each(|vital| vital.wake());
        }
    }
}

/// One worker's life.
async fn work(worker: Arc<Worker>, number: usize, admin: Option<std::net::TcpListener>) {
    drop(tokio::spawn(Arc::clone(&worker).keep_times()));
    drop(tokio::spawn(Arc::clone(&worker).tell_draining()));
    for listener in &worker.shared.listeners {
        tokio::spawn(accept(Arc::clone(&worker), Arc::clone(listener)));
    }
    if let Some(socket) = admin {
        drop(tokio::spawn(crate::admin::serve(Arc::clone(&worker.shared), socket)));
    }
    if number == 0 {
        crate::background::start(&worker.shared);
    }
    let mut stop = worker.stop.clone();
    while *stop.borrow_and_update() != Phase::Stopped {
        if stop.changed().await.is_err() {
            return;
        }
    }
}

/// Takes connections until the gateway drains.
async fn accept(worker: Arc<Worker>, listener: Arc<Listener>) {
    let socket = listener.socket.try_clone().and_then(tokio::net::TcpListener::from_std);
    let Ok(socket) = socket else { return };
    let mut stop = worker.stop.clone();
    // Who connects meanwhile waits in the socket's queue.
    if let Some(state) = worker.shared.gate.load().state.clone() {
        tokio::select! {
            () = state.begun() => {}
            _ = stop.changed() => return,
        }
    }
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            _ = stop.changed() => return,
        };
        match accepted {
            Ok((stream, peer)) => admit(&worker, &listener, stream, peer),
            // Out of descriptors: a rest, so that connections can end.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

fn admit(worker: &Arc<Worker>, listener: &Arc<Listener>, stream: TcpStream, peer: SocketAddr) {
    let metrics = &worker.shared.metrics;
    match worker.shared.admit(peer.ip()) {
        Some(permit) => {
            metrics.connections.inc();
            let serve = connection::serve(Arc::clone(worker), Arc::clone(listener), stream, (peer, permit));
            drop(tokio::spawn(serve));
        }
        None => drop(metrics.connections_refused.inc()),
    }
}
