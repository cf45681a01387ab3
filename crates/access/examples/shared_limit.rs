//! Figures of one limit across gateways on three NATS nodes: `cargo run --release -p access --example shared_limit`.
//!
//! Overload at 1, 2 and 3 gateways; while the nodes die one after the other; after all are gone; and what deciding costs.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a program that measures and says")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "it stops at whatever is wrong"
)]
#[path = "../tests/shared/fleet.rs"]
mod fleet;
#[path = "../../store/tests/it/folder.rs"]
mod folder;
#[expect(dead_code, reason = "shared with the tests of `store`")]
#[path = "../../store/tests/it/nodes.rs"]
mod nodes;

use access::limit::Alone;
use fleet::{Admitted, Fleet, PERIOD, PERMITS, most};
use nodes::{Nodes, server};
use std::time::Duration;

/// How long each part is measured, in periods.
const PERIODS: u32 = 5;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let Some(server) = server() else { return };
    println!("limit {PERMITS} in {PERIOD:?}");
    println!("{:<34} {:>9} {:>9} {:>10} {:>10}", "", "most/lim", "mean/lim", "gap ms", "calls/1000");
    let mut nodes = Nodes::start(server, "limit-example");
    for gateways in 1..=3 {
        let fleet = started(&nodes, Alone::Local, gateways).await;
        let from = measure(&fleet).await;
        end(&format!("{gateways} gateways, overload"), fleet, from).await;
    }
    for node in 0..3 {
        let fleet = started(&nodes, Alone::Local, 3).await;
        let from = fleet.now();
        nodes.kill(node);
        tokio::time::sleep(PERIOD * 6).await;
        nodes.restart(node);
        end(&format!("3 gateways, node {node} killed"), fleet, from).await;
    }
    for alone in [Alone::Local, Alone::Refuse] {
        let fleet = started(&nodes, alone, 3).await;
        let from = fleet.now();
        (0..3).for_each(|node| nodes.kill(node));
        fleet.until_alone(true).await;
        tokio::time::sleep(PERIOD * PERIODS).await;
        end(&format!("3 gateways, all killed, {alone:?}"), fleet, from).await;
        (0..3).for_each(|node| nodes.restart(node));
    }
    throughput(&nodes).await;
}

async fn started(nodes: &Nodes, alone: Alone, gateways: usize) -> Fleet {
    let fleet = Fleet::start(&nodes.addresses(), alone, &vec![4; gateways]).await;
    fleet.until_alone(false).await;
    fleet.progress(100).await;
    tokio::time::sleep(PERIOD).await;
    fleet
}

async fn measure(fleet: &Fleet) -> Duration {
    let from = fleet.now();
    tokio::time::sleep(PERIOD * PERIODS).await;
    from
}

async fn end(what: &str, fleet: Fleet, from: Duration) {
    let to = fleet.now();
    let calls: u64 = fleet.shared.iter().map(|shared| shared.counted().calls).sum();
    let gateways = fleet.shared.len();
    let (log, asked) = fleet.stop().await;
    let most = most(&log, from, to);
    let during: Vec<_> = log.iter().filter(|one| (from..=to).contains(&one.at)).collect();
    let mean = during.len() as f64 / ((to - from).as_secs_f64() / PERIOD.as_secs_f64());
    let gap = (0..gateways).map(|gateway| gap(&during, gateway, from, to)).max().unwrap_or_default();
    println!(
        "{what:<34} {:>8.1}% {:>8.1}% {:>10} {:>10.1}",
        100.0 * most as f64 / f64::from(PERMITS),
        100.0 * mean / f64::from(PERMITS),
        gap.as_millis(),
        1_000.0 * calls as f64 / asked as f64,
    );
}

/// The longest time in which a gateway let nothing in.
fn gap(log: &[&Admitted], gateway: usize, from: Duration, to: Duration) -> Duration {
    let mut last = from;
    let mut longest = Duration::ZERO;
    for one in log.iter().filter(|one| one.gateway == gateway) {
        longest = longest.max(one.at - last);
        last = one.at;
    }
    longest.max(to - last)
}

/// A limit that is never reached: decisions and calls of the store a second, on one key.
async fn throughput(nodes: &Nodes) {
    let fleet = Fleet::started(&nodes.addresses(), Alone::Refuse, &[4], (10_000_000, Duration::ZERO)).await;
    fleet.until_alone(false).await;
    fleet.progress(1_000).await;
    let calls: u64 = fleet.shared.iter().map(|shared| shared.counted().calls).sum();
    let (before, from) = (fleet.asked(), fleet.now());
    tokio::time::sleep(PERIOD * 2).await;
    let (after, to) = (fleet.asked(), fleet.now());
    let calls = fleet.shared.iter().map(|shared| shared.counted().calls).sum::<u64>() - calls;
    let asked = after - before;
    println!(
        "{} decisions a second, {:.3} calls of the store in 1,000",
        (asked as f64 / (to - from).as_secs_f64()) as u64,
        1_000.0 * calls as f64 / asked as f64
    );
    fleet.stop().await;
}
