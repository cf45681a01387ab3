//! The clustered form on three real nodes: the suite, then kills, freezes and cuts.
use crate::nodes::{Nodes, server};
use crate::suite::{self, Subject, key, number};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use store::cluster::Options;
use store::{Change, Cluster, Key, Put, Revision, State, StateError};

/// How long a call may take; a call that takes ten times as long hangs.
const CALL_TIME_MAX: Duration = Duration::from_secs(2);

pub(crate) async fn handle(servers: Vec<String>) -> Arc<Cluster> {
    let options = Options { call_time_max: CALL_TIME_MAX, ..Options::new(servers, "state") };
    Arc::new(Cluster::connect(options).await.unwrap())
}

/// A call that answers, whatever it says, in bounded time.
async fn bounded<T>(call: impl Future<Output = Result<T, StateError>>) -> Result<T, StateError> {
    tokio::time::timeout(CALL_TIME_MAX * 10, call).await.expect("a call hangs")
}

/// Waits until the cluster takes a change: a bounded number of calls that are bounded themselves.
pub(crate) async fn until_up(state: &dyn State) {
    let probe = key("probe");
    let mut last = None;
    for _ in 0..600 {
        match bounded(state.put(&probe, b"", Put::ANY)).await {
            Ok(_) => return,
            Err(why) => last = Some(why),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the cluster does not come up: {last:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_conform() {
    let Some(server) = server() else { return };
    let nodes = Nodes::start(server, "nats-suite");
    let state = handle(nodes.addresses()).await;
    until_up(state.as_ref()).await;
    suite::conforms(&Subject { state, clock: None, operations: 200 }).await;
}

/// The node that leads the bucket.
async fn leader(nodes: &Nodes) -> usize {
    for _ in 0..200 {
        for address in nodes.addresses() {
            if let Some(name) = asked(address).await {
                return name.trim_start_matches('n').parse().unwrap();
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nobody leads");
}

async fn asked(address: String) -> Option<String> {
    let client = async_nats::connect(address).await.ok()?;
    let mut context = async_nats::jetstream::new(client);
    context.set_timeout(CALL_TIME_MAX);
    let stream = context.get_stream("KV_state").await.ok()?;
    stream.cached_info().cluster.as_ref()?.leader.clone().filter(|name| !name.is_empty())
}

/// What several writers, readers and a watcher saw while nodes came and went.
struct Load {
    servers: Vec<String>,
    stop: Arc<AtomicBool>,
    /// Changes acknowledged so far.
    kept: Arc<AtomicU64>,
    writers: Vec<tokio::task::JoinHandle<BTreeMap<Key, (u64, Revision)>>>,
    counters: Vec<tokio::task::JoinHandle<(u64, u64)>>,
    readers: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    /// Two tasks of each kind, each with its own connection to all nodes.
    async fn start(servers: &[String]) -> Self {
        let (stop, kept) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut load = Self {
            servers: servers.to_vec(),
            stop,
            kept,
            writers: Vec::new(),
            counters: Vec::new(),
            readers: Vec::new(),
        };
        for task in 0..2_u64 {
            let mut servers = servers.to_vec();
            servers.rotate_left(task as usize);
            let state = handle(servers).await;
            let (stop, kept) = (Arc::clone(&load.stop), Arc::clone(&load.kept));
            load.writers.push(tokio::spawn(write(Arc::clone(&state), task, Arc::clone(&stop), kept)));
            load.counters.push(tokio::spawn(count(Arc::clone(&state), Arc::clone(&stop))));
            load.readers.push(tokio::spawn(read(state, stop)));
        }
        load
    }

    /// Waits for so many more acknowledged changes: the cluster is healthy, or heals.
    async fn progress(&self, more: u64) {
        let begun = tokio::time::Instant::now();
        let goal = self.kept.load(Ordering::SeqCst) + more;
        for _ in 0..1_200 {
            if self.kept.load(Ordering::SeqCst) >= goal {
                println!("goes on after {:.1} s", begun.elapsed().as_secs_f64());
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let fresh = handle(self.servers.clone()).await;
        let put = bounded(fresh.put(&key("probe"), b"", Put::ANY)).await;
        panic!("the load does not go on; a new client: {put:?}");
    }

    /// Stops, and compares what was acknowledged with what is there.
    async fn check(self, state: &dyn State) {
        self.stop.store(true, Ordering::SeqCst);
        for reader in self.readers {
            reader.await.unwrap();
        }
        let mut acknowledged = BTreeMap::new();
        for writer in self.writers {
            acknowledged.extend(writer.await.unwrap());
        }
        let (mut done, mut unknown) = (0, 0);
        for counter in self.counters {
            let (mine, doubtful) = counter.await.unwrap();
            done += mine;
            unknown += doubtful;
        }
        until_up(state).await;
        for (key, (value, revision)) in &acknowledged {
            let found = sure(state, key).await.unwrap_or_else(|| panic!("{key} is lost"));
            assert!(found.revision >= *revision && number(&found) >= *value, "{key} went back");
        }
        let counted = sure(state, &key("chaos.counter")).await.map_or(0, |entry| number(&entry));
        assert!(
            (done..=done + unknown).contains(&counted),
            "{done} increments and {unknown} more: {counted}"
        );
        println!("{} keys, {done} increments ({unknown} unknown): {counted}", acknowledged.len());
    }
}

/// Reads until there is an answer: a bounded number of calls. A leader may move once more after it was healed.
async fn sure(state: &dyn State, key: &Key) -> Option<store::Entry> {
    let mut last = None;
    for _ in 0..30 {
        match bounded(state.get(key)).await {
            Ok(found) => return found,
            Err(why) => last = Some(why),
        }
    }
    panic!("{key} cannot be read: {last:?}");
}

/// Writes rising numbers to keys of its own. What the store acknowledged.
async fn write(
    state: Arc<Cluster>,
    task: u64,
    stop: Arc<AtomicBool>,
    kept: Arc<AtomicU64>,
) -> BTreeMap<Key, (u64, Revision)> {
    let mut acknowledged = BTreeMap::new();
    let mut last = Revision(0);
    for at in 1_u64.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let key = key(&format!("chaos.writer.{task}.{}", at % 200));
        match bounded(state.put(&key, &at.to_be_bytes(), Put::ANY)).await {
            Ok(revision) => {
                assert!(revision > last, "{revision:?} after {last:?}");
                last = revision;
                acknowledged.insert(key, (at, revision));
                kept.fetch_add(1, Ordering::SeqCst);
            }
            Err(why) => {
                assert!(matches!(why, StateError::Unavailable { .. }), "{why}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    acknowledged
}

/// Counts by compare-and-put: increments that were acknowledged, and that may have happened.
async fn count(state: Arc<Cluster>, stop: Arc<AtomicBool>) -> (u64, u64) {
    let (mut done, mut unknown) = (0, 0);
    let key = key("chaos.counter");
    while !stop.load(Ordering::SeqCst) {
        let Ok(found) = bounded(state.get(&key)).await else { continue };
        let next = found.as_ref().map_or(0, number) + 1;
        let how = found.map_or(Put::NEW, |entry| Put::over(entry.revision));
        match bounded(state.put(&key, &next.to_be_bytes(), how)).await {
            Ok(_) => done += 1,
            Err(StateError::Conflict { .. }) => {}
            Err(_) => unknown += 1,
        }
    }
    (done, unknown)
}

/// Reads one key again and again: it never goes back.
async fn read(state: Arc<Cluster>, stop: Arc<AtomicBool>) {
    let key = key("chaos.counter");
    let mut last = (Revision(0), 0);
    while !stop.load(Ordering::SeqCst) {
        if let Ok(Some(entry)) = bounded(state.get(&key)).await {
            let found = (entry.revision, number(&entry));
            assert!(found.0 >= last.0 && found.1 >= last.1, "{found:?} after {last:?}");
            last = found;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Keeps a copy by a watch until it stands in the copy that the end was written.
fn copy(state: Arc<Cluster>) -> tokio::task::JoinHandle<BTreeMap<Key, Revision>> {
    tokio::spawn(async move {
        let mut watch = state.watch("chaos").await.unwrap();
        let mut copy = BTreeMap::new();
        let mut ended = false;
        while !ended {
            match watch.next().await.expect("a watch of a cluster goes on") {
                Ok(Change::Put(entry)) => {
                    ended = entry.key == key("chaos.end");
                    let before = copy.insert(entry.key, entry.revision);
                    assert!(before.is_none_or(|before| before < entry.revision), "out of order");
                }
                Ok(Change::Removed { key, .. }) => {
                    copy.remove(&key);
                }
                Err(StateError::StartOver { .. }) => copy.clear(),
                Ok(Change::UpToDate) | Err(_) => {}
            }
        }
        copy
    })
}

/// Elections and catching up of real nodes take what they take: on a busy machine, minutes. So these run where
/// `BUCKLER_CHAOS` asks for them, alone; the suite on the same three nodes runs always.
fn chaos() -> Option<std::path::PathBuf> {
    if std::env::var_os("BUCKLER_CHAOS").is_none() {
        println!("skipped: set BUCKLER_CHAOS to kill, freeze and cut nodes");
        return None;
    }
    server()
}

/// The node that leads the bucket, then another one, ends and comes back, under load.
async fn one_node_at_a_time(name: &str, end: fn(&mut Nodes, usize)) {
    let Some(server) = chaos() else { return };
    let mut nodes = Nodes::start(server, name);
    let stage = Stage::set(&nodes).await;
    for place in [0, 1] {
        let node = (leader(&nodes).await + place) % 3;
        end(&mut nodes, node);
        stage.load.progress(60).await;
        nodes.heal(node);
        stage.load.progress(60).await;
        until_whole(&nodes).await;
    }
    stage.check().await;
}

/// A cluster of three bears the loss of one node as long as the other two have everything: waits until all three nodes
/// know the same leader, and the leader that the others follow. (One that was cut off believes for a while that it leads.)
async fn until_whole(nodes: &Nodes) {
    let begun = tokio::time::Instant::now();
    for _ in 0..600 {
        let mut leaders = Vec::new();
        for address in nodes.addresses() {
            leaders.extend(whole(address).await);
        }
        if leaders.len() == 3 && leaders.iter().all(|leader| *leader == leaders[0]) {
            println!("whole after {:.1} s", begun.elapsed().as_secs_f64());
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("a node does not catch up");
}

/// The leader, as one node knows it, when all others follow.
async fn whole(address: String) -> Option<String> {
    let client = async_nats::connect(address).await.ok()?;
    let mut context = async_nats::jetstream::new(client);
    context.set_timeout(CALL_TIME_MAX / 4);
    let mut stream = context.get_stream("KV_state").await;
    for _ in 0..3 {
        if stream.is_err() {
            // The answer to a new connection's first question may be lost.
            stream = context.get_stream("KV_state").await;
        }
    }
    let stream = stream.ok()?;
    let cluster = stream.cached_info().cluster.clone()?;
    // Under load a node is a few changes behind at any moment.
    let follows = |lag: Option<u64>| lag.is_none_or(|lag| lag < 100);
    let others =
        cluster.replicas.iter().filter(|one| !one.offline && (one.current || follows(one.lag))).count();
    cluster.leader.filter(|leader| !leader.is_empty() && others == 2)
}

/// A cluster under load, a watch, and a handle to look with.
struct Stage {
    state: Arc<Cluster>,
    copy: tokio::task::JoinHandle<BTreeMap<Key, Revision>>,
    load: Load,
}

impl Stage {
    async fn set(nodes: &Nodes) -> Self {
        let state = handle(nodes.addresses()).await;
        until_up(state.as_ref()).await;
        let copy = copy(handle(nodes.addresses()).await);
        let load = Load::start(&nodes.addresses()).await;
        load.progress(100).await;
        until_whole(nodes).await;
        Self { state, copy, load }
    }

    /// Nothing that was acknowledged is lost, and the watch told everything.
    async fn check(self) {
        let Self { state, copy, load } = self;
        load.check(state.as_ref()).await;
        state.put(&key("chaos.end"), b"", Put::ANY).await.unwrap();
        let copy =
            tokio::time::timeout(Duration::from_secs(60), copy).await.expect("the watch hangs").unwrap();
        let there = state.keys("chaos").await.unwrap();
        assert_eq!(copy.keys().cloned().collect::<Vec<_>>(), there);
        for (key, revision) in copy {
            assert_eq!(sure(state.as_ref(), &key).await.unwrap().revision, revision, "{key}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_nodes_lose_nothing() {
    one_node_at_a_time("nats-kill", Nodes::kill).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frozen_nodes_lose_nothing() {
    one_node_at_a_time("nats-freeze", |nodes, node| nodes.freeze(node)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_are_cut_off_lose_nothing() {
    one_node_at_a_time("nats-cut", |nodes, node| nodes.isolate(node)).await;
}

/// A majority is killed, and comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_majority_that_dies_loses_nothing() {
    let Some(server) = chaos() else { return };
    let mut nodes = Nodes::start(server, "nats-majority");
    let stage = Stage::set(&nodes).await;
    nodes.kill(0);
    nodes.kill(1);
    let lonely = handle(vec![nodes.addresses()[2].clone()]).await;
    for at in 0..3 {
        let refused = bounded(lonely.put(&key(&format!("lonely.{at}")), b"", Put::ANY)).await;
        assert!(matches!(refused, Err(StateError::Unavailable { .. })), "{refused:?}");
    }
    nodes.restart(0);
    stage.load.progress(100).await;
    nodes.restart(1);
    stage.load.progress(100).await;
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_cluster_every_call_answers() {
    let state = handle(vec![format!("127.0.0.1:{}", crate::nodes::free_ports(1)[0])]).await;
    let key = key("k");
    let unavailable = |what: &str, done: Result<(), StateError>| {
        assert!(matches!(done, Err(StateError::Unavailable { .. })), "{what}: {done:?}");
    };
    unavailable("get", bounded(state.get(&key)).await.map(drop));
    unavailable("put", bounded(state.put(&key, b"", Put::NEW)).await.map(drop));
    unavailable("remove", bounded(state.remove(&key, store::Expect::Absent)).await);
    unavailable("keys", bounded(state.keys("")).await.map(drop));
    unavailable("watch", bounded(state.watch("")).await.map(drop));
}
