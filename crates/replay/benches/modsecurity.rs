//! CPU a request in process, beside libmodsecurity in the same run: `cargo bench -p replay --bench modsecurity`.
//!
//! `BUCKLER_CRS` names the folder of the rule set, `BUCKLER_PARANOIA` the level (1). Each of our requests has values never seen before, so
//! that no cache answers; the peer has no cache.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench measures and prints"
)]
mod support;

use std::sync::atomic::{AtomicU64, Ordering};

use cpu_time::ProcessTime;
use replay::exchange::{self, Setting};
use replay::message;
use ruleset::RuleSource;
use support::Exchange;
use waf::{Limits, NoPersistence, Plan};

fn main() {
    let folder = support::rules_folder();
    let paranoia = std::env::var("BUCKLER_PARANOIA").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let memory = resident_kib();
    let start = ProcessTime::now();
    let source = RuleSource {
        paths: vec![folder.clone()],
        paranoia: Some(paranoia),
        detect_only: true,
        ..RuleSource::default()
    };
    let loaded = ruleset::load(&source);
    let fatal: Vec<String> =
        loaded.problems.iter().filter(|problem| problem.fatal).map(ToString::to_string).collect();
    assert!(fatal.is_empty(), "{}", fatal.join("\n"));
    let plan = Plan::compile(&loaded.rules, Limits::default()).unwrap();
    let load = start.elapsed().as_secs_f64() * 1e3;
    println!("rules of {} at level {paranoia}", folder.display());
    println!("load: {load:.1} ms of CPU, {:.1} MB", (resident_kib() - memory) / 1024.0);

    let scratch = std::env::temp_dir().join(format!("buckler-bench-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).unwrap();
    let peer = support::build(&scratch);
    let rules = support::peer_rules(&scratch, &folder, paranoia);
    match &peer {
        Some(peer) => println!(
            "libmodsecurity: {} (microseconds of CPU, KB)",
            support::run(peer, &rules, &["load"], &[]).join(" ")
        ),
        None => println!("libmodsecurity-dev is not installed: no peer"),
    }
    println!("{:28} {:>10} {:>12} {:>8}", "workload", "µs", "peer µs", "ratio");
    for workload in WORKLOADS {
        let ours = ours(&plan, workload);
        let theirs = peer.as_ref().map(|peer| {
            let few: Vec<Exchange> = (0..8).map(|_| (workload.make)(next())).collect();
            let lines = support::run(peer, &rules, &["time", &workload.peer_rounds.to_string()], &few);
            lines.first().and_then(|line| line.parse::<f64>().ok()).unwrap_or_default() / 1000.0
        });
        let theirs = theirs.unwrap_or_default();
        println!("{:28} {ours:>10.1} {theirs:>12.1} {:>8.0}", workload.name, theirs / ours);
    }
    println!("resident after all: {:.1} MB", resident_kib() / 1024.0);
    std::fs::remove_dir_all(&scratch).unwrap();
}

/// Microseconds of CPU a request.
fn ours(plan: &Plan, workload: &Workload) -> f64 {
    let warm: Vec<Exchange> = (0..workload.count / 4).map(|_| (workload.make)(next())).collect();
    let fresh: Vec<Exchange> = (0..workload.count).map(|_| (workload.make)(next())).collect();
    run(plan, &warm);
    let start = ProcessTime::now();
    run(plan, &fresh);
    start.elapsed().as_secs_f64() * 1e6 / f64::from(workload.count)
}

fn run(plan: &Plan, exchanges: &[Exchange]) {
    let client = exchange::loopback("bench".to_owned(), 1_700_000_000_000_000);
    let setting = Setting { plan, persistence: &NoPersistence, client: &client };
    for one in exchanges {
        let outcome = exchange::run(setting, &one.request, |_| one.response.clone());
        assert!(
            outcome.scores.inbound < 5,
            "a benign request of a workload is not benign: {:?}",
            outcome.matches
        );
    }
}

struct Workload {
    name: &'static str,
    make: fn(u64) -> Exchange,
    count: u32,
    peer_rounds: u32,
}

const WORKLOADS: &[Workload] = &[
    Workload { name: "GET", make: |n| get(n, 0, false), count: 20_000, peer_rounds: 40 },
    Workload { name: "GET, 10 arguments", make: |n| get(n, 10, false), count: 10_000, peer_rounds: 20 },
    Workload {
        name: "GET, 10 arguments, 4 cookies",
        make: |n| get(n, 10, true),
        count: 10_000,
        peer_rounds: 20,
    },
    Workload { name: "JSON 2.4 KB", make: |n| json(n, 12), count: 4_000, peer_rounds: 10 },
    Workload { name: "JSON 33 KB", make: |n| json(n, 165), count: 300, peer_rounds: 2 },
    Workload { name: "HTML response 8.7 KB", make: html, count: 6_000, peer_rounds: 20 },
];

static COUNTER: AtomicU64 = AtomicU64::new(1);

fn next() -> u64 {
    // Spread over the digits, so that every value of every request differs from the last.
    COUNTER.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20
}

const WORDS: &[&str] = &[
    "summer", "blue", "Berlin", "delivery", "order", "express", "garden", "Müller", "invoice", "paper",
    "north", "season", "quality", "standard", "customer", "April", "river", "small", "silver", "open",
];

fn word(n: u64) -> &'static str {
    WORDS.iter().cycle().nth(usize::try_from(n % 20).unwrap()).unwrap()
}

fn words(n: u64, count: u64) -> String {
    (0..count).map(|i| word((n >> (i % 13)).wrapping_add(i * 7))).collect::<Vec<_>>().join(" ")
        + &format!(" {}", n % 10_000_000)
}

fn head(n: u64) -> String {
    format!(
        "Host: shop.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36\r\n\
         Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-GB,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n\
         X-Request-Id: {n:016x}\r\n",
        100 + n % 40
    )
}

fn read(raw: &str) -> Exchange {
    Exchange { request: message::request(raw.as_bytes()), response: None }
}

fn get(n: u64, arguments: u64, with_cookies: bool) -> Exchange {
    let names = ["q", "page", "size", "sort", "category", "from", "until", "colour", "city", "lang"];
    let query: Vec<String> = names
        .iter()
        .zip(0..arguments)
        .map(|(name, i)| {
            format!("{name}={}", words(n.rotate_left(7) + i * 31, 3).replace(' ', "+").replace('ü', "%C3%BC"))
        })
        .collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let cookies = if with_cookies {
        format!(
            "Cookie: session={n:032x}; theme=dark-{}; basket={}-{}; consent=all\r\n",
            n % 7,
            n % 100_003,
            n % 9_973
        )
    } else {
        String::new()
    };
    read(&format!(
        "GET /catalogue/items/{}{mark}{} HTTP/1.1\r\n{}{cookies}\r\n",
        n % 1_000_000,
        query.join("&"),
        head(n)
    ))
}

fn json(n: u64, items: u64) -> Exchange {
    let item = |i: u64| {
        format!(
            "{{\"sku\":\"A{}-{i}\",\"name\":\"{}\",\"quantity\":{},\"price\":{}.{:02},\"tags\":[\"{}\",\"{}\"],\"gift\":{},\"note\":\"{}\"}}",
            n.wrapping_mul(i + 3) % 100_000,
            words(n + i, 2),
            1 + i % 9,
            n.wrapping_add(i) % 500,
            i % 100,
            word(i),
            words(n ^ i, 0).trim(),
            i.is_multiple_of(2),
            words(n.rotate_right(9) + i, 4),
        )
    };
    let body = format!(
        "{{\"customer\":{},\"items\":[{}]}}",
        n % 1_000_000,
        (0..items).map(item).collect::<Vec<_>>().join(",")
    );
    read(&format!(
        "POST /api/orders HTTP/1.1\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        head(n),
        body.len()
    ))
}

fn html(n: u64) -> Exchange {
    let mut exchange = get(n, 0, false);
    let row = |i: u64| {
        format!(
            "<tr><td>{i}</td><td class=\"name\">{}</td><td>{}</td></tr>\n",
            words(n + i, 6),
            n.wrapping_mul(i + 1) % 10_000
        )
    };
    let body = format!(
        "<!DOCTYPE html>\n<html><head><title>Catalogue</title></head><body><h1>{}</h1><table>\n{}</table></body></html>\n",
        words(n, 3),
        (0..89).map(row).collect::<String>()
    );
    let raw = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange.response = message::response(raw.as_bytes());
    exchange
}

fn resident_kib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1))
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}
