//! One limit across three gateways and three real NATS nodes, which die under load: one, then all.
use crate::nodes::{Nodes, server};
use crate::support::PATIENCE;
use bytes::Bytes;
use gateway::{Config, Running};
use http::Request;
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Connections to each gateway: an uneven load.
const CONNECTIONS: [usize; 3] = [4, 2, 1];
/// Between two requests of a connection, so that it asks for more than the limit and leaves the processor to the others.
const PAUSE: Duration = Duration::from_millis(8);

/// One answer.
#[derive(Clone, Copy, Debug)]
struct Answered {
    gateway: usize,
    status: u16,
    /// Since the fleet started. What was decided was decided in between.
    sent: Duration,
    came: Duration,
}

/// Three gateways under load.
struct Fleet {
    gateways: Vec<Running>,
    started: Instant,
    stop: Arc<AtomicBool>,
    log: Arc<Mutex<Vec<Answered>>>,
    clients: Vec<JoinHandle<()>>,
}

impl Fleet {
    async fn start(nodes: &Nodes, rate: &str, alone: &str) -> Self {
        let upstream = crate::support::echo().await;
        let (started, stop, log) = (Instant::now(), Arc::default(), Arc::default());
        let mut fleet = Self { gateways: Vec::new(), started, stop, log, clients: Vec::new() };
        for (number, connections) in CONNECTIONS.into_iter().enumerate() {
            let mut addresses = nodes.addresses();
            addresses.rotate_left(number);
            let text = format!(
                r#"
workers = 1
[[listen]]
address = "127.0.0.1:0"
[state]
kind = "nats"
name = "gateway-{number}"
addresses = {addresses:?}
[rate]
limits = [{{ name = "all", rate = "{rate}", shared = true }}]
shared = {{ alone = "{alone}", gateways = 3, retry-after = "200ms" }}
[upstream.app]
kind = "http"
addresses = ["http://{upstream}"]
[[route]]
name = "all"
upstream = "app"
mode = "off"
"#
            );
            let gateway = gateway::start(Config::from_toml(&text, Path::new("")).unwrap()).unwrap();
            let address = gateway.addresses()[0];
            fleet.gateways.push(gateway);
            for _ in 0..connections {
                let (stop, log) = (Arc::clone(&fleet.stop), Arc::clone(&fleet.log));
                fleet.clients.push(tokio::spawn(client((number, address), started, stop, log)));
            }
        }
        fleet
    }

    /// Requests that a gateway let in, and that it refused.
    fn count(&self, gateway: usize) -> (usize, usize) {
        let log = self.log.lock().unwrap();
        let of = |is_in: bool| {
            log.iter().filter(|one| one.gateway == gateway && (one.status == 200) == is_in).count()
        };
        (of(true), of(false))
    }

