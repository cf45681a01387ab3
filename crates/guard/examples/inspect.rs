//! What inspection costs: the start, an event of 200 bytes, events and answers of 100 KB; memory.
//!
//! `cargo run --profile guard -p guard --example inspect [-- NAME TIMES]`: only what has NAME in its own, so many times (for a
//! profiler that counts instructions).
use guard::inspect::{AnswerOutcome, Inspector, Surroundings};
use guard::{Invocation, Occurrence, Outcome, Report};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;
use waf::event::Trigger;

const NOW_MS: u64 = 1_800_000_000_000;

struct Silent;

impl Report for Silent {
    fn report(&self, _: Occurrence) {}
}

fn invocation(event: &str, trigger: Trigger) -> Invocation {
    Invocation {
        request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
        deadline_ms: NOW_MS + 3000,
        function_arn: "arn:aws:lambda:eu-central-1:123456789012:function:orders".to_owned(),
        tenant: None,
        client_context: None,
        cognito_identity: None,
        event: event.as_bytes().into(),
        trigger,
        work: Arc::default(),
    }
}

fn resident_kb() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the memory of this process")]
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// Microseconds: the least, at the middle, of a hundred, and the first.
struct Measured {
    least: f64,
    middle: f64,
    high: f64,
    first: f64,
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { least, middle, high, first } = self;
        write!(f, "least {least:.1} us, p50 {middle:.1} us, p99 {high:.1} us, first {first:.0} us")
    }
}

