//! The same rules over the same requests, here and in libmodsecurity: which ids differ?
//!
//! `cargo run --release -p replay --example agree -- [COUNT] [SEED]`. The requests are the rule set's own tests (when its folder has them), benign ones, and
//! mutations of both. `BUCKLER_CRS` names the folder of the rule set, `BUCKLER_PARANOIA` the level (1).
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "an example reads and prints"
)]
mod causes;
#[path = "../../benches/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::path::Path;

use causes::{Asked, Case, Cause, Engines, Side};
use replay::ftw::{self, File};
use replay::message;
use ruleset::RuleSource;
use support::Exchange;
use waf::{Limits, Plan};

fn main() {
    let mut arguments = std::env::args().skip(1).filter_map(|text| text.parse::<u64>().ok());
    let count = usize::try_from(arguments.next().unwrap_or(5000)).unwrap();
    let mut random = Random(arguments.next().unwrap_or(2026));
    let folder = support::rules_folder();
    let paranoia = std::env::var("BUCKLER_PARANOIA").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let source = RuleSource {
        paths: vec![folder.clone()],
        paranoia: Some(paranoia),
        detect_only: true,
        ..RuleSource::default()
    };
    let loaded = ruleset::load(&source).rules;
    let plan = Plan::compile(&loaded, Limits::default()).unwrap();

    let mut seeds: Vec<Vec<u8>> = BENIGN.iter().map(|text| text.replace('\n', "\r\n").into_bytes()).collect();
    let mut asked = BTreeMap::new();
    collect(&folder.join("tests"), &mut seeds, &mut asked);
    println!("{} requests to begin with, {count} to compare, level {paranoia}", seeds.len());
    let exchanges: Vec<Exchange> = (0..count).map(|n| exchange(&seeds, n, &mut random)).collect();

    let scratch = std::env::temp_dir().join(format!("buckler-agree-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).unwrap();
    let Some(peer) = support::build(&scratch) else {
        println!("libmodsecurity-dev is not installed: nothing to compare with");
        return;
    };
    let rules = support::peer_rules(&scratch, &folder, paranoia);
    let theirs = support::run(&peer, &rules, &["ids"], &exchanges);
    let before = "SecAction \"id:7700010,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On\"\n".to_owned();
    let forced = ruleset::load(&RuleSource { before, ..source }).rules;
    let forced = Plan::compile(&forced, Limits::default()).unwrap();
    let engines = Engines {
        peer: &peer,
        rules: &rules,
        scratch: &scratch,
        plan: &plan,
        forced: &forced,
        set: &loaded,
        asked: &asked,
    };
    let unexplained = compare(&engines, &exchanges, &theirs);
    std::fs::remove_dir_all(&scratch).unwrap();
    assert_eq!(unexplained, 0, "differences without a cause");
}

/// Gives the number of differences that no cause explains.
fn compare(engines: &Engines<'_>, exchanges: &[Exchange], theirs: &[String]) -> usize {
    assert_eq!(theirs.len(), exchanges.len(), "an answer for each request");
    let mut cases = Vec::new();
    let mut matched = 0;
    for (exchange, line) in exchanges.iter().zip(theirs) {
        let theirs = causes::numbers(line);
        matched += usize::from(!theirs.is_empty());
        let case = Case { exchange, ours: causes::run(engines.plan, exchange), theirs };
        if !case.differences().is_empty() {
            cases.push(case);
        }
    }
    println!("{} of {} the same; {matched} with a match", exchanges.len() - cases.len(), exchanges.len());
    let mut table: BTreeMap<(Option<Cause>, Side), BTreeMap<u64, usize>> = BTreeMap::new();
    let mut unexplained = 0;
    for (case, differences) in cases.iter().zip(causes::explain(engines, &cases)) {
        for ((id, side), cause) in differences {
            *table.entry((cause, side)).or_default().entry(id).or_default() += 1;
            if cause.is_none() {
                unexplained += 1;
                println!("unexplained: {id} {side:?}\n    {}", shown(case.exchange));
                for found in case.ours.iter().filter(|found| found.rule == id) {
                    println!("    in {}: {} ({})", found.variable, found.value, found.data);
                }
            }
        }
    }
    for ((cause, side), ids) in table {
        let count: usize = ids.values().sum();
        let ids: Vec<String> = ids.iter().map(|(id, count)| format!("{id}: {count}")).collect();
        println!(
            "{count:4} only {side:?}  {}  ({})",
            cause.map_or("UNEXPLAINED", Cause::text),
            ids.join(", ")
        );
    }
    unexplained
}

fn shown(exchange: &Exchange) -> String {
    let request = &exchange.request;
    let mut text = format!("{} {} {}", show(&request.method), show(&request.target), show(&request.protocol));
    for field in request.headers.iter() {
        text.push_str(&format!(" | {}: {}", show(field.name), show(field.value)));
    }
    text.push_str(&format!(" || {}", show(&request.body)));
    text.chars().take(1500).collect()
}

fn show(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// Every request of the tests in a folder, and what the tests ask of their forms.
fn collect(folder: &Path, out: &mut Vec<Vec<u8>>, asked: &mut BTreeMap<Vec<u8>, Asked>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, out, asked);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let Ok(file) = File::read(&text, "") else { continue };
            for stage in file.tests.iter().flat_map(|test| &test.stages) {
                let Ok(bytes) = ftw::request(&stage.input) else { continue };
                let request = message::request(&bytes);
                if !request.body.is_empty() {
                    let entry: &mut Asked = asked.entry(causes::key(&request)).or_default();
                    entry.matched.extend(&stage.output.log.expect_ids);
                    entry.unmatched.extend(&stage.output.log.no_expect_ids);
                }
                out.push(bytes);
            }
        }
    }
}

