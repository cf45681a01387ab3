//! Each algorithm against a slow and obvious log of everything that was admitted.
use super::*;

/// A small generator of numbers (Marsaglia's xorshift), so that a failure is repeatable by its seed.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below.max(1)
    }
}

/// Costs of what was admitted after `from` and up to `until`.
fn sum(admitted: &[(u64, u32)], from: u64, until: u64) -> u64 {
    let inside = admitted.iter().filter(|(at, _)| *at > from && *at <= until);
    inside.map(|(_, cost)| u64::from(*cost)).sum()
}

/// The most that any window of a length saw. Only windows that end at a request matter.
fn most(admitted: &[(u64, u32)], window: u64) -> u64 {
    admitted.iter().map(|(at, _)| sum(admitted, at.saturating_sub(window), *at)).max().unwrap_or(0)
}

fn schedule(seed: u64, rule: &Rule, steps: usize) -> Vec<(u64, u32)> {
    let mut seeded = Seeded(seed * 0x9e37_79b9 + 1);
    let mut now = 1_000_000_000 + seeded.next(rule.window);
    (0..steps)
        .map(|_| {
            now += match seeded.next(10) {
                0 => seeded.next(rule.window),
                1..=5 => 0,
                _ => seeded.next(rule.interval * 2 + 1),
            };
            (now, 1 + u32::try_from(seeded.next(3)).unwrap())
        })
        .collect()
}

fn run<C: Cell>(
    rule: &Rule,
    schedule: &[(u64, u32)],
    mut each: impl FnMut(&[(u64, u32)], u64, u32, Outcome),
) -> Vec<(u64, u32)> {
    let mut cell = C::default();
    let mut admitted = Vec::new();
    for (now, cost) in schedule {
        let outcome = cell.ask(rule, *now, *cost);
        each(&admitted, *now, *cost, outcome);
        if outcome.admits {
            cell.book(rule, *now, *cost);
            admitted.push((*now, *cost));
        }
    }
    admitted
}

fn rules() -> Vec<Rule> {
    [
        (5, 1_000_000_000, None),
        (100, 60_000_000_000, None),
        (7, 1_000_000_007, Some(3)),
        (1, 10_000_000, None),
        (3, 999, Some(9)),
    ]
    .map(|(permits, window, burst)| Rule::new(permits, window, burst))
    .to_vec()
}

#[test]
fn a_logged_window_is_exact_in_both_directions() {
    for (rule, seed) in rules().iter().flat_map(|rule| (0..20).map(move |seed| (rule, seed))) {
        let schedule = schedule(seed, rule, 300);
        let admitted = run::<Log>(rule, &schedule, |admitted, now, cost, outcome| {
            let used = sum(admitted, now.saturating_sub(rule.window), now);
            let fits = used + u64::from(cost) <= u64::from(rule.permits);
            assert_eq!(outcome.admits, fits, "seed {seed}, {rule:?}");
            let left = u64::from(rule.permits) - used - if fits { u64::from(cost) } else { 0 };
            assert_eq!(outcome.remaining, left);
        });
        assert!(most(&admitted, rule.window) <= u64::from(rule.permits), "seed {seed}, {rule:?}");
    }
}

#[test]
fn a_window_in_slots_is_never_above_the_limit_and_little_below() {
    for (rule, seed) in rules().iter().flat_map(|rule| (0..20).map(move |seed| (rule, seed))) {
        let schedule = schedule(seed, rule, 300);
        let admitted = run::<Slots>(rule, &schedule, |admitted, now, cost, outcome| {
            // What it counts lies between the window and the window with a slot more.
            let longer = sum(admitted, now.saturating_sub(rule.window + 2 * rule.slot), now);
            if longer + u64::from(cost) <= u64::from(rule.permits) {
                assert!(outcome.admits, "seed {seed}, {rule:?}: refused too early");
            }
        });
        assert!(most(&admitted, rule.window) <= u64::from(rule.permits), "seed {seed}, {rule:?}");
    }
}

