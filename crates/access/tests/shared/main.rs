//! One limit across three gateways and three real NATS nodes.
#![expect(clippy::disallowed_methods, reason = "tests make folders and start programs")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests stop at whatever is wrong"
)]
mod fleet;
#[path = "../../../store/tests/it/folder.rs"]
mod folder;
#[expect(dead_code, reason = "shared with the tests of `store`")]
#[path = "../../../store/tests/it/nodes.rs"]
mod nodes;

use access::limit::Alone;
use fleet::{Fleet, PERMITS, most};
use nodes::{Nodes, server};
use std::time::Duration;

/// Never more than the limit and a twentieth, in any window.
fn check(log: &[fleet::Admitted]) {
    let most = most(log, Duration::ZERO, Duration::MAX);
    println!("{} admitted, at most {most} of {PERMITS} in a window", log.len());
    assert!(most * 20 <= PERMITS as usize * 21, "{most} of {PERMITS}");
}

/// Uneven overload, while every node dies once, then all, then all come back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limit_holds_while_nodes_die() {
    let Some(server) = server() else { return };
    let mut nodes = Nodes::start(server, "limit-local");
    let fleet = Fleet::start(&nodes.addresses(), Alone::Local, &[6, 2, 2]).await;
    fleet.until_alone(false).await;
    fleet.progress(200).await;
    for node in 0..3 {
        nodes.kill(node);
        fleet.progress(200).await;
        nodes.restart(node);
        fleet.until_alone(false).await;
        fleet.progress(100).await;
    }
    for node in 0..3 {
        nodes.kill(node);
    }
    fleet.until_alone(true).await;
    // Each goes on with its part.
    fleet.progress(200).await;
    for node in 0..3 {
        nodes.restart(node);
    }
    fleet.until_alone(false).await;
    fleet.progress(100).await;
    let (log, _) = fleet.stop().await;
    check(&log);
}

/// One gateway is cut off with a node of its own, the others go on: its part is kept for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_is_cut_off_keeps_its_part() {
    let Some(server) = server() else { return };
    let nodes = Nodes::start(server, "limit-cut");
    let addresses = nodes.addresses();
    let fleet = Fleet::start(&addresses, Alone::Local, &[3, 3]).await;
    fleet.until_alone(false).await;
    fleet.progress(200).await;
    // Frozen, it holds the connection of the gateway that uses it; the other's goes on.
    for node in 0..2 {
        nodes.freeze(node);
        fleet.progress(200).await;
        nodes.thaw(node);
        fleet.until_alone(false).await;
        fleet.progress(100).await;
    }
    let (log, _) = fleet.stop().await;
    check(&log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closed_means_closed() {
    let Some(server) = server() else { return };
    let mut nodes = Nodes::start(server, "limit-closed");
    let fleet = Fleet::start(&nodes.addresses(), Alone::Refuse, &[2, 2, 2]).await;
    fleet.until_alone(false).await;
    fleet.progress(200).await;
    for node in 0..3 {
        nodes.kill(node);
    }
    let killed = fleet.now();
    fleet.until_alone(true).await;
    for node in 0..3 {
        nodes.restart(node);
    }
    let restarted = fleet.now();
    fleet.until_alone(false).await;
    fleet.progress(200).await;
    let (log, _) = fleet.stop().await;
    check(&log);
    // Leases last a twentieth of the period; what was asked for before the kill may come a moment later.
    let lease = fleet::PERIOD / 20;
    let during = log.iter().filter(|one| one.at > killed + lease * 5 && one.at < restarted).count();
    assert_eq!(during, 0);
}