    /// Waits until every gateway has let in, and refused, so many more: a bounded number of looks.
    async fn until(&self, admitted: usize, refused: usize) {
        let begun: Vec<_> = (0..3).map(|gateway| self.count(gateway)).collect();
        for _ in 0..1_200 {
            let is_there = |gateway: usize| {
                let (now, before) = (self.count(gateway), begun[gateway]);
                now.0 >= before.0 + admitted && now.1 >= before.1 + refused
            };
            if (0..3).all(is_there) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let now: Vec<_> = (0..3).map(|gateway| self.count(gateway)).collect();
        panic!("from {begun:?} to {now:?}, wanted {admitted} admitted and {refused} refused");
    }

    /// Waits until all gateways together have let in so many more. Which of them is not said: a budget that does not come
    /// back goes to who asks first.
    async fn until_together(&self, more: usize) {
        let goal = self.admitted() + more;
        for _ in 0..1_200 {
            if self.admitted() >= goal {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} let in, wanted {goal}", self.admitted());
    }

    fn admitted(&self) -> usize {
        (0..3).map(|gateway| self.count(gateway).0).sum()
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Ends the load and the gateways. Every request had an answer: let in, refused, or told to come again.
    async fn end(self) -> Vec<Answered> {
        self.stop.store(true, Ordering::SeqCst);
        for client in self.clients {
            client.await.unwrap();
        }
        tokio::task::spawn_blocking(|| self.gateways.into_iter().for_each(Running::stop)).await.unwrap();
        let log = self.log.lock().unwrap().clone();
        let odd = log.iter().find(|one| ![200, 429, 503].contains(&one.status));
        assert!(odd.is_none(), "{odd:?}");
        log
    }
}

/// One connection that asks until it is told to stop.
async fn client(
    (gateway, address): (usize, SocketAddr),
    started: Instant,
    stop: Arc<AtomicBool>,
    log: Arc<Mutex<Vec<Answered>>>,
) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, driver) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(async move { drop(driver.await) });
    while !stop.load(Ordering::SeqCst) {
        let request = Request::get("/a").header("host", "example.com").body(Empty::<Bytes>::new()).unwrap();
        let sent = started.elapsed();
        let asked = async {
            let answer = sender.send_request(request).await.unwrap();
            let status = answer.status().as_u16();
            answer.into_body().collect().await.unwrap();
            status
        };
        let status = tokio::time::timeout(PATIENCE, asked).await.expect("a request hangs");
        log.lock().unwrap().push(Answered { gateway, status, sent, came: started.elapsed() });
        tokio::time::sleep(PAUSE).await;
    }
}

/// The most that was certainly let in within any window: sent after its beginning and answered before its end.
fn most(log: &[Answered], window: Duration) -> usize {
    let admitted: Vec<_> = log.iter().filter(|one| one.status == 200).collect();
    let within =
        |from: Duration| admitted.iter().filter(|one| one.sent >= from && one.came < from + window).count();
    admitted.iter().map(|one| within(one.sent)).max().unwrap_or(0)
}

/// `alone = "local"`: the limit of a short window holds while a node dies, while all are dead and each gateway counts its
/// part, and when they are back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_gateways_keep_a_limit_while_nodes_die() {
    const LIMIT: usize = 200;
    let Some(server) = server() else { return };
    let mut nodes = Nodes::start(server, "gateways-local");
    let fleet = Fleet::start(&nodes, "200/2s", "local").await;
    fleet.until(60, 20).await;
    for node in 0..3 {
        nodes.kill(node);
        fleet.until(40, 20).await;
        nodes.restart(node);
        fleet.until(40, 20).await;
    }
    for node in 0..3 {
        nodes.kill(node);
    }
    // Each goes on with its part of the limit.
    fleet.until(100, 20).await;
    for node in 0..3 {
        nodes.restart(node);
    }
    fleet.until(100, 20).await;
    let log = fleet.end().await;
    let (most, admitted) = (most(&log, Duration::from_secs(2)), log.iter().filter(|one| one.status == 200));
    println!("{} asked, {} let in, at most {most} of {LIMIT} in a window", log.len(), admitted.count());
    assert!(most * 20 <= LIMIT * 21, "{most} of {LIMIT} in a window");
    assert!(most * 2 > LIMIT, "{most} of {LIMIT} in a window: the limit is used");
}

/// `alone = "refuse"`, with one budget for the whole test: nothing that was spent is forgotten when nodes die, one after the
/// other or all; while all are dead nobody is let in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_gateways_lose_no_count() {
    const LIMIT: usize = 600;
    let Some(server) = server() else { return };
    let mut nodes = Nodes::start(server, "gateways-closed");
    let fleet = Fleet::start(&nodes, "600/1h", "refuse").await;
    fleet.until_together(100).await;
    nodes.kill(0);
    fleet.until_together(20).await;
    nodes.restart(0);
    for node in 0..3 {
        nodes.kill(node);
    }
    // What was asked for before the kill may come a moment later.
    fleet.until(0, 60).await;
    let (closed, before) = (fleet.now(), fleet.admitted());
    fleet.until(0, 60).await;
    assert_eq!(fleet.admitted(), before, "somebody was let in without the store, since {closed:?}");
    assert!(before < LIMIT, "{before} of {LIMIT}: something is left for afterwards");
    for node in 0..3 {
        nodes.restart(node);
    }
    fleet.until_together(20).await;
    // To the end of the budget: a long row of refusals, while a node dies and comes back.
    nodes.kill(1);
    fleet.until(0, 100).await;
    nodes.restart(1);
    let mut spent = fleet.admitted();
    for _ in 0..100 {
        fleet.until(0, 100).await;
        if fleet.admitted() == spent {
            break;
        }
        spent = fleet.admitted();
    }
    let log = fleet.end().await;
    let admitted = log.iter().filter(|one| one.status == 200).count();
    println!("{} asked, {admitted} of {LIMIT} let in", log.len());
    assert!(admitted <= LIMIT, "{admitted} of {LIMIT}");
}

