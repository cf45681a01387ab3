//! Several limits at once.
use std::net::IpAddr;

use super::super::config::Config;
use super::super::shared::{ASKS_MAX, Budget, Lease};
use super::super::{Facts, headers};
use super::*;

const NOW: Duration = Duration::from_secs(1_700_000_000);

fn limiter(text: &str) -> Limiter {
    Limiter::new(toml::from_str(text).unwrap()).unwrap()
}

fn facts(last: u8) -> Facts<'static> {
    Facts {
        address: IpAddr::from([192, 0, 2, last]),
        route: "GET /",
        identity: None,
        cost: None,
        fingerprint: None,
    }
}

fn admits(limiter: &Limiter, facts: &Facts<'_>, now: Duration) -> bool {
    limiter.decide(&limiter.plan(facts.route), Stage::All, facts, now).is_admitted()
}

const TWO: &str = "
    [[limits]]
    name = \"each\"
    rate = \"5/minute\"
    by = [\"address\"]
    [[limits]]
    name = \"all\"
    rate = \"8/minute\"
    algorithm = \"log\"
";

#[test]
fn a_refusal_of_one_limit_costs_nothing_in_the_others() {
    let limiter = limiter(TWO);
    for _ in 0..8 {
        // The first address is refused after five; that must not use up what all share.
        admits(&limiter, &facts(1), NOW);
    }
    assert_eq!((0..8).filter(|_| admits(&limiter, &facts(2), NOW)).count(), 3);
    // The second was refused by `all` after three, so two of its own five are left.
    assert_eq!((0..8).filter(|_| admits(&limiter, &facts(2), NOW + Duration::from_secs(60))).count(), 5);
}

#[test]
fn limits_together_against_an_obvious_model() {
    let limiter = limiter(
        "[[limits]]\nname = \"a\"\nrate = \"3/second\"\nalgorithm = \"log\"\nby = [\"address\"]\n[[limits]]\nname = \"b\"\nrate = \"20/10s\"\nalgorithm = \"log\"\nby = [\"prefix\"]",
    );
    let mut state = 88_172_645_463_325_252_u64;
    let mut now = NOW;
    let mut admitted: Vec<(Duration, u8)> = Vec::new();
    for step in 0..20_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        now += Duration::from_micros(state % 60_000);
        let who = u8::try_from(state >> 40 & 7).unwrap();
        let count = |window: u64, same: bool| {
            let recent = admitted.iter().rev().take_while(|(at, _)| now - *at < Duration::from_secs(window));
            recent.filter(|(_, other)| !same || *other == who).count()
        };
        let fits = count(1, true) < 3 && count(10, false) < 20;
        assert_eq!(admits(&limiter, &facts(who), now), fits, "step {step}");
        if fits {
            admitted.push((now, who));
        }
    }
    assert!(admitted.len() > 500);
}