fn measure(times: usize, mut work: impl FnMut()) -> Measured {
    let mut all = Vec::with_capacity(times);
    for _ in 0..times {
        #[expect(clippy::disallowed_methods, reason = "this program measures")]
        let begin = Instant::now();
        work();
        all.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    let first = all.first().copied().unwrap_or(0.0);
    all.sort_by(f64::total_cmp);
    let at = |share: usize| all.get(all.len() * share / 100).copied().unwrap_or(0.0);
    Measured { least: at(0), middle: at(50), high: at(99), first }
}

/// What of the measurements is wanted, and how often.
struct Chosen {
    name: String,
    times: Option<usize>,
}

impl Chosen {
    fn times(&self, name: &str, usual: usize) -> Option<usize> {
        name.contains(&self.name).then(|| self.times.unwrap_or(usual))
    }
}

const SMALL: &str = r#"{"rawPath":"/orders","headers":{"content-type":"application/json"},"requestContext":{"http":{"method":"POST","path":"/orders"}},"body":"{\"action\":\"new\",\"items\":{\"12\":1},\"note\":\"ring twice\"}"}"#;
const ITEM: &str =
    r#"{\"name\":\"a thing\",\"count\":3,\"text\":\"It is a good thing, and it's cheap; ask for it.\"},"#;

/// A direct call with five hundred small objects and one long text, as `overhead` sends it.
fn order() -> String {
    let lines: Vec<_> = (0..500)
        .map(|at| serde_json::json!({"name": format!("thing {at}"), "count": at % 7, "text": format!("It is a fine {at} thing, and it's cheap.")}))
        .collect();
    let note: String =
        "order of three books and a pen for the office ".chars().cycle().take(60_000).collect();
    serde_json::json!({"orderId": "o-1", "items": [1, 2, 3], "customer": "c-77", "note": note, "lines": lines})
        .to_string()
}

/// Events by name, with how often each is looked at.
fn events() -> [(&'static str, String, usize); 5] {
    let large = format!(
        r#"{{"rawPath":"/orders","headers":{{"content-type":"application/json"}},"requestContext":{{"http":{{"method":"POST","path":"/orders"}}}},"body":"[{}null]"}}"#,
        (0..100_000 / ITEM.len())
            .map(|at| ITEM.replace("a thing", &format!("thing {at}")).replace("good", &format!("fine {at}")))
            .collect::<String>()
    );
    let text = format!(
        r#"{{"rawPath":"/orders","headers":{{"content-type":"application/json"}},"requestContext":{{"http":{{"method":"POST","path":"/orders"}}}},"body":"{{\"note\":\"{}\"}}"}}"#,
        (0..100_000 / 60)
            .map(|at| format!("It is thing {at}, and it's cheap; ask for number {at}. "))
            .collect::<String>()
    );
    let batch = format!(
        r#"{{"Records":[{}]}}"#,
        (0..10)
            .map(|at| format!(
                r#"{{"messageId":"m{at}","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:eu-west-1:1:q","body":"[{}null]"}}"#,
                ITEM.replace("a thing", &format!("thing {at}")).repeat(10_000 / ITEM.len())
            ))
            .collect::<Vec<_>>()
            .join(",")
    );
    [
        ("event 200 B", SMALL.to_owned(), 20_000),
        ("event 100 KB, a list", large, 300),
        ("event 100 KB, a text", text, 300),
        ("event 100 KB, a batch", batch, 300),
        ("event 100 KB, an order", order(), 300),
    ]
}

fn answer(size: usize) -> String {
    format!(r#"{{"statusCode":200,"body":"[{}null]"}}"#, ITEM.repeat((size / ITEM.len()).max(1)))
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_default();
    let chosen = Chosen { name, times: words.next().and_then(|times| times.parse().ok()) };
    let before = resident_kb();
    let bundle: policy::Bundle = serde_json::from_value(serde_json::json!({
        "format": 1, "application": "bench", "issued": 0, "expires": u64::MAX,
        "functions": {"orders": {
            "triggers": [{"kind": "api-gateway-v2"}],
            "input": {"json": {"type": ["object", "array"], "properties": {"action": {"type": "string", "maxLength": 40}}}},
            "environment": {"secrets": ["DB_PASSWORD"]},
        }, "queue": {"triggers": [{"kind": "sqs"}], "input": {"json": {"type": ["array", "object"]}}},
        "direct": {"triggers": [{"kind": "direct"}], "input": {"json": {
            "type": "object", "required": ["orderId"], "properties": {
                "orderId": {"type": "string", "maxLength": 40}, "customer": {"type": "string"},
                "items": {"type": "array", "items": {"type": "integer"}}, "note": {"type": "string"},
                "lines": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
            },
        }}}},
    }))
    .map_err(std::io::Error::other)?;
    let variables: BTreeMap<String, String> =
        [("DB_PASSWORD".to_owned(), "correct horse battery".to_owned())].into();
    let mut made = None;
    let start = measure(if chosen.name.is_empty() { 20 } else { 1 }, || {
        made =
            Inspector::with(&bundle, "orders", Arc::new(Silent), &Surroundings::of(variables.clone())).ok();
    });
    let surroundings = Surroundings::of(BTreeMap::new());
    let queue =
        Inspector::with(&bundle, "queue", Arc::new(Silent), &surroundings).map_err(std::io::Error::other)?;
    let direct =
        Inspector::with(&bundle, "direct", Arc::new(Silent), &surroundings).map_err(std::io::Error::other)?;
    let Some(inspector) = made else { return Err(std::io::Error::other("no inspector")) };
    writeln!(out, "start: {start}; memory +{} kB", resident_kb() - before)?;
    for (name, event, times) in events() {
        let Some(times) = chosen.times(name, times) else { continue };
        let invocation = invocation(&event, Trigger::Direct);
        let inspector = match name {
            "event 100 KB, a batch" => &queue,
            "event 100 KB, an order" => &direct,
            _ => &inspector,
        };
        let mut refused = 0;
        let measured = measure(times, || {
            refused += usize::from(!matches!(inspector.event(&invocation, NOW_MS), Outcome::Pass));
        });
        writeln!(
            out,
            "{name} ({} B): {measured}, refused {refused}; memory +{} kB",
            event.len(),
            resident_kb() - before
        )?;
    }
    let request = invocation(SMALL, Trigger::ApiGatewayV2);
    for (name, size) in [("answer 100 B", 100), ("answer 100 KB", 100_000)] {
        let Some(times) = chosen.times(name, if size > 1000 { 300 } else { 20_000 }) else { continue };
        let text = answer(size);
        let measured = measure(times, || {
            let out = inspector.answer(&request, text.clone().into_bytes(), NOW_MS);
            assert!(matches!(out, AnswerOutcome::Changed(_)), "{out:?}");
        });
        writeln!(out, "{name} ({} B): {measured}; memory +{} kB", text.len(), resident_kb() - before)?;
    }
    Ok(())
}
