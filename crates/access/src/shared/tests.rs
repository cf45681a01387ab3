//! What gateways know together, on a store in memory; and apart from it. With real nodes: `tests/shared`.
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use store::embedded::Options as Embed;
use store::{Embedded, Expect, Key, ManualClock, State};

use super::{BlockChange, Options, SharedBlocks, SharedLimiter, SharedReplay, SharedState, Sums};
use crate::block::{BlockList, Config as BlockConfig, Entry, List};
use crate::limit::{Alone, Config, Facts, Grant, Limiter, SharedLimits, Stage, Verdict, Want};
use crate::replay::{Once, ReplayCache, ReplayError};

const NOW: Duration = Duration::from_secs(1_700_000_000);

fn memory() -> (Arc<Embedded>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(1_700_000_000_000));
    let options = Embed { clock: Arc::<ManualClock>::clone(&clock), ..Embed::default() };
    (Arc::new(Embedded::in_memory(options).unwrap()), clock)
}

fn limiter(rate: &str) -> Arc<Limiter> {
    let limits =
        json!({ "limits": [{ "name": "all", "rate": rate, "shared": true }], "shared": { "skew": "0s" } });
    let config: Config = serde_json::from_value(limits).unwrap();
    Arc::new(Limiter::new(config).unwrap())
}

const FACTS: Facts<'static> = Facts {
    address: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
    route: "GET /",
    identity: None,
    cost: None,
    fingerprint: None,
};

fn gateway(state: &Arc<Embedded>, name: &str) -> Arc<SharedState> {
    let options =
        Options { alone: Alone::Local, gateways: 3, wait_max: Duration::from_secs(30), ..Options::new(name) };
    SharedState::start(Arc::<Embedded>::clone(state), options).unwrap()
}