#[test]
fn the_cell_rate_algorithm_keeps_burst_and_rate_in_windows_of_every_length() {
    for (rule, seed) in rules().iter().flat_map(|rule| (0..20).map(move |seed| (rule, seed))) {
        let schedule = schedule(seed, rule, 200);
        let mut last: Option<(u64, u64)> = None;
        let burst = rule.tolerance / rule.interval;
        let admitted = run::<Gcra>(rule, &schedule, |_, now, cost, outcome| {
            // The oracle: a bucket of nanoseconds that fills by time.
            let (before, level) = last.unwrap_or((now, rule.tolerance));
            let level = (level + (now - before)).min(rule.tolerance);
            let need = u64::from(cost) * rule.interval;
            assert_eq!(outcome.admits, need <= level, "seed {seed}, {rule:?}");
            last = Some((now, if need <= level { level - need } else { level }));
        });
        for (index, (from, _)) in admitted.iter().enumerate() {
            for (to, _) in admitted.iter().skip(index) {
                let length = to - from;
                let seen = sum(&admitted, from - 1, *to);
                assert!(seen <= burst + length / rule.interval + 1, "seed {seed}, {rule:?}");
            }
        }
    }
}

/// After `retry`, the same request passes; a nanosecond earlier, it does not.
fn retry_is_exact<C: Cell>(is_tight: bool) {
    for (rule, seed) in rules().iter().flat_map(|rule| (0..20).map(move |seed| (rule, seed))) {
        let mut cell = C::default();
        for (now, cost) in schedule(seed, rule, 200) {
            let outcome = cell.ask(rule, now, cost);
            if outcome.admits {
                cell.book(rule, now, cost);
            } else if outcome.retry == u64::MAX {
                assert!(!cell.clone().ask(rule, now + 3 * rule.window + rule.tolerance, cost).admits);
            } else {
                assert!(cell.clone().ask(rule, now + outcome.retry, cost).admits, "seed {seed}, {rule:?}");
                let early = cell.clone().ask(rule, now + outcome.retry - 1, cost).admits;
                assert!(!early || !is_tight, "seed {seed}, {rule:?}");
            }
        }
    }
}

#[test]
fn who_comes_back_when_told_is_admitted_and_not_before() {
    retry_is_exact::<Gcra>(true);
    retry_is_exact::<Slots>(true);
    retry_is_exact::<Log>(true);
}

fn idle_is_new<C: Cell>(rule: &Rule, seed: u64) {
    let mut cell = C::default();
    for (now, cost) in schedule(seed, rule, 200) {
        let costs: &[u32] = if cell.is_idle(rule, now) { &[1, 2, 3, 4] } else { &[] };
        for &cost in costs {
            let (old, new) = (cell.clone().ask(rule, now, cost), C::default().ask(rule, now, cost));
            assert_eq!((old.admits, old.remaining, old.retry), (new.admits, new.remaining, new.retry));
        }
        if cell.ask(rule, now, cost).admits {
            cell.book(rule, now, cost);
        }
    }
}

#[test]
fn an_idle_state_is_as_good_as_a_new_one() {
    for (rule, seed) in rules().iter().flat_map(|rule| (0..20).map(move |seed| (rule, seed))) {
        idle_is_new::<Gcra>(rule, seed);
        idle_is_new::<Slots>(rule, seed);
        idle_is_new::<Log>(rule, seed);
    }
}

#[test]
fn debts_end() {
    let rule = Rule::new(5, 1_000_000_000, None);
    let now = 10_000_000_000;
    let mut cell = Gcra::default();
    for _ in 0..1000 {
        cell.book(&rule, now, 1000);
    }
    assert!(cell.is_idle(&rule, now + 2_000_000_000));
    let mut log = Log::default();
    for step in 0..1000 {
        log.book(&rule, now + step, 1);
    }
    assert!(log.requests.len() <= 6);
    assert!(log.is_idle(&rule, now + 2_000_000_000));
}

#[test]
fn numbers_at_the_end_of_their_range_do_not_overflow() {
    for rule in [
        Rule::new(u32::MAX, u64::MAX, Some(u32::MAX)),
        Rule::new(1, u64::MAX, None),
        Rule::new(u32::MAX, 1, None),
    ] {
        for now in [0, 1, u64::MAX - 1, u64::MAX] {
            for cost in [0, 1, u32::MAX] {
                fn check<C: Cell>(rule: &Rule, now: u64, cost: u32) {
                    let mut cell = C::default();
                    cell.ask(rule, now, cost);
                    cell.book(rule, now, cost);
                    cell.book(rule, now, cost);
                    cell.ask(rule, now, cost);
                    cell.is_idle(rule, now);
                }
                check::<Gcra>(&rule, now, cost);
                check::<Slots>(&rule, now, cost);
                check::<Log>(&rule, now, cost);
            }
        }
    }
}
