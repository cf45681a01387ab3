//! Places at once: taken, waited for, given back.
use std::net::IpAddr;
use std::task::Wake;

use super::*;

struct Nothing;

impl Wake for Nothing {
    fn wake(self: Arc<Self>) {}
}

fn poll(entering: &mut Entering) -> Option<Result<Permit, Busy>> {
    let waker = Waker::from(Arc::new(Nothing));
    match Pin::new(entering).poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}

fn who(last: u8) -> Who<'static> {
    Who::Address(IpAddr::from([192, 0, 2, last]))
}

fn small(max: usize, queue: usize) -> Arc<Concurrency> {
    let shares = Shares { normal: 100, low: 50 };
    Concurrency::new(Config { max, per_identity: 3, queue, shares, ..Config::default() })
}

fn taken(of: &Arc<Concurrency>, last: u8) -> Permit {
    poll(&mut of.enter(who(last), Priority::Normal)).unwrap().unwrap()
}

#[test]
fn one_identity_has_only_so_many() {
    let of = small(10, 10);
    let held: Vec<Permit> = (0..3).map(|_| taken(&of, 1)).collect();
    assert_eq!(poll(&mut of.enter(who(1), Priority::Critical)).unwrap().unwrap_err(), Busy::Identity);
    let _other = taken(&of, 2);
    drop(held);
    let _again = taken(&of, 1);
    assert_eq!(of.load(), (2, 0, 10));
}

#[test]
fn who_waits_is_served_in_order_and_by_priority() {
    let of = small(1, 3);
    let held = taken(&of, 1);
    let mut first = of.enter(who(2), Priority::Normal);
    let mut second = of.enter(who(3), Priority::Normal);
    let mut urgent = of.enter(who(4), Priority::Critical);
    assert!(poll(&mut first).is_none() && poll(&mut second).is_none() && poll(&mut urgent).is_none());
    assert_eq!(poll(&mut of.enter(who(5), Priority::Normal)).unwrap().unwrap_err(), Busy::Full);
    drop(held);
    let held = poll(&mut urgent).unwrap().unwrap();
    assert!(poll(&mut first).is_none());
    drop(held);
    let _held = poll(&mut first).unwrap().unwrap();
    assert!(poll(&mut second).is_none());
}

#[test]
fn a_more_important_one_takes_a_place_in_the_queue() {
    let of = small(1, 1);
    let _held = taken(&of, 1);
    let mut low = of.enter(who(2), Priority::Low);
    assert!(poll(&mut low).is_none());
    let mut normal = of.enter(who(3), Priority::Normal);
    assert!(poll(&mut normal).is_none());
    assert_eq!(poll(&mut low).unwrap().unwrap_err(), Busy::Displaced);
    assert_eq!(poll(&mut of.enter(who(4), Priority::Low)).unwrap().unwrap_err(), Busy::Full);
}

#[test]
fn low_requests_leave_room() {
    let of = small(4, 0);
    let _held: Vec<Permit> =
        (0..2).map(|last| poll(&mut of.enter(who(last), Priority::Low)).unwrap().unwrap()).collect();
    assert_eq!(poll(&mut of.enter(who(9), Priority::Low)).unwrap().unwrap_err(), Busy::Full);
    let _normal = taken(&of, 10);
}

/// Random calls, polls and cancellations, with a seed: places are never more than the limit, and none is lost.
#[test]
fn nothing_leaks_whatever_is_cancelled() {
    for seed in 1..=50_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut random = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % (below as u64).max(1)).unwrap()
        };
        let of = small(5, 4);
        let mut waiting: Vec<Entering> = Vec::new();
        let mut held: Vec<Permit> = Vec::new();
        for _ in 0..500 {
            match random(5) {
                0 | 1 => {
                    let priority = [Priority::Critical, Priority::Normal, Priority::Low][random(3)];
                    waiting.push(of.enter(who(u8::try_from(random(6)).unwrap()), priority));
                }
                2 if !waiting.is_empty() => {
                    let at = random(waiting.len());
                    if let Some(result) = poll(&mut waiting[at]) {
                        drop(waiting.remove(at));
                        held.extend(result.ok());
                    }
                }
                3 if !waiting.is_empty() => drop(waiting.remove(random(waiting.len()))),
                4 if !held.is_empty() => drop(held.remove(random(held.len()))),
                _ => {}
            }
            let (in_flight, queued, limit) = of.load();
            assert!(in_flight <= limit && queued <= 4 && held.len() <= in_flight, "seed {seed}");
        }
        drop((waiting, held));
        assert_eq!(of.load(), (0, 0, 5), "seed {seed}");
        let state = of.lock();
        assert!(state.of.is_empty() && state.waiting.is_empty(), "seed {seed}");
    }
}

#[test]
fn threads_never_pass_the_limit() {
    let of = Concurrency::new(Config { max: 3, per_identity: 100, queue: 0, ..Config::default() });
    let most = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for last in 0..4 {
            let (of, most) = (&of, &most);
            scope.spawn(move || {
                for _ in 0..2_000 {
                    let permit = poll(&mut of.enter(who(last), Priority::Critical)).unwrap();
                    most.fetch_max(of.load().0, std::sync::atomic::Ordering::Relaxed);
                    drop(permit);
                }
            });
        }
    });
    assert!(most.into_inner() <= 3);
    assert_eq!(of.load().0, 0);
}

