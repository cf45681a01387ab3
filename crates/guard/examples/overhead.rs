//! What the guard adds to an invocation: the same runtime and function beside the same platform, bare and guarded, in pairs
//! within one run. Inspection, a schema, a signed policy and the hooks of the language are on.
//!
//! `cargo run -p guard --example overhead -- [--json] [--rounds 5] [--pairs 600] [--cold 20] [--preload LIBRARY]
//! [--python PYTHON] [--node NODE] GUARD`, with GUARD the program of the profile `guard`.
//!
//! p50 is the median of the rounds' own. p99 is that of all invocations of all rounds: a round has a handful of invocations beyond its own, which the
//! collector of a runtime decides. What the bare runtime's p99 was from round to round is told beside it: less than that is no difference.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement: it reads, prints, and fails loudly"
)]
#[path = "overhead/side.rs"]
mod side;

#[path = "../tests/it/platform.rs"]
#[expect(dead_code, reason = "the platform of the tests, of which this needs a part")]
mod platform;

use serde_json::{Value, json};
use side::{Kind, Language, Measure, Side, Stage};

/// Invocations before anything is measured.
const WARM: usize = 50;
const SIZES: [usize; 2] = [200, 100_000];

struct Options {
    rounds: usize,
    pairs: usize,
    cold: usize,
    json: bool,
    stage: Stage,
    languages: Vec<(Language, Vec<String>)>,
}

fn options() -> Options {
    let here = env!("CARGO_MANIFEST_DIR");
    let mut python = format!("{here}/../../target/tools/python/bin/python");
    let (mut node, mut preload, mut guard) = ("node".to_owned(), None, None);
    let (mut rounds, mut pairs, mut cold, mut json) = (5, 600, 20, false);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_else(|| panic!("`{word}` wants a value"));
        match word.as_str() {
            "--json" => json = true,
            "--rounds" => rounds = value().parse().expect("`--rounds` is a number"),
            "--pairs" => pairs = value().parse().expect("`--pairs` is a number"),
            "--cold" => cold = value().parse().expect("`--cold` is a number"),
            "--python" => python = value(),
            "--node" => node = value(),
            "--preload" => preload = Some(value()),
            _ => guard = Some(word),
        }
    }
    assert!(rounds > 0 && pairs > 1 && cold > 0, "rounds, pairs and cold starts are at least 1, 2 and 1");
    let guard = guard.expect("name the guard's program");
    let stage = Stage::new(&guard, preload.as_deref());
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let client = format!("{here}/../host/runtimes/node/client.mjs");
    let languages = vec![
        (Language::Python, words(&[&python, "-m", "awslambdaric", "app.handler"])),
        (Language::Node, words(&[&node, &client, "app.handler"])),
    ];
    Options { rounds, pairs, cold, json, stage, languages }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The bare runtime's least or greatest p99 of a round.
fn of_rounds(rounds: &[(Measure, Measure)], choose: fn(f64, f64) -> f64) -> f64 {
    rounds.iter().map(|round| round.0.p99).reduce(choose).unwrap_or(0.0).round()
}

/// Latency of both sides, a pair at a time, and what the guard added, round by round.
fn latency(options: &Options, language: Language, command: &[String], bytes: usize) -> Value {
    let event = side::event(bytes);
    let mut bare = Side::start(&options.stage, language, Kind::Bare, command);
    let mut guarded = Side::start(&options.stage, language, Kind::Hooked, command);
    for number in 0..WARM {
        bare.invoke(number, &event);
        guarded.invoke(number, &event);
    }
    let before = guarded.ticks();
    let mut rounds: Vec<(Measure, Measure)> = Vec::new();
    let mut all = (Vec::new(), Vec::new());
    for round in 0..options.rounds {
        let mut times = (Vec::new(), Vec::new());
        for pair in 0..options.pairs {
            let number = WARM + round * options.pairs + pair;
            // Whoever is first has the warmer machine: they take turns at it.
            if pair % 2 == 0 {
                times.0.push(bare.invoke(number, &event));
                times.1.push(guarded.invoke(number, &event));
            } else {
                times.1.push(guarded.invoke(number, &event));
                times.0.push(bare.invoke(number, &event));
            }
        }
        all.0.extend_from_slice(&times.0);
        all.1.extend_from_slice(&times.1);
        rounds.push((Measure::of(times.0), Measure::of(times.1)));
    }
    let (all_bare, all_guarded) = (Measure::of(all.0), Measure::of(all.1));
    let cpu = (guarded.ticks() - before) as f64 * 10_000.0 / (options.rounds * options.pairs) as f64;
    let of = |take: &dyn Fn(&(Measure, Measure)) -> f64| median(rounds.iter().map(take).collect()).round();
    json!({
        "language": language.name(), "event_bytes": event.len(), "invocations": options.rounds * options.pairs,
        "bare_us": {"p50": of(&|round| round.0.p50), "p99": all_bare.p99.round()},
        "bare_p99_of_rounds_us": [of_rounds(&rounds, f64::min), of_rounds(&rounds, f64::max)],
        "guarded_us": {"p50": of(&|round| round.1.p50), "p99": all_guarded.p99.round()},
        "added_us": {"p50": of(&|round| round.1.p50 - round.0.p50), "p99": (all_guarded.p99 - all_bare.p99).round()},
        "guard_cpu_us": cpu.round(), "guard_rss_kb": guarded.status("VmRSS"), "guard_rss_max_kb": guarded.status("VmHWM"),
    })
}