/// What a cold key asks for.
fn want(limiter: &Limiter, now: Duration) -> Want {
    match limiter.decide(&limiter.plan("GET /"), Stage::All, &FACTS, now).verdict {
        Verdict::Lease(mut wants) => wants.pop().unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Takes all that a gateway gets by itself within one moment.
fn drain(gateway: &SharedState, want: &Want) -> u32 {
    let mut all = 0;
    for _ in 0..1_000 {
        match gateway.alone(want, &want.entry()) {
            Grant::Lease(lease) => all += lease.permits,
            Grant::Refused { .. } => return all,
        }
    }
    panic!("it never ends");
}

#[tokio::test]
async fn alone_each_gateway_takes_its_part_of_what_was_left() {
    let (state, _) = memory();
    let gateways = ["a", "b", "c"].map(|name| gateway(&state, name));
    let limiter = limiter("300/10s");
    let want = Want { permits: 20, ..want(&limiter, NOW) };
    // 60 are taken together. The last to look knows it best; the others think that more is left.
    for gateway in &gateways {
        let Grant::Lease(lease) = gateway.together(&want, &want.entry()).await.unwrap() else {
            panic!("refused")
        };
        assert_eq!(lease.permits, 20);
    }
    let parts = gateways.each_ref().map(|gateway| drain(gateway, &want));
    // Alone, 280, 260 and 240 were left.
    assert!(parts.iter().zip([280, 260, 240]).all(|(part, left)| *part <= left / 3), "{parts:?}");
    assert!(parts.iter().zip([280, 260, 240]).all(|(part, left)| *part >= left / 3 - 7), "{parts:?}");

    // Back together, what was spent alone is booked first.
    for gateway in &gateways {
        tokio::time::timeout(Duration::from_secs(30), gateway.together(&want, &want.entry()))
            .await
            .unwrap()
            .unwrap();
    }
    let later = Want { now: NOW + Duration::from_millis(1), ..want };
    let told = gateways[0].together(&later, &later.entry()).await.unwrap();
    assert!(matches!(told, Grant::Refused { .. }), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cold_burst_is_let_in_up_to_the_limit() {
    let (state, _) = memory();
    let front = SharedLimiter::new(gateway(&state, "a"));
    let limiter = limiter("200/1h");
    let running: Vec<_> = (0..400)
        .map(|_| {
            let (front, limiter) = (front.clone(), Arc::clone(&limiter));
            tokio::spawn(async move {
                let plan = limiter.plan("GET /");
                front.decide(&limiter, (&plan, Stage::All), &FACTS, NOW).await.is_admitted()
            })
        })
        .collect();
    let mut admitted = 0;
    for task in running {
        admitted += u32::from(task.await.unwrap());
    }
    assert_eq!(admitted, 200);
    let calls = front.shared().counted().calls;
    assert!(calls < 60, "{calls} calls for 400 requests");
}

/// No store at all: every call fails.
#[tokio::test]
async fn without_a_store_it_does_as_configured() {
    let (state, _) = memory();
    let store = Arc::clone(&state);
    let closed = Options::new("closed");
    let closed = SharedState::start(Arc::<Embedded>::clone(&state), closed).unwrap();
    let local = gateway(&store, "local");
    let limiter = limiter("300/10s");
    let want = want(&limiter, NOW);
    // An entry that cannot be read counts as a store that cannot be reached, never as an empty budget.
    state.put(&Key::new(&want.entry()).unwrap(), b"?", store::Put::ANY).await.unwrap();
    let told = closed.lease(&want).await;
    assert!(told.is_err(), "{told:?}");
    let told = local.lease(&want).await;
    assert!(matches!(told, Ok(Grant::Refused { .. })), "not cut off for long enough: {told:?}");
}

#[tokio::test]
async fn what_was_used_once_is_known_everywhere() {
    let (state, clock) = memory();
    let caches = [(); 2].map(|()| SharedReplay::new(Arc::<Embedded>::clone(&state), Duration::from_secs(30)));
    let now = 1_700_000_000;
    let once = Once::of(&["issuer", "jti"], now + 60);
    assert_eq!(caches[0].note(&once, now).await, Ok(()));
    assert_eq!(caches[0].note(&once, now).await, Err(ReplayError::Seen));
    assert_eq!(caches[1].note(&once, now).await, Err(ReplayError::Seen));
    clock.advance(Duration::from_secs(60));
    assert_eq!(caches[1].note(&once, now + 60).await, Err(ReplayError::Seen));
    clock.advance(Duration::from_secs(1));
    assert_eq!(caches[1].note(&Once { until: now + 90, ..once }, now + 61).await, Ok(()));
    let forever = Once::of(&["issuer", "other"], u64::MAX);
    assert!(matches!(caches[1].note(&forever, now).await, Err(ReplayError::Unavailable(_))));
}

#[tokio::test]
async fn blocks_reach_every_gateway_and_end() {
    let (state, clock) = memory();
    let now = 1_700_000_000;
    let entry = |prefix: &str, expires| Entry {
        prefix: Some(prefix.parse().unwrap()),
        expires,
        reason: "test".to_owned(),
        ..Entry::default()
    };
    SharedBlocks::add(state.as_ref(), List::Block, &entry("192.0.2.0/24", None), now).await.unwrap();
    SharedBlocks::add(state.as_ref(), List::Allow, &entry("192.0.2.7/32", Some(now + 5)), now).await.unwrap();
    let mut follower = SharedBlocks::new(Arc::<Embedded>::clone(&state));
    let mut list = BlockList::new(&BlockConfig::default(), []).unwrap();
    let blocked = |list: &BlockList, address: &str, now| {
        let facts = crate::block::Facts { address: Some(address.parse().unwrap()), ..Default::default() };
        list.find(&facts, now).is_some()
    };
    loop {
        match follower.next().await {
            BlockChange::Change(change) => list = list.changed([change], now).unwrap(),
            BlockChange::UpToDate => break,
            BlockChange::Problem(why) => panic!("{why}"),
        }
    }
    assert!(blocked(&list, "192.0.2.1", now) && !blocked(&list, "192.0.2.7", now));
    clock.advance(Duration::from_secs(5));
    state.sweep().await.unwrap();
    SharedBlocks::remove(state.as_ref(), List::Block, &entry("192.0.2.0/24", None)).await.unwrap();
    for _ in 0..2 {
        let BlockChange::Change(change) = follower.next().await else { panic!("a change") };
        list = list.changed([change], now + 5).unwrap();
    }
    assert!(list.is_empty());
    state.put(&Key::new("block.deny.x").unwrap(), b"{", store::Put::ANY).await.unwrap();
    assert!(matches!(follower.next().await, BlockChange::Problem(_)));
}

#[tokio::test]
async fn sums_of_all_gateways_add_up() {
    let (state, clock) = memory();
    let sums = [(); 3].map(|()| Arc::new(Sums::new(Arc::<Embedded>::clone(&state))));
    let key = Key::of(["waf", "ip", "192.0.2.1", "score"]).unwrap();
    let mut running = Vec::new();
    for sums in &sums {
        let (sums, key) = (Arc::clone(sums), key.clone());
        running.push(tokio::spawn(async move {
            for _ in 0..20 {
                sums.add(&key, 5, Some(Duration::from_secs(60))).unwrap();
                sums.add(&key, -1, None).unwrap();
                sums.flush().await.unwrap();
            }
        }));
    }
    for task in running {
        task.await.unwrap();
    }
    assert_eq!(sums[0].get(&key).await.unwrap(), 3 * 20 * 4);
    sums[1].add(&key, 1, None).unwrap();
    assert_eq!(sums[1].get(&key).await.unwrap(), 3 * 20 * 4 + 1);
    clock.advance(Duration::from_secs(60));
    assert_eq!(sums[0].get(&key).await.unwrap(), 0);
    state.remove(&key, Expect::Anything).await.unwrap();
}