/// A service that works at its own pace with 40 requests at once, and queues the rest: the limit settles near 40.
#[test]
fn the_limit_is_found_from_latency() {
    let config = AdaptiveConfig { initial: 10, min: 1, max: 1_000, ..AdaptiveConfig::default() };
    let mut adaptive = Adaptive::new(config);
    let mut now = Duration::ZERO;
    let mut run = |adaptive: &mut Adaptive, capacity: f64, steps: usize| {
        for _ in 0..steps {
            let in_flight = adaptive.limit();
            let load = f64::from(u32::try_from(in_flight).unwrap()) / capacity;
            now += Duration::from_millis(5);
            adaptive.sample(now, in_flight, Outcome::Done(Duration::from_millis(20).mul_f64(load.max(1.0))));
        }
        adaptive.limit()
    };
    let settled = run(&mut adaptive, 40.0, 20_000);
    assert!((35..=110).contains(&settled), "{settled}");
    let grown = run(&mut adaptive, 200.0, 20_000);
    assert!(grown > settled + 50, "{grown}");
}

#[test]
fn overload_shrinks_the_limit_at_once_and_nothing_goes_out_of_bounds() {
    let mut adaptive = Adaptive::new(AdaptiveConfig { initial: 100, min: 5, ..AdaptiveConfig::default() });
    for step in 0..10_000 {
        adaptive.sample(Duration::from_millis(step * 30), 100, Outcome::Overloaded);
    }
    assert_eq!(adaptive.limit(), 5);
    for latency in [Duration::ZERO, Duration::MAX, Duration::from_nanos(1)] {
        for step in 0..1_000 {
            adaptive.sample(Duration::from_secs(1_000 + step), usize::MAX, Outcome::Done(latency));
            assert!((5..=2_000).contains(&adaptive.limit()));
        }
    }
}

#[test]
fn a_finished_request_teaches_the_limit() {
    let adaptive = Some(AdaptiveConfig { initial: 8, min: 2, ..AdaptiveConfig::default() });
    let of = Concurrency::new(Config { adaptive, ..Config::default() });
    for step in 0..60 {
        taken(&of, 1).finish(Duration::from_millis(step * 50), Outcome::Overloaded);
    }
    assert!(of.load().2 < 8);
    assert_eq!(of.load().0, 0);
}

#[test]
fn what_one_asks_for_beyond_its_own_waits_for_its_own_and_for_nobody_else() {
    let config = Config { max: 10, per_identity: 2, identity_queue: 2, ..Config::default() };
    let of = Concurrency::new(config);
    let first = taken(&of, 1);
    let second = taken(&of, 1);
    let mut third = of.enter(who(1), Priority::Normal);
    let mut fourth = of.enter(who(1), Priority::Normal);
    assert!(poll(&mut third).is_none() && poll(&mut fourth).is_none());
    assert_eq!(third.late(), Busy::Identity);
    assert_eq!(poll(&mut of.enter(who(1), Priority::Normal)).unwrap().unwrap_err(), Busy::Identity);
    // Nobody waits behind them.
    assert_eq!(of.load(), (2, 0, 10));
    let _other = taken(&of, 2);
    drop(first);
    assert!(poll(&mut fourth).is_none(), "in their order");
    let third = poll(&mut third).unwrap().unwrap();
    // One that goes away while it waits leaves nothing behind.
    drop(fourth);
    drop((second, third));
    assert_eq!(of.load(), (1, 0, 10));
    let state = of.lock();
    assert_eq!((state.of.len(), state.held.len(), state.waiting.len()), (1, 0, 0));
}

#[test]
fn who_was_held_finds_the_service_full_like_anybody() {
    let config = Config {
        max: 1,
        per_identity: 1,
        identity_queue: 1,
        queue: 1,
        shares: Shares { normal: 100, low: 100 },
        ..Config::default()
    };
    let of = Concurrency::new(config);
    let first = taken(&of, 1);
    let mut held = of.enter(who(1), Priority::Normal);
    let mut other = of.enter(who(2), Priority::Normal);
    assert!(poll(&mut held).is_none() && poll(&mut other).is_none());
    assert_eq!((held.late(), other.late()), (Busy::Identity, Busy::Full));
    // The other one waited for a place, and is first; the queue has no room for the one that was held.
    drop(first);
    assert_eq!(poll(&mut held).unwrap().unwrap_err(), Busy::Displaced);
    drop(poll(&mut other).unwrap().unwrap());
    assert_eq!(of.load(), (0, 0, 1));
    assert!(of.lock().of.is_empty());
}

#[test]
fn addresses_may_have_more_than_identities() {
    let of = Concurrency::new(Config { per_identity: 1, per_address: Some(2), ..Config::default() });
    let _two = (taken(&of, 1), taken(&of, 1));
    assert_eq!(poll(&mut of.enter(who(1), Priority::Normal)).unwrap().unwrap_err(), Busy::Identity);
}
