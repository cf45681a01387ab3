//! Keys under floods: nobody is forgotten, nobody begins anew.
use super::super::algorithm::{Gcra, Log, Slots};
use super::*;

const SECOND: u64 = 1_000_000_000;

struct Hashed {
    key: u64,
    aggregate: u64,
}

impl Keyed for Hashed {
    fn key(&self) -> u64 {
        self.key
    }

    fn aggregate(&self) -> u64 {
        self.aggregate
    }
}

fn hashed(key: u64) -> Hashed {
    // Any mixing will do (the finalizer of MurmurHash3).
    let mut mixed = key ^ 0x9e37_79b9_7f4a_7c15;
    for factor in [0xff51_afd7_ed55_8ccd_u64, 0xc4ce_b9fe_1a85_ec53] {
        mixed = (mixed ^ (mixed >> 33)).wrapping_mul(factor);
    }
    mixed ^= mixed >> 33;
    Hashed { key: mixed, aggregate: mixed.rotate_left(17) }
}

fn admit<C: Cell>(table: &Table<C>, key: u64, now: u64) -> bool {
    let mut held = table.hold(&hashed(key), now);
    let admits = table.ask(&mut held, 1).admits;
    if admits {
        table.book(&mut held, 1);
    }
    admits
}

fn keeps_state_in_a_flood<C: Cell>(full: Full) {
    let table: Table<C> = Table::new(Rule::new(3, 60 * SECOND, None), 1_000, full);
    let now = 1_000 * SECOND;
    // Honest keys use up their limit, then a flood of fifty times the capacity comes.
    for key in 0..100 {
        for _ in 0..3 {
            assert!(admit(&table, key, now));
        }
    }
    let passed = (1_000..51_000).filter(|key| admit(&table, *key, now + 1)).count();
    match full {
        Full::Refuse => assert!(passed < 1_500, "{passed}"),
        Full::Admit => assert_eq!(passed, 50_000),
        Full::Aggregate => assert!(passed < 6_000, "{passed}"),
    }
    for key in 0..100 {
        assert!(!admit(&table, key, now + 2), "the flood gave {key} a new limit");
    }
    for key in 0..100 {
        assert!(admit(&table, key, now + 150 * SECOND), "the flood is over");
    }
}

#[test]
fn a_flood_of_keys_makes_nobody_begin_anew() {
    for full in [Full::Aggregate, Full::Refuse, Full::Admit] {
        keeps_state_in_a_flood::<Gcra>(full);
        keeps_state_in_a_flood::<Slots>(full);
        keeps_state_in_a_flood::<Log>(full);
    }
}

/// A key that was counted with others and gets its own place later has not more than its limit in the window.
fn never_more_across_places<C: Cell>() {
    for seed in 0..20_u64 {
        let rule = Rule::new(4, 10 * SECOND, Some(4));
        let table: Table<C> = Table::new(rule, 16, Full::Aggregate);
        let mut now = 1_000 * SECOND + seed * 7_919;
        let mut admitted: std::collections::BTreeMap<u64, Vec<u64>> = std::collections::BTreeMap::new();
        let mut state = seed + 1;
        for _ in 0..5_000 {
            state = hashed(state).key;
            now += state % (SECOND / 20);
            let key = (state >> 32) % 60;
            if admit(&table, key, now) {
                admitted.entry(key).or_default().push(now);
            }
        }
        for (key, times) in admitted {
            for (index, from) in times.iter().enumerate() {
                let inside = times.iter().skip(index).take_while(|to| *to - from < rule.window).count();
                // GCRA: burst and rate; the windows: the limit.
                assert!(inside <= 8, "seed {seed}: key {key} had {inside}");
                if size_of::<C>() > 8 {
                    assert!(inside <= 4, "seed {seed}: key {key} had {inside}");
                }
            }
        }
    }
}

#[test]
fn moving_between_a_cell_and_a_place_gives_nothing() {
    never_more_across_places::<Gcra>();
    never_more_across_places::<Slots>();
    never_more_across_places::<Log>();
}

#[test]
fn as_many_keys_as_promised_have_places_of_their_own() {
    let table: Table<Gcra> = Table::new(Rule::new(1, 60 * SECOND, None), 100_000, Full::Refuse);
    let passed = (0..100_000).filter(|key| admit(&table, *key, SECOND)).count();
    assert!(passed > 99_000, "{passed}");
    assert!(!table.is_crowded(SECOND));
}

#[test]
fn a_place_is_used_again_when_its_key_is_idle() {
    let table: Table<Gcra> = Table::new(Rule::new(1, SECOND, None), 100, Full::Refuse);
    for round in 1..200_u64 {
        for key in 0..50 {
            assert!(admit(&table, round * 1_000 + key, round * 2 * SECOND));
        }
    }
}

#[test]
fn a_late_thread_does_not_turn_time_back() {
    let table: Table<Gcra> = Table::new(Rule::new(1, SECOND, None), 1, Full::Refuse);
    assert!(admit(&table, 1, 10 * SECOND));
    assert!(admit(&table, 1, 11 * SECOND));
    assert!(!admit(&table, 1, 10 * SECOND));
    assert!(admit(&table, 1, 12 * SECOND));
}

#[test]
fn threads_together_admit_exactly_the_limit() {
    fn check<C: Cell + Send>() {
        let table: Table<C> = Table::new(Rule::new(500, 3_600 * SECOND, None), 8, Full::Refuse);
        let total: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..400).filter(|_| admit(&table, 1, SECOND)).count()))
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(total, 500);
    }
    check::<Gcra>();
    check::<Slots>();
    check::<Log>();
}
