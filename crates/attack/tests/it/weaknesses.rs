//! Each weakness is proven, and its repaired twin has none.
use crate::application::Application;
use attack::{
    Canaries, Canary, Family, HttpTarget, Limits, Outcome, Report, Seed, Settings, Shot, plan, run,
};
use model::{App, Framework};
use std::collections::BTreeSet;
use std::time::Duration;

/// Route, input that is honest, and the families that prove its weakness.
const ROUTES: &[(&str, &str, &[Family])] = &[
    ("command", r#"{"name":"ana"}"#, &[Family::Command]),
    ("code", r#"{"filter":"1 + 1"}"#, &[Family::Code]),
    ("object", r#"{"basket":"apples"}"#, &[Family::Deserialization]),
    ("file", r#"{"name":"buckler-attack-readme"}"#, &[Family::Path]),
    ("host", r#"{"address":"http://127.0.0.1:9/"}"#, &[Family::Ssrf]),
    ("page", r#"{"name":"ana"}"#, &[Family::Html]),
    ("template", r#"{"name":"ana"}"#, &[Family::Template]),
    ("error", r#"{"size":1.5}"#, &[Family::Error]),
    ("account", "", &[Family::Token]),
];

fn seed(application: &Application, kind: &str, route: &str, body: &str) -> Seed {
    let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    if route == "account" {
        headers.push(("Authorization".to_owned(), application.token.clone()));
    }
    let shot = Shot::Http {
        method: "POST".to_owned(),
        path: format!("/{kind}/{route}"),
        query: Vec::new(),
        headers,
        body: body.as_bytes().to_vec(),
        encoded: false,
    };
    Seed { function: route.to_owned(), trigger: kind.to_owned(), shot }
}

fn attack(application: &Application, kind: &str) -> Report {
    let folder = std::env::temp_dir().join(format!("buckler-attack-{kind}-{}", std::process::id()));
    let canaries = Canaries::start(&folder).unwrap();
    let host = canaries.host();
    let app = App::new("application", Framework::Files);
    let settings = Settings { per_second: 1000, settle: Duration::ZERO, late: Duration::from_millis(300) };
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .into();
    let mut target = HttpTarget::new(agent, &application.url, None);
    let mut whole = Report::default();
    for (number, (route, body, families)) in ROUTES.iter().enumerate() {
        let seeds = [seed(application, kind, route, body)];
        let families: BTreeSet<Family> = families.iter().copied().collect();
        let canary = Canary { host: &host, folder: canaries.folder(), run: u32::try_from(number).unwrap() };
        // Plain ones, and the first evasions: a delay costs three seconds each.
        let made = plan(&app, &seeds, &families, &canary, &Limits { attacks_max: 30, per_place_max: 14 });
        assert!(!made.attacks.is_empty(), "{route}");
        let report = run(&made, &seeds, &mut target, (&canaries, None), (&settings, &mut |_, _| {}));
        whole.problems.extend(report.problems);
        whole.judged.extend(report.judged);
    }
    whole
}

fn through(report: &Report, route: &str) -> usize {
    let of_route = report.judged.iter().filter(|judged| judged.attack.function == route);
    of_route.filter(|judged| judged.verdict.outcome == Outcome::GotThrough).count()
}

#[test]
fn every_weakness_is_proven_and_its_repair_holds() {
    #[expect(clippy::disallowed_methods, reason = "the honest file")]
    std::fs::write("/tmp/buckler-attack-readme", "hello").unwrap();
    let application = Application::start();
    let weak = attack(&application, "weak");
    for (route, _, families) in ROUTES {
        assert!(through(&weak, route) > 0, "{route}: {}", attack::text(&weak));
        assert!(
            weak.judged
                .iter()
                .filter(|judged| judged.attack.function == *route)
                .all(|judged| families.contains(&judged.attack.family))
        );
    }
    // Not only that code ran: a secret of the function came back.
    let left = |route: &str| {
        let of_route = weak.judged.iter().filter(|judged| judged.attack.function == route);
        of_route.filter(|judged| judged.verdict.because.contains("`AWS_SECRET_ACCESS_KEY`")).count()
    };
    assert!(left("command") > 0, "{}", attack::text(&weak));
    assert_eq!(weak.problems, Vec::<String>::new());
    assert!(!weak.is_blocked());

    let safe = attack(&application, "safe");
    let got: Vec<_> = safe
        .judged
        .iter()
        .filter(|judged| judged.verdict.outcome == Outcome::GotThrough)
        .map(|judged| (&judged.attack.id, &judged.verdict))
        .collect();
    assert!(got.is_empty(), "{got:?}");
    assert_eq!(safe.problems, Vec::<String>::new());
    assert!(safe.is_blocked(), "{}", attack::text(&safe));
    std::fs::remove_file("/tmp/buckler-attack-readme").unwrap();
}

#[test]
fn an_application_that_is_gone_is_undecided_and_never_blocked() {
    let url = {
        let gone = Application::start();
        gone.url.clone()
    };
    let folder = std::env::temp_dir().join(format!("buckler-attack-gone-{}", std::process::id()));
    let canaries = Canaries::start(&folder).unwrap();
    let host = canaries.host();
    let seeds = [Seed {
        function: "f".to_owned(),
        trigger: "t".to_owned(),
        shot: Shot::Http {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: vec![("q".to_owned(), "1".to_owned())],
            headers: Vec::new(),
            body: Vec::new(),
            encoded: false,
        },
    }];
    let canary = Canary { host: &host, folder: canaries.folder(), run: 1 };
    let made =
        plan(&App::new("a", Framework::Files), &seeds, &[Family::Sql].into(), &canary, &Limits::default());
    let mut target = HttpTarget::new(ureq::Agent::new_with_defaults(), &url, None);
    let settings = Settings { per_second: 1000, ..Settings::default() };
    let report = run(&made, &seeds, &mut target, (&canaries, None), (&settings, &mut |_, _| {}));
    assert!(!report.is_blocked() && !report.problems.is_empty());
    assert_eq!(report.summary().undecided, made.attacks.len());
    let xml = attack::junit(&report);
    assert!(xml.contains(&format!("errors=\"{}\"", made.attacks.len())), "{xml}");
}
