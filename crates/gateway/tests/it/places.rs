//! Requests at once of one client at three gateways, while nodes of the NATS that counts them die under load: one, then all.
use crate::nodes::{Nodes, server};
use crate::streams::upstream;
use crate::support::{NEVER, PATIENCE, PLAIN, get, raw, status};
use gateway::{Config, Running};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Requests at once of a client.
const LIMIT: usize = 10;
/// Clients of each gateway: together they want more than the limit, those of one alone as well.
const CLIENTS: usize = 12;
/// How long the service takes.
const HOLD: Duration = Duration::from_millis(300);
/// A pause after a refusal.
const PAUSE: Duration = Duration::from_millis(100);

/// What the service sees.
#[derive(Debug, Default)]
struct Seen {
    running: AtomicUsize,
    /// The most at once since this was last set to 0.
    most: AtomicUsize,
    passed: AtomicUsize,
    busy: AtomicUsize,
    away: AtomicUsize,
    stop: AtomicBool,
}

/// Three gateways under load.
struct Fleet {
    gateways: Vec<Running>,
    clients: Vec<JoinHandle<()>>,
    seen: Arc<Seen>,
}

/// A service that counts how many it serves at once.
async fn service(seen: &Arc<Seen>) -> SocketAddr {
    let seen = Arc::clone(seen);
    upstream(move |mut stream, _| {
        let seen = Arc::clone(&seen);
        async move {
            seen.most.fetch_max(seen.running.fetch_add(1, SeqCst) + 1, SeqCst);
            sleep(HOLD).await;
            seen.running.fetch_sub(1, SeqCst);
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone";
            drop(stream.write_all(answer.as_bytes()).await);
        }
    })
    .await
}

async fn client(address: SocketAddr, seen: Arc<Seen>) {
    while !seen.stop.load(SeqCst) {
        let answer = raw(address, get("/a"), NEVER).await;
        let count = match status(&answer) {
            200 => &seen.passed,
            429 => &seen.busy,
            503 => &seen.away,
            _ => panic!("{answer}"),
        };
        count.fetch_add(1, SeqCst);
        if status(&answer) != 200 {
            sleep(PAUSE).await;
        }
    }
}

impl Fleet {
    /// `wait`: how long a request waits for the store until it is away, in milliseconds.
    async fn start(nodes: &Nodes, alone: &str, wait: u64) -> Self {
        let seen = Arc::<Seen>::default();
        let app = service(&seen).await;
        let mut fleet = Self { gateways: Vec::new(), clients: Vec::new(), seen };
        for number in 0..3 {
            let mut addresses = nodes.addresses();
            addresses.rotate_left(number);
            let text = format!(
                "workers = 1\n[state]\nkind = \"nats\"\nname = \"places-{number}\"\naddresses = {addresses:?}\nwait-ms = {wait}\n\
                 [concurrency]\nper-identity = {LIMIT}\nidentity-queue = 0\nwait-ms = 0\nshared = true\nalone = \"{alone}\"\n{PLAIN}"
            );
            let text = text.replace("{app}", &format!("http://{app}"));
            let gateway = gateway::start(Config::from_toml(&text, Path::new("")).unwrap()).unwrap();
            let address = gateway.addresses()[0];
            fleet.gateways.push(gateway);
            for _ in 0..CLIENTS {
                fleet.clients.push(tokio::spawn(client(address, Arc::clone(&fleet.seen))));
            }
        }
        fleet
    }

