//! Three gateways in one process, each with its own connection to a cluster, and requests at all of them.
use access::limit::{Alone, Config, Facts, Limiter, Plan, Stage};
use access::shared::{Options, SharedLimiter, SharedState};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// The one limit of the fleet.
pub(crate) const PERMITS: u32 = 400;
pub(crate) const PERIOD: Duration = Duration::from_secs(2);

/// A request that was let in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admitted {
    pub(crate) gateway: usize,
    /// Since the fleet started.
    pub(crate) at: Duration,
}

/// What is common to all gateways.
#[derive(Clone)]
struct Ground {
    started: Instant,
    stop: Arc<AtomicBool>,
    log: Arc<Mutex<Vec<Admitted>>>,
    asked: Arc<AtomicU64>,
    pause: Duration,
}

pub(crate) struct Fleet {
    ground: Ground,
    pub(crate) shared: Vec<Arc<SharedState>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Fleet {
    /// Starts gateways with so many tasks each that send a request every few milliseconds.
    pub(crate) async fn start(servers: &[String], alone: Alone, loads: &[usize]) -> Self {
        Self::started(servers, alone, loads, (PERMITS, Duration::from_millis(2))).await
    }

    /// The same under a limit of its own, with a pause of its own between requests.
    pub(crate) async fn started(
        servers: &[String],
        alone: Alone,
        loads: &[usize],
        (permits, pause): (u32, Duration),
    ) -> Self {
        let ground = Ground {
            started: Instant::now(),
            stop: Arc::default(),
            log: Arc::default(),
            asked: Arc::default(),
            pause,
        };
        let mut fleet = Self { ground, shared: Vec::new(), tasks: Vec::new() };
        for (gateway, load) in loads.iter().enumerate() {
            let mut servers = servers.to_vec();
            servers.rotate_left(gateway % 3);
            let options = store::cluster::Options {
                call_time_max: Duration::from_secs(1),
                ..store::cluster::Options::new(servers, "limits")
            };
            let state = Arc::new(store::Cluster::connect(options).await.unwrap());
            let gateways = u32::try_from(loads.len()).unwrap();
            let options = Options { alone, gateways, ..Options::new(&format!("gateway {gateway}")) };
            let shared = SharedState::start(state, options).unwrap();
            fleet.shared.push(Arc::clone(&shared));
            let config: Config = serde_json::from_value(serde_json::json!({
                "limits": [{ "name": "all", "rate": format!("{permits}/{}s", PERIOD.as_secs()), "shared": true }],
                "shared": { "alone": if alone == Alone::Local { "local" } else { "refuse" },
                    "gateways": gateways, "skew": "0s", "retry-after": "200ms" },
            }))
            .unwrap();
            let limiter = Arc::new(Limiter::new(config).unwrap());
            let front = SharedLimiter::new(shared);
            for _ in 0..*load {
                let ground = fleet.ground.clone();
                fleet.tasks.push(tokio::spawn(requests(
                    front.clone(),
                    Arc::clone(&limiter),
                    gateway,
                    ground,
                )));
            }
        }
        fleet
    }

    pub(crate) fn asked(&self) -> u64 {
        self.ground.asked.load(Ordering::Relaxed)
    }

    /// How many requests a gateway let in so far.
    pub(crate) fn admitted(&self, gateway: usize) -> usize {
        self.ground.log.lock().unwrap().iter().filter(|one| one.gateway == gateway).count()
    }

    pub(crate) fn now(&self) -> Duration {
        self.ground.started.elapsed()
    }

    /// Waits until each gateway has let in so many more: a bounded number of looks.
    pub(crate) async fn progress(&self, more: usize) {
        let goals: Vec<_> = (0..self.shared.len()).map(|gateway| self.admitted(gateway) + more).collect();
        for _ in 0..1_200 {
            if goals.iter().enumerate().all(|(gateway, goal)| self.admitted(gateway) >= *goal) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let now: Vec<_> = (0..self.shared.len()).map(|gateway| self.admitted(gateway)).collect();
        let state: Vec<_> = self.shared.iter().map(|shared| (shared.is_alone(), shared.counted())).collect();
        panic!("a gateway lets nothing in: {now:?} of {goals:?}, {state:?}");
    }

    /// Waits until every gateway goes on alone, or none does.
    pub(crate) async fn until_alone(&self, alone: bool) {
        for _ in 0..1_200 {
            if self.shared.iter().all(|shared| shared.is_alone() == alone) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("a gateway does not notice");
    }

    /// Ends all requests: what was let in, in order, and how many asked.
    pub(crate) async fn stop(mut self) -> (Vec<Admitted>, u64) {
        self.ground.stop.store(true, Ordering::SeqCst);
        for task in std::mem::take(&mut self.tasks) {
            task.await.unwrap();
        }
        let mut log = self.ground.log.lock().unwrap().clone();
        log.sort_by_key(|one| one.at);
        let asked = self.asked();
        (log, asked)
    }
}

/// Sends requests until it is told to stop.
async fn requests(front: SharedLimiter, limiter: Arc<Limiter>, gateway: usize, ground: Ground) {
    let plan: Plan = limiter.plan("GET /");
    let facts = Facts {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        route: "GET /",
        identity: None,
        cost: None,
        fingerprint: None,
    };
    // A clock that all gateways share and that never goes back.
    let base = store::Clock::now(&store::SystemClock) - ground.started.elapsed();
    while !ground.stop.load(Ordering::SeqCst) {
        let now = base + ground.started.elapsed();
        let decision = front.decide(&limiter, (&plan, Stage::All), &facts, now).await;
        ground.asked.fetch_add(1, Ordering::Relaxed);
        if decision.is_admitted() {
            ground.log.lock().unwrap().push(Admitted { gateway, at: ground.started.elapsed() });
        }
        if ground.pause.is_zero() {
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(ground.pause).await;
        }
    }
}

/// The most that was let in within any window of the limit's period that ends in a part of the log.
pub(crate) fn most(log: &[Admitted], from: Duration, to: Duration) -> usize {
    let mut most = 0;
    let mut first = 0;
    for (last, one) in log.iter().enumerate() {
        while log[first].at + PERIOD <= one.at {
            first += 1;
        }
        if (from..=to).contains(&one.at) {
            most = most.max(last + 1 - first);
        }
    }
    most
}
