//! Two gateways on one store in memory; the moments are given.
use super::*;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Embedded, embedded};

const NOW: Duration = Duration::from_secs(1_700_000_000);

fn who(last: u8) -> Who<'static> {
    Who::Address(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)))
}

fn fleet(limit: usize) -> [Arc<SharedPlaces>; 2] {
    let state: Arc<dyn State> = Arc::new(Embedded::in_memory(embedded::Options::default()).unwrap());
    let limits = PlaceLimits { per_identity: 1, per_address: limit };
    [1, 2].map(|me| SharedPlaces::new(Arc::clone(&state), me, limits, Duration::from_secs(30)))
}

#[tokio::test]
async fn one_limit_for_all() {
    let [a, b] = fleet(3);
    let first = a.enter(who(1), NOW).await.unwrap();
    let _second = a.enter(who(1), NOW).await.unwrap();
    let _third = b.enter(who(1), NOW).await.unwrap();
    assert_eq!(b.enter(who(1), NOW).await.unwrap_err(), NoPlace::Busy);
    assert_eq!(a.enter(who(1), NOW).await.unwrap_err(), NoPlace::Busy);
    let _other = b.enter(who(2), NOW).await.unwrap();
    assert_eq!((a.in_use(), b.in_use()), (2, 2));
    drop(first);
    a.keep(|| NOW).await;
    let _again = b.enter(who(1), NOW).await.unwrap();
    assert_eq!(a.enter(who(1), NOW).await.unwrap_err(), NoPlace::Busy);
}

#[tokio::test]
async fn a_place_on_its_way_back_is_waited_for() {
    let [a, b] = fleet(1);
    let first = a.enter(who(1), NOW).await.unwrap();
    let waits = async {
        // On a busy machine it may take longer than it is looked for.
        for _ in 0..200 {
            if let Ok(place) = b.enter(who(1), NOW).await {
                return place;
            }
        }
        panic!("it never came")
    };
    let back = async {
        drop(first);
        a.keep(|| NOW).await;
    };
    let (given, ()) = tokio::join!(waits, back);
    drop(given);
}

#[tokio::test]
async fn a_gateway_that_dies_gives_its_places_back() {
    let [a, b] = fleet(2);
    // Neither renewed nor given back: as if the process were gone.
    std::mem::forget(a.enter(who(1), NOW).await.unwrap());
    std::mem::forget(a.enter(who(1), NOW).await.unwrap());
    assert_eq!(b.enter(who(1), NOW + LEASE).await.unwrap_err(), NoPlace::Busy, "clocks may differ");
    let later = NOW + LEASE + SKEW + Duration::from_millis(1);
    let _one = b.enter(who(1), later).await.unwrap();
    let _two = b.enter(who(1), later).await.unwrap();
    assert_eq!(b.enter(who(1), later).await.unwrap_err(), NoPlace::Busy);
}

#[tokio::test]
async fn what_is_in_use_is_renewed() {
    let [a, b] = fleet(1);
    let _long = a.enter(who(1), NOW).await.unwrap();
    let mut now = NOW;
    for _ in 0..10 {
        now += LEASE / 2;
        a.keep(|| now).await;
        assert_eq!(b.enter(who(1), now).await.unwrap_err(), NoPlace::Busy);
    }
}

#[tokio::test]
async fn many_free_places_cost_few_changes() {
    let [a, b] = fleet(10);
    drop(a.enter(who(1), NOW).await.unwrap());
    let name = key(who(1)).unwrap();
    let first = a.state.get(&name).await.unwrap().unwrap().revision;
    for _ in 0..50 {
        drop(a.enter(who(1), NOW + LINGER / 2).await.unwrap());
        a.keep(|| NOW + LINGER / 2).await;
    }
    assert_eq!(a.state.get(&name).await.unwrap().unwrap().revision, first, "the place lingers");
    let others: Vec<_> = vec![b.enter(who(1), NOW).await.unwrap(), b.enter(who(1), NOW).await.unwrap()];
    a.keep(|| NOW + LINGER * 2).await;
    assert_eq!(Holders::read(a.state.get(&name).await.unwrap().as_ref()).others(0), 2, "and goes");
    drop(others);
    b.keep(|| NOW + LINGER * 4).await;
    assert!(a.state.get(&name).await.unwrap().is_none(), "nothing stays of nobody");
    assert!(a.held().is_empty() && b.held().is_empty());
}

/// One client after another; tells how often it got a place, and `most` how many had one at once.
async fn asks(gateway: Arc<SharedPlaces>, now: Arc<AtomicU64>, most: Arc<AtomicU64>) -> u32 {
    let mut passed = 0;
    for _ in 0..40 {
        let Ok(place) = gateway.enter(who(1), NOW).await else { continue };
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        now.fetch_sub(1, Ordering::SeqCst);
        drop(place);
        passed += 1;
    }
    passed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn never_more_than_the_limit() {
    const LIMIT: u64 = 5;
    let gateways = fleet(5);
    let (now, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let keepers = gateways.clone().map(|gateway| {
        tokio::spawn(async move {
            loop {
                gateway.keep(|| NOW).await;
            }
        })
    });
    let mut clients = Vec::new();
    for client in 0..16 {
        let gateway = Arc::clone(&gateways[client % 2]);
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        clients.push(tokio::spawn(asks(gateway, now, most)));
    }
    let mut passed = 0;
    for client in clients {
        passed += client.await.unwrap();
    }
    keepers.iter().for_each(tokio::task::JoinHandle::abort);
    assert!(most.load(Ordering::SeqCst) <= LIMIT, "{most:?} at once");
    assert!(passed > 0);
}
