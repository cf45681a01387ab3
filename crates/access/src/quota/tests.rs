//! Quotas over days, months and crashes.
use super::*;

fn quotas(text: &str) -> Quotas {
    Quotas::new(toml::from_str(text).unwrap()).unwrap()
}

fn facts(last: u8) -> Facts<'static> {
    Facts {
        address: [192, 0, 2, last].into(),
        route: "GET /",
        identity: None,
        cost: Some(5),
        fingerprint: None,
    }
}

fn admits(quotas: &Quotas, last: u8, now: u64) -> bool {
    matches!(quotas.take(&facts(last), now), QuotaDecision::Admitted { .. })
}

const DAY: &str = "[[quotas]]\nname = \"day\"\nunits = 1000\nper = \"day\"\nby = [\"address\"]\n";
const NOON: u64 = 1_795_305_600 + 43_200;

#[test]
fn a_day_ends_at_midnight() {
    let quotas = quotas(DAY);
    assert_eq!((0..2_000).filter(|_| admits(&quotas, 1, NOON)).count(), 1_000);
    let midnight = 1_795_305_600 + 86_400;
    assert_eq!(
        quotas.take(&facts(1), NOON),
        QuotaDecision::Refused { quota: "day".to_owned(), until: midnight }
    );
    assert!(admits(&quotas, 2, NOON), "another has its own");
    assert!(!admits(&quotas, 1, midnight - 1));
    assert!(admits(&quotas, 1, midnight));
}

#[test]
fn months_and_offsets() {
    let quota = |per, offset_minutes| Quota {
        per,
        offset_minutes,
        ..toml::from_str("name = \"a\"\nunits = 1\nper = \"day\"").unwrap()
    };
    // 2026-11-22; November has thirty days.
    let month = quota(Calendar::Month, 0).period(NOON);
    assert_eq!(month, (1_795_305_600 - 21 * 86_400, 1_795_305_600 + 9 * 86_400));
    let december = quota(Calendar::Month, 0).period(month.1);
    assert_eq!(december.1 - december.0, 31 * 86_400);
    assert_eq!(quota(Calendar::Month, 0).period(december.1).0, december.1);
    // In Berlin's winter, the day begins an hour before UTC's.
    let day = quota(Calendar::Day, 60).period(1_795_305_600 - 1);
    assert_eq!(day, (1_795_305_600 - 3_600, 1_795_305_600 + 82_800));
    assert_eq!(quota(Calendar::Hour, 0).period(NOON + 59), (NOON, NOON + 3_600));
}

#[test]
fn a_crash_gives_nothing_away() {
    for crash in [1, 7, 500, 995, 1_000] {
        let before = quotas(DAY);
        let mut saved: Vec<Record> = Vec::new();
        let mut saves = 0;
        for _ in 0..crash {
            let QuotaDecision::Admitted { save, .. } = before.take(&facts(1), NOON) else { panic!() };
            saves += save.len();
            saved.extend(save);
        }
        assert!(saves <= crash / 10 + 1, "{saves} records for {crash} requests");
        let after = quotas(DAY);
        saved.into_iter().for_each(|record| after.restore(record));
        let rest = (0..2_000).filter(|_| admits(&after, 1, NOON)).count();
        assert!(crash + rest <= 1_000 && crash + rest >= 990, "{crash} and {rest}");
    }
}

#[test]
fn all_quotas_or_none() {
    let quotas = quotas(&format!(
        "{DAY}[[quotas]]\nname = \"cost\"\nunits = 50\nper = \"month\"\ncount = \"cost\"\nby = []\n"
    ));
    assert_eq!((0..30).filter(|_| admits(&quotas, 1, NOON)).count(), 10);
    // The refused requests of the first cost it nothing of its day.
    let QuotaDecision::Refused { quota, .. } = quotas.take(&facts(1), NOON) else { panic!() };
    assert_eq!(quota, "cost");
    let used = quotas.lock()[0].values().map(|used| used.used).sum::<u64>();
    assert_eq!(used, 10);
}

#[test]
fn keys_are_bounded_and_past_ones_make_room() {
    let quotas = quotas(&format!("{DAY}keys = 3"));
    assert_eq!((0..9).filter(|last| admits(&quotas, *last, NOON)).count(), 3);
    assert_eq!((0..9).filter(|last| admits(&quotas, 100 + *last, NOON + 86_400)).count(), 3);
}

#[test]
fn what_cannot_work_is_refused() {
    let error = |text: &str| Quotas::new(toml::from_str(text).unwrap()).unwrap_err().to_string();
    assert!(error(&format!("{DAY}{DAY}")).contains("two quotas"));
    assert!(error("[[quotas]]\nname = \"a\"\nunits = 0\nper = \"day\"").contains("nothing could pass"));
    assert!(
        error("[[quotas]]\nname = \"a\"\nunits = 1\nper = \"day\"\ncount = \"failures\"")
            .contains("rate limits")
    );
}