/// One request: as it is, or mutated one to three times.
fn exchange(seeds: &[Vec<u8>], n: usize, random: &mut Random) -> Exchange {
    loop {
        let mut bytes = random.pick(seeds).clone();
        if !n.is_multiple_of(3) {
            for _ in 0..=random.below(3) {
                mutate(&mut bytes, seeds, random);
            }
        }
        let request = message::request(&bytes);
        let line = [&request.method, &request.target, &request.protocol];
        // The peer's interface takes these as C strings, and what is no HTTP never reaches either engine.
        if request.refusal.is_none() && line.iter().all(|part| !part.contains(&0)) {
            return Exchange { request, response: None };
        }
    }
}

fn mutate(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    let at = random.below(bytes.len().max(1));
    let end = (at + random.below(12)).min(bytes.len());
    match random.below(6) {
        0 => bytes
            .insert(at, PIECES.iter().copied().flat_map(str::bytes).nth(random.below(200)).unwrap_or(b'x')),
        1 => drop(bytes.drain(at..end)),
        2 => drop(bytes.splice(at..at, random.pick(PIECES).bytes())),
        3 => {
            let other = random.pick(seeds);
            let from = random.below(other.len().max(1));
            let piece: Vec<u8> = other.iter().copied().skip(from).take(random.below(40)).collect();
            drop(bytes.splice(at..at, piece));
        }
        4 => {
            let piece: Vec<u8> = bytes
                .get(at..end)
                .unwrap_or_default()
                .iter()
                .flat_map(|byte| format!("%{byte:02x}").into_bytes())
                .collect();
            drop(bytes.splice(at..end, piece));
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 0x20;
            }
        }
    }
}

const PIECES: &[&str] = &[
    "'",
    "\"",
    " or 1=1--",
    "<script>",
    "../",
    "%00",
    "%2e%2e/",
    "${jndi:ldap://a}",
    ";id",
    "|cat /etc/passwd",
    "{{7*7}}",
    "&#x3c;",
    "\\u003c",
    "/*x*/",
    "union select",
    "javascript:",
    "php://input",
    "http://169.254.169.254/",
    "\u{e9}",
    "+",
    "&a=b",
    "[]=",
    "=",
    "%u0041",
    "%zz",
    "\\x41",
    "x=1;",
    "$(id)",
    "-- -",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "\t",
    "/./",
    "//",
    "%25",
    "onload=",
    "eval(",
    "base64_decode",
    "sleep(5)",
    "0x41",
];

const BENIGN: &[&str] = &[
    "GET / HTTP/1.1\nHost: shop.example.com\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\nAccept: text/html,*/*;q=0.8\nAccept-Language: de,en;q=0.5\n\n",
    "GET /search?q=summer+shoes&page=2&sort=price HTTP/1.1\nHost: shop.example.com\nUser-Agent: Mozilla/5.0\nAccept: */*\nCookie: session=8f14e45fceea167a5a36dedd4bea2543; theme=dark\n\n",
    "POST /login HTTP/1.1\nHost: shop.example.com\nUser-Agent: Mozilla/5.0\nAccept: */*\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 40\n\nuser=alice%40example.com&password=Tr0ub4d",
    "POST /api/orders HTTP/1.1\nHost: shop.example.com\nUser-Agent: okhttp/4.12\nAccept: application/json\nContent-Type: application/json\nContent-Length: 62\n\n{\"items\":[{\"sku\":\"A-17\",\"n\":2}],\"note\":\"leave at the door\",\"g\":1}",
    "PUT /profile HTTP/1.1\nHost: shop.example.com\nUser-Agent: Mozilla/5.0\nAccept: */*\nContent-Type: text/xml\nContent-Length: 45\n\n<profile lang=\"en\"><name>Ana</name></profile>",
    "POST /upload HTTP/1.1\nHost: shop.example.com\nUser-Agent: Mozilla/5.0\nAccept: */*\nContent-Type: multipart/form-data; boundary=b1\nContent-Length: 116\n\n--b1\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhello world\r\n--b1--\r\n",
];

/// SplitMix64 (Steele, Lea, Flood 2014): the same requests for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.below(from.len());
        from.get(at).unwrap()
    }
}