/// From the start of the process until the runtime asks for its first event, in milliseconds.
fn cold(options: &Options, language: Language, command: &[String]) -> Value {
    let mut times = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.cold {
        let start = |kind| Side::start(&options.stage, language, kind, command).cold_ms;
        times.0.push(start(Kind::Bare));
        times.1.push(start(Kind::Guarded));
        times.2.push(start(Kind::Hooked));
    }
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    let added =
        |with: &[f64]| tenth(median(with.iter().zip(&times.0).map(|(with, bare)| with - bare).collect()));
    // On a busy machine the quickest start of each says more than the median.
    let least = |times: &[f64]| times.iter().copied().reduce(f64::min).unwrap_or(0.0);
    let added_least = |with: &[f64]| tenth(least(with) - least(&times.0));
    let hooks = times.2.iter().zip(&times.1).map(|(hooked, guarded)| hooked - guarded).collect();
    json!({
        "language": language.name(), "starts": options.cold, "bare_ms": tenth(median(times.0.clone())),
        "added_guard_ms": added(&times.1), "added_guard_and_hooks_ms": added(&times.2), "hooks_ms": tenth(median(hooks)),
        "bare_least_ms": tenth(least(&times.0)), "added_guard_least_ms": added_least(&times.1),
        "added_guard_and_hooks_least_ms": added_least(&times.2),
    })
}

fn main() {
    let options = options();
    let (mut latencies, mut starts) = (Vec::new(), Vec::new());
    for (language, command) in &options.languages {
        starts.push(cold(&options, *language, command));
        for bytes in SIZES {
            latencies.push(latency(&options, *language, command, bytes));
        }
    }
    let all = json!({"latency": latencies, "cold": starts, "program_bytes": options.stage.program_bytes()});
    if options.json {
        println!("{all}");
        return;
    }
    println!("program {} bytes", all["program_bytes"]);
    println!(
        "{:8} {:>8} {:>16} {:>18} {:>16} {:>16} {:>8} {:>9}",
        "runtime",
        "event",
        "bare p50/p99",
        "p99 of rounds",
        "guard p50/p99",
        "added p50/p99",
        "CPU us",
        "RSS kB"
    );
    let pair = |value: &Value| format!("{}/{}", value["p50"], value["p99"]);
    for one in all["latency"].as_array().unwrap() {
        println!(
            "{:8} {:>8} {:>16} {:>18} {:>16} {:>16} {:>8} {:>9}",
            one["language"].as_str().unwrap(),
            one["event_bytes"],
            pair(&one["bare_us"]),
            format!("{}-{}", one["bare_p99_of_rounds_us"][0], one["bare_p99_of_rounds_us"][1]),
            pair(&one["guarded_us"]),
            pair(&one["added_us"]),
            one["guard_cpu_us"],
            one["guard_rss_max_kb"]
        );
    }
    println!("{:8} {:>12} {:>12} {:>16} {:>10}", "cold ms", "bare", "+ guard", "+ guard, hooks", "hooks");
    for one in all["cold"].as_array().unwrap() {
        let name = one["language"].as_str().unwrap();
        println!(
            "{name:8} {:>12} {:>12} {:>16} {:>10}",
            one["bare_ms"], one["added_guard_ms"], one["added_guard_and_hooks_ms"], one["hooks_ms"]
        );
        println!(
            "{:8} {:>12} {:>12} {:>16}",
            "  least",
            one["bare_least_ms"],
            one["added_guard_least_ms"],
            one["added_guard_and_hooks_least_ms"]
        );
    }
}
