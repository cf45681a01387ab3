//! Budgets that several gateways book from.
use super::super::config::{Missing, Part, PrefixLengths};
use super::super::key::{Facts, Maker};
use super::*;

fn want(permits: u32, period: Duration, skew: Duration) -> Want {
    let maker = Maker::new(&[Part::Address], Missing::Address, PrefixLengths::default());
    let facts =
        Facts { address: [192, 0, 2, 1].into(), route: "r", identity: None, cost: None, fingerprint: None };
    Want {
        limit: 0,
        name: "a".to_owned(),
        key: maker.written(&facts, false).unwrap(),
        permits: 1,
        least: 1,
        debt: 0,
        now: Duration::from_secs(1_700_000_000),
        terms: Terms { permits, period, skew },
    }
}

/// Three gateways with different clocks book and spend at random moments of their leases. No window of the period, by
/// true time, sees more than the limit.
#[test]
fn no_window_sees_more_than_the_limit() {
    for seed in 1..=60_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut random = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below.max(1)
        };
        let period = Duration::from_millis(1_000 + random(5_000));
        let skew = Duration::from_millis(random(300));
        let limit = 1 + u32::try_from(random(200)).unwrap();
        let mut budget = Budget::default();
        let mut true_time = Duration::from_secs(1_700_000_000);
        // Each clock is within half the skew of true time, so two differ by the skew at most.
        let offsets: Vec<Duration> = (0..3).map(|_| Duration::from_nanos(random(nanos(skew) + 1))).collect();
        let mut spent: Vec<Duration> = Vec::new();
        let mut granted = 0_u64;
        for _ in 0..1_500 {
            true_time += Duration::from_nanos(random(nanos(period) / 50));
            let mut want = want(limit, period, skew);
            let clock = true_time + offsets[usize::try_from(random(3)).unwrap()];
            want.now = clock;
            want.permits = 1 + u32::try_from(random(20)).unwrap();
            want.least = 1 + u32::try_from(random(2)).unwrap();
            budget = Budget::from_bytes(&budget.to_bytes()).unwrap();
            match budget.grant(&want) {
                Grant::Lease(lease) => {
                    assert!(lease.permits >= want.least && lease.permits <= want.permits.max(want.least));
                    granted += u64::from(lease.permits);
                    let time = nanos(lease.until.checked_sub(clock).unwrap());
                    spent.extend((0..lease.permits).map(|_| true_time + Duration::from_nanos(random(time))));
                }
                Grant::Refused { remaining, .. } => assert!(remaining < want.least),
            }
        }
        spent.sort();
        let most = spent
            .iter()
            .enumerate()
            .map(|(index, from)| spent.iter().skip(index).take_while(|to| **to - *from < period).count());
        assert!(most.max().unwrap_or(0) <= limit as usize, "seed {seed}");
        assert!(granted > 0);
    }
}

#[test]
fn nearly_the_whole_limit_can_be_used() {
    let (limit, period) = (600, Duration::from_secs(60));
    let mut budget = Budget::default();
    let mut granted = 0;
    for step in 0..60_000_u64 {
        let mut want = want(limit, period, Duration::from_millis(100));
        want.now += Duration::from_millis(step * 10);
        if let Grant::Lease(lease) = budget.grant(&want) {
            granted += lease.permits;
        }
    }
    // Ten minutes at 600 a minute.
    assert!((5_500..=6_600).contains(&granted), "{granted}");
}

#[test]
fn a_refusal_tells_when_to_come_back() {
    let mut budget = Budget::default();
    let mut want = want(10, Duration::from_secs(60), Duration::ZERO);
    want.permits = 10;
    assert!(matches!(budget.grant(&want), Grant::Lease(Lease { permits: 10, .. })));
    want.permits = 1;
    let Grant::Refused { retry_after: Some(wait), remaining: 0 } = budget.grant(&want) else { panic!() };
    assert!(wait <= Duration::from_secs(65), "{wait:?}");
    let mut early = want.clone();
    early.now += wait - Duration::from_millis(1);
    assert!(matches!(budget.clone().grant(&early), Grant::Refused { .. }));
    want.now += wait;
    assert!(matches!(budget.grant(&want), Grant::Lease(_)));
    want.least = 11;
    assert!(matches!(budget.grant(&want), Grant::Refused { retry_after: None, .. }));
}

#[test]
fn debts_are_booked_whatever_is_left() {
    let mut budget = Budget::default();
    let mut want = want(10, Duration::from_secs(60), Duration::ZERO);
    want.debt = 30;
    assert!(matches!(budget.grant(&want), Grant::Refused { remaining: 0, .. }));
}

#[test]
fn damaged_bytes_are_no_empty_budget() {
    let bytes = Budget::default().to_bytes();
    assert_eq!(Budget::from_bytes(&bytes), Some(Budget::default()));
    for cut in 0..bytes.len() {
        assert_eq!(Budget::from_bytes(&bytes[..cut]), None);
    }
    let mut later = bytes;
    later[0] = 2;
    assert_eq!(Budget::from_bytes(&later), None);
}

#[test]
fn entries_are_names_that_a_store_takes() {
    let want = want(1, Duration::from_secs(1), Duration::ZERO);
    assert!(store::Key::new(&want.entry()).is_ok(), "{}", want.entry());
}