/// A gateway with this beginning, in front of nodes that may be away.
async fn beginning(nodes: &Nodes, settings: &str) -> Running {
    let upstream = crate::support::echo().await;
    let text = format!(
        r#"
workers = 1
[[listen]]
address = "127.0.0.1:0"
[admin]
address = "127.0.0.1:0"
token-sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
[state]
kind = "nats"
addresses = {:?}
{settings}
[upstream.app]
kind = "http"
addresses = ["http://{upstream}"]
[[route]]
name = "all"
upstream = "app"
mode = "off"
"#,
        nodes.addresses()
    );
    gateway::start(Config::from_toml(&text, Path::new("")).unwrap()).unwrap()
}

async fn asked(address: SocketAddr, path: &str) -> u16 {
    crate::support::status(
        &crate::support::raw(address, crate::support::get(path), crate::support::NEVER).await,
    )
}

/// Somebody is blocked in the shared list. A gateway that starts while the store is away never lets them in, unless it was
/// told to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_starts_knows_who_is_blocked() {
    let Some(server) = server() else { return };
    let mut nodes = Nodes::start(server, "gateways-start");
    let options = store::cluster::Options::new(nodes.addresses(), "buckler");
    let state = store::Cluster::connect(options).await.unwrap();
    let entry = access::block::Entry { prefix: Some("127.0.0.1/32".parse().unwrap()), ..Default::default() };
    let mut added = false;
    for _ in 0..30 {
        added =
            access::shared::SharedBlocks::add(&state, access::block::List::Block, &entry, 0).await.is_ok();
        if added {
            break;
        }
    }
    assert!(added, "the cluster does not come up");
    let first = beginning(&nodes, "").await;
    assert_eq!(asked(first.addresses()[0], "/a").await, 403, "from the first request on");
    for node in 0..3 {
        nodes.kill(node);
    }
    let closed = beginning(&nodes, "start-wait-ms = 300").await;
    let open = beginning(&nodes, "start-wait-ms = 300\nstart = \"open\"").await;
    let waits = beginning(&nodes, "start-wait-ms = 120000").await;
    assert_eq!(asked(closed.addresses()[0], "/a").await, 503);
    assert_eq!(asked(closed.admin_address().unwrap(), "/ready").await, 503);
    assert_eq!(asked(closed.admin_address().unwrap(), "/live").await, 200);
    assert_eq!(asked(open.addresses()[0], "/a").await, 200);
    assert_eq!(asked(open.admin_address().unwrap(), "/ready").await, 200);
    let mut waiting = TcpStream::connect(waits.addresses()[0]).await.unwrap();
    waiting.write_all(crate::support::get("/a").as_bytes()).await.unwrap();
    for node in 0..3 {
        nodes.restart(node);
    }
    for gateway in [&closed, &open] {
        let mut last = 0;
        for _ in 0..1_200 {
            last = asked(gateway.addresses()[0], "/a").await;
            if last == 403 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(last, 403);
    }
    assert_eq!(asked(closed.admin_address().unwrap(), "/ready").await, 200);
    let mut answer = String::new();
    let read = waiting.read_to_string(&mut answer);
    tokio::time::timeout(Duration::from_secs(60), read).await.expect("nobody answers").unwrap();
    assert_eq!(crate::support::status(&answer), 403, "who waited is told, too: {answer}");
    let all = [first, closed, open, waits];
    tokio::task::spawn_blocking(|| all.into_iter().for_each(Running::stop)).await.unwrap();
}