#[test]
fn threads_with_several_limits_neither_lose_nor_gain() {
    let limiter = limiter(
        "[[limits]]\nname = \"each\"\nrate = \"300/h\"\nby = [\"address\"]\n[[limits]]\nname = \"all\"\nrate = \"700/h\"\nalgorithm = \"window\"",
    );
    let total: usize = std::thread::scope(|scope| {
        let limiter = &limiter;
        let threads: Vec<_> = (0..4_u8)
            .map(|thread| {
                let count = move || {
                    (0..1_000_u32)
                        .filter(|step| admits(limiter, &facts(thread + (step % 3) as u8), NOW))
                        .count()
                };
                scope.spawn(count)
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(total, 700);
}

#[test]
fn costs_and_routes() {
    let limiter = limiter(
        "[[limits]]\nname = \"cost\"\nrate = \"100/h\"\ncount = \"cost\"\n[[limits]]\nname = \"login\"\nrate = \"2/h\"\nroutes = [\"POST /login\"]\n[[limits]]\nname = \"named\"\nrate = \"1/h\"\nnamed-only = true\n[costs]\n\"POST /search\" = 30",
    );
    let search = Facts { route: "POST /search", ..facts(1) };
    assert_eq!((0..9).filter(|_| admits(&limiter, &search, NOW)).count(), 3);
    assert!(!admits(&limiter, &Facts { cost: Some(11), ..facts(1) }, NOW));
    assert!(admits(&limiter, &Facts { cost: Some(10), ..facts(1) }, NOW));
    let huge =
        limiter.decide(&limiter.plan("GET /"), Stage::All, &Facts { cost: Some(101), ..facts(1) }, NOW);
    assert_eq!(huge.verdict, Verdict::Refused { limit: 0, retry_after: None });
    let plan = limiter.plan_with("GET /x", &["named".to_owned()], 1).unwrap();
    let later = NOW + Duration::from_secs(7_200);
    assert!(limiter.decide(&plan, Stage::All, &facts(1), later).is_admitted());
    assert!(!limiter.decide(&plan, Stage::All, &facts(1), later).is_admitted());
    assert!(limiter.plan_with("GET /x", &["other".to_owned()], 1).is_err());
}

#[test]
fn failures_are_counted_when_told() {
    let limiter =
        limiter("[[limits]]\nname = \"guess\"\nrate = \"3/h\"\ncount = \"failures\"\nby = [\"address\"]");
    let plan = limiter.plan("POST /login");
    for _ in 0..100 {
        assert!(admits(&limiter, &facts(1), NOW));
    }
    for _ in 0..3 {
        assert!(admits(&limiter, &facts(1), NOW));
        limiter.failed(&plan, &facts(1), NOW);
    }
    assert!(!admits(&limiter, &facts(1), NOW));
    assert!(admits(&limiter, &facts(2), NOW));
    assert!(admits(&limiter, &facts(1), NOW + Duration::from_secs(1_201)));
}

#[test]
fn report_only_tells_and_lets_pass() {
    let limiter = limiter("[[limits]]\nname = \"try\"\nrate = \"1/h\"\nreport-only = true");
    let plan = limiter.plan("GET /");
    assert_eq!(limiter.decide(&plan, Stage::Before, &facts(1), NOW).reported().count(), 0);
    let decision = limiter.decide(&plan, Stage::Before, &facts(1), NOW);
    assert!(decision.is_admitted());
    assert_eq!(decision.reported().collect::<Vec<_>>(), [0]);
}

#[test]
fn headers_tell_each_limit() {
    let limiter = limiter(TWO);
    let plan = limiter.plan("GET /");
    let decision = limiter.decide(&plan, Stage::All, &facts(1), NOW);
    let expect = [
        ("ratelimit-policy", "\"each\";q=5;w=60, \"all\";q=8;w=60"),
        ("ratelimit", "\"each\";r=4;t=12, \"all\";r=7;t=60"),
    ];
    assert_eq!(headers::of(&limiter, &decision), expect.map(|(name, value)| (name, value.to_owned())));
    for _ in 0..4 {
        assert!(admits(&limiter, &facts(1), NOW));
    }
    let decision = limiter.decide(&plan, Stage::All, &facts(1), NOW);
    assert_eq!(headers::of(&limiter, &decision)[2], ("retry-after", "12".to_owned()));
}

#[test]
fn a_reload_keeps_the_counts_of_what_did_not_change() {
    let before = limiter(TWO);
    while admits(&before, &facts(1), NOW) {}
    let mut config: Config = toml::from_str(TWO).unwrap();
    config.limits[1].rate.permits = 100;
    let after = Limiter::renewed(config, Some(&before)).unwrap();
    assert!(!admits(&after, &facts(1), NOW));
    assert!(admits(&after, &facts(2), NOW));
}

const SHARED: &str = "
    [[limits]]
    name = \"shared\"
    rate = \"100/minute\"
    by = [\"address\"]
    shared = true
";

/// A gateway and the budget that it shares with others.
fn through(limiter: &Limiter, budget: &mut Option<Budget>, now: Duration) -> bool {
    let plan = limiter.plan("GET /");
    for _ in 0..=ASKS_MAX {
        let decision = limiter.decide(&plan, Stage::All, &facts(1), now);
        let Verdict::Lease(wants) = decision.verdict else { return decision.is_admitted() };
        for want in wants {
            match budget {
                Some(budget) => limiter.leased(&want, &facts(1), &budget.grant(&want), now),
                None => limiter.alone(now),
            }
        }
    }
    false
}

#[test]
fn gateways_share_one_budget() {
    let gateways: Vec<Limiter> = (0..3).map(|_| limiter(SHARED)).collect();
    let mut budget = Some(Budget::default());
    let mut asked = 0;
    let mut admitted: Vec<Duration> = Vec::new();
    for step in 0..30_000_u64 {
        let now = NOW + Duration::from_millis(step * 10);
        let before = budget.clone();
        if through(&gateways[usize::try_from(step % 3).unwrap()], &mut budget, now) {
            admitted.push(now);
        }
        asked += u32::from(budget != before);
    }
    let minute = Duration::from_secs(60);
    for (index, from) in admitted.iter().enumerate() {
        assert!(admitted.iter().skip(index).take_while(|to| **to - *from < minute).count() <= 100);
    }
    // Five minutes at a hundred a minute; the rest is the price of leases.
    assert!(admitted.len() > 400, "{}", admitted.len());
    assert!(asked < 400, "{asked}");
}

#[test]
fn a_dead_gateway_loses_its_lease_and_no_more() {
    let (one, other) = (limiter(SHARED), limiter(SHARED));
    let mut budget = Some(Budget::default());
    assert!(through(&one, &mut budget, NOW));
    drop(one);
    let count = (0..200).filter(|_| through(&other, &mut budget, NOW)).count();
    assert!((80..100).contains(&count), "{count}");
}

#[test]
fn alone_and_closed() {
    let limiter = limiter(SHARED);
    let mut budget = Some(Budget::default());
    assert!(through(&limiter, &mut budget, NOW));
    let count = (0..200).filter(|_| through(&limiter, &mut None, NOW)).count();
    assert!(count <= 2, "only what was leased: {count}");
    assert!(through(&limiter, &mut budget, NOW + Duration::from_secs(2)));
}

#[test]
fn alone_and_local() {
    let limiter = limiter(&format!("{SHARED}[shared]\nalone = \"local\"\ngateways = 4"));
    let mut budget = Some(Budget::default());
    for _ in 0..10 {
        assert!(through(&limiter, &mut budget, NOW));
    }
    // Its part is 25, and ten of them are used.
    assert_eq!((0..200).filter(|_| through(&limiter, &mut None, NOW)).count(), 15);
    // Back again, what was spent alone is booked first.
    let later = NOW + Duration::from_secs(2);
    let count = (0..200).filter(|_| through(&limiter, &mut budget, later)).count();
    assert!((60..=75).contains(&count), "{count}");
}

#[test]
fn a_refusal_of_the_budget_is_remembered() {
    let limiter = limiter(SHARED);
    let mut want = None;
    let plan = limiter.plan("GET /");
    if let Verdict::Lease(mut wants) = limiter.decide(&plan, Stage::All, &facts(1), NOW).verdict {
        want = wants.pop();
    }
    let want = want.unwrap();
    let refusal = Grant::Refused { retry_after: Some(Duration::from_secs(9)), remaining: 0 };
    limiter.leased(&want, &facts(1), &refusal, NOW);
    let decision = limiter.decide(&plan, Stage::All, &facts(1), NOW);
    assert_eq!(decision.verdict, Verdict::Refused { limit: 0, retry_after: Some(Duration::from_secs(9)) });
    let later = NOW + Duration::from_secs(9);
    assert!(matches!(limiter.decide(&plan, Stage::All, &facts(1), later).verdict, Verdict::Lease(_)));
    // A lease that ended is not spent.
    let lease = Grant::Lease(Lease { permits: 50, until: later + Duration::from_secs(1) });
    limiter.leased(&want, &facts(1), &lease, later);
    assert!(admits(&limiter, &facts(1), later));
    assert!(!admits(&limiter, &facts(1), later + Duration::from_secs(1)));
}