    /// Waits until something is so: a bounded number of looks.
    async fn until(&self, what: &str, is_so: impl Fn(&Seen) -> bool) {
        for _ in 0..1_200 {
            if is_so(&self.seen) {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("not {what}: {:?}", self.seen);
    }

    /// So many more pass.
    async fn passes(&self, more: usize) {
        let goal = self.seen.passed.load(SeqCst) + more;
        self.until("enough let in", |seen| seen.passed.load(SeqCst) >= goal).await;
    }

    /// Every place is in use at once, so none was lost.
    async fn fills(&self) {
        self.seen.most.store(0, SeqCst);
        self.until("every place in use", |seen| seen.most.load(SeqCst) >= LIMIT).await;
    }

    async fn end(self) {
        self.seen.stop.store(true, SeqCst);
        for client in self.clients {
            tokio::time::timeout(PATIENCE, client).await.unwrap().unwrap();
        }
        println!("{:?}", self.seen);
        tokio::task::spawn_blocking(|| self.gateways.into_iter().for_each(Running::stop)).await.unwrap();
    }
}

/// `alone = "refuse"`: at no moment more than the limit pass, while nodes die one after the other, all, and come back; while all are
/// dead nobody passes; in the end every place is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_place_is_lost_or_given_twice_while_nodes_die() {
    let Some(server) = server() else { return };
    let mut nodes = Nodes::start(server, "gateways-places");
    let fleet = Fleet::start(&nodes, "refuse", 1_000).await;
    fleet.fills().await;
    let seen = Arc::clone(&fleet.seen);
    for node in 0..3 {
        nodes.kill(node);
        fleet.passes(2 * LIMIT).await;
        nodes.restart(node);
        fleet.passes(2 * LIMIT).await;
        assert!(seen.most.load(SeqCst) <= LIMIT, "{seen:?}");
    }
    for node in 0..3 {
        nodes.kill(node);
    }
    // Places that stand are used until their time is over; then nobody gets one.
    let refused = seen.away.load(SeqCst);
    fleet.until("refused", |seen| seen.away.load(SeqCst) > refused + 3 * CLIENTS).await;
    fleet.until("empty", |seen| seen.running.load(SeqCst) == 0).await;
    let (passed, refused) = (seen.passed.load(SeqCst), seen.away.load(SeqCst));
    fleet.until("refused", |seen| seen.away.load(SeqCst) > refused + 3 * CLIENTS).await;
    assert!(
        seen.passed.load(SeqCst) <= passed + LIMIT,
        "somebody passed without the store: {passed}, {seen:?}"
    );
    assert!(seen.most.load(SeqCst) <= LIMIT, "{seen:?}");
    for node in 0..3 {
        nodes.restart(node);
    }
    fleet.passes(4 * LIMIT).await;
    assert!(seen.most.load(SeqCst) <= LIMIT, "{seen:?}");
    fleet.fills().await;
    fleet.passes(4 * LIMIT).await;
    assert!(seen.most.load(SeqCst) <= LIMIT, "{seen:?}");
    assert!(seen.busy.load(SeqCst) > 0, "the limit is felt: {seen:?}");
    fleet.end().await;
}

/// `alone = "local"`: while all nodes are dead each gateway counts by itself; when they are back all count together again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alone_each_gateway_has_places_of_its_own() {
    let Some(server) = server() else { return };
    let mut nodes = Nodes::start(server, "gateways-places-local");
    // Longer than a busy machine holds up nodes that are there: each such moment would be one alone.
    let fleet = Fleet::start(&nodes, "local", 5_000).await;
    fleet.fills().await;
    let seen = Arc::clone(&fleet.seen);
    for node in 0..3 {
        nodes.kill(node);
    }
    fleet.until("alone", |seen| seen.most.load(SeqCst) > LIMIT).await;
    fleet.passes(6 * LIMIT).await;
    assert!(seen.most.load(SeqCst) <= 3 * LIMIT, "{seen:?}");
    for node in 0..3 {
        nodes.restart(node);
    }
    let mut together = 0;
    for _ in 0..60 {
        seen.most.store(0, SeqCst);
        fleet.passes(3 * LIMIT).await;
        together = if seen.most.load(SeqCst) <= LIMIT { together + 1 } else { 0 };
        if together == 3 {
            break;
        }
    }
    assert_eq!(together, 3, "one limit again: {seen:?}");
    fleet.fills().await;
    fleet.end().await;
}
