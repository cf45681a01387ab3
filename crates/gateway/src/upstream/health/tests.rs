//! Rests begin after failures in a row, and grow.
use super::*;

#[test]
fn an_address_rests_after_failures_in_a_row() {
    let health =
        Health::new(&Breaker { failures_max: 2, rest_ms: 100, rest_ms_max: 250, ..Breaker::default() });
    assert!(!health.bad(1_000));
    health.good();
    assert!(!health.bad(1_000));
    assert!(health.bad(1_000));
    assert!(!health.is_open(1_099));
    assert!(health.is_open(1_100), "after the rest it is tried");
    assert!(health.bad(1_100), "and rests again at the first failure");
    assert!(!health.is_open(1_299) && health.is_open(1_300));
    assert!(health.bad(1_300));
    assert!(health.is_open(1_550), "no rest is longer than the longest");
    health.good();
    assert!(!health.bad(2_000));
}
