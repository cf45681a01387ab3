//! What the guard adds to an invocation: the same runtime and function beside the same platform, with and without it, in
//! turns within one run.
//!
//! `cargo run -p guard --profile guard --example overhead -- GUARD INVOCATIONS BYTES RUNTIME...` where RUNTIME is the command
//! line of the runtime (`python -m awslambdaric app.handler`), whose variables come from this process. Prints JSON.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement: it reads, prints, and fails loudly"
)]
#[path = "../tests/it/platform.rs"]
#[expect(dead_code, reason = "the platform of the tests, of which this needs a part")]
mod platform;

use platform::Platform;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// Invocations of one side before the other has its turn.
const TURN: usize = 250;

struct Side {
    platform: Platform,
    process: Child,
    micros: Vec<u64>,
    cold_ms: f64,
}

fn moment() -> Instant {
    Instant::now()
}

impl Side {
    fn start(guard: Option<&str>, runtime: &[String], event: &[u8]) -> Self {
        let platform = Platform::start();
        let mut words = runtime.to_vec();
        if let Some(guard) = guard {
            words.splice(0..0, [guard.to_owned(), "exec".to_owned(), "--".to_owned()]);
        }
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env("AWS_LAMBDA_RUNTIME_API", &platform.address);
        command.env("AWS_LAMBDA_FUNCTION_NAME", "f").stdout(Stdio::null());
        let begun = moment();
        let process = command.spawn().expect("the runtime starts");
        platform.nexts(1);
        let cold_ms = begun.elapsed().as_secs_f64() * 1000.0;
        let mut side = Self { platform, process, micros: Vec::new(), cold_ms };
        for number in 0..50 {
            side.invoke(number, event);
        }
        side.micros.clear();
        side
    }

    fn invoke(&mut self, number: usize, event: &[u8]) {
        // The platform answers `next` at once, so the runtime is waiting when the clock starts.
        self.platform.idle();
        let begun = moment();
        self.platform.give(&format!("id-{number}"), 30_000, event, &[]);
        let posted = self.platform.posted();
        self.micros.push(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
        assert_eq!(posted.what, "response", "{}", posted.text());
    }

    fn at(&mut self, part: f64) -> u64 {
        self.micros.sort_unstable();
        self.micros[((self.micros.len() - 1) as f64 * part) as usize]
    }

    fn status(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.process.id());
        #[expect(clippy::disallowed_methods, reason = "a measurement")]
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line =
            text.lines().find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')));
        line.and_then(|line| line.split_whitespace().next()).and_then(|kb| kb.parse().ok()).unwrap_or(0)
    }

    /// Ticks of a hundredth of a second.
    fn ticks(&self) -> u64 {
        let path = format!("/proc/{}/stat", self.process.id());
        #[expect(clippy::disallowed_methods, reason = "a measurement")]
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let field =
            |number: usize| fields.get(number).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        field(11) + field(12)
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        let _gone = self.process.kill().is_ok();
        let _status = self.process.wait().is_ok();
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [guard, invocations, bytes, runtime @ ..] = arguments.as_slice() else {
        panic!("GUARD INVOCATIONS BYTES RUNTIME...");
    };
    let (invocations, bytes): (usize, usize) = (invocations.parse().unwrap(), bytes.parse().unwrap());
    let event = event(bytes);
    let mut bare = Side::start(None, runtime, &event);
    let mut guarded = Side::start(Some(guard), runtime, &event);
    let before = guarded.ticks();
    let mut done = 0;
    while done < invocations {
        for side in [&mut bare, &mut guarded] {
            (done..done + TURN).for_each(|number| side.invoke(number + 100, &event));
        }
        done += TURN;
    }
    let cpu = (guarded.ticks() - before) as f64 * 10_000.0 / done as f64;
    let line = serde_json::json!({
        "invocations": done, "event_bytes": event.len(),
        "bare_us": {"p50": bare.at(0.5), "p99": bare.at(0.99)},
        "guarded_us": {"p50": guarded.at(0.5), "p99": guarded.at(0.99)},
        "added_us": {"p50": guarded.at(0.5) as i64 - bare.at(0.5) as i64,
            "p99": guarded.at(0.99) as i64 - bare.at(0.99) as i64},
        "guard_cpu_us": cpu, "guard_rss_kb": guarded.status("VmRSS"), "guard_rss_max_kb": guarded.status("VmHWM"),
        "cold_ms": {"bare": bare.cold_ms, "guarded": guarded.cold_ms},
    });
    println!("{line}");
}

/// An HTTP event of about so many bytes.
fn event(bytes: usize) -> Vec<u8> {
    let words = "order of three books and a pen for the office ";
    let text: String = words.chars().cycle().take(bytes.saturating_sub(150)).collect();
    serde_json::json!({"orderId": "o-1", "items": [1, 2, 3], "customer": "c-77", "note": text})
        .to_string()
        .into_bytes()
}
