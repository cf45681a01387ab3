//! Set-up and test in one command: cheapest first, stops at the first red.
use std::process::Command;
use std::time::Instant;

/// A step: what it proves, the cargo arguments, and whether a machine without the component may skip it.
struct Step {
    name: &'static str,
    arguments: &'static [&'static str],
    optional: bool,
}

const STEPS: &[Step] = &[
    Step { name: "format", arguments: &["fmt", "--all", "--check"], optional: true },
    Step { name: "tidy", arguments: &["test", "--quiet", "--package", "xtask"], optional: false },
    Step {
        name: "lint",
        arguments: &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"],
        optional: true,
    },
    Step { name: "test", arguments: &["test", "--workspace", "--exclude", "xtask"], optional: false },
    Step {
        name: "example",
        arguments: &[
            "run",
            "--quiet",
            "--package",
            "buckler",
            "--",
            "scan",
            "examples/orders",
            "--fail-on",
            "never",
        ],
        optional: false,
    },
    Step {
        name: "self-scan",
        arguments: &[
            "run",
            "--quiet",
            "--package",
            "buckler",
            "--",
            "scan",
            "examples",
            "--format",
            "sarif",
            "--fail-on",
            "never",
            "--output",
            "target/self.sarif",
        ],
        optional: false,
    },
];

/// Runs every step.
pub(crate) fn run() -> Result<(), String> {
    for step in STEPS {
        let started = Instant::now();
        println!("== {}: cargo {}", step.name, step.arguments.join(" "));
        if step.optional && !is_installed(step.arguments.first().copied().unwrap_or_default()) {
            println!("== {}: SKIPPED, this toolchain has no such component", step.name);
            continue;
        }
        cargo(step.arguments, &[])?;
        println!("== {}: ok, {:.1} s", step.name, started.elapsed().as_secs_f64());
    }
    println!("== all green");
    Ok(())
}

/// Writes everything that is generated again.
pub(crate) fn pages() -> Result<(), String> {
    cargo(
        &["test", "--quiet", "--package", "xtask", "--package", "report", "--package", "buckler"],
        &[("UPDATE", "1")],
    )
}

fn is_installed(subcommand: &str) -> bool {
    let asked = Command::new(cargo_path()).args([subcommand, "--version"]).output();
    asked.is_ok_and(|output| output.status.success())
}

fn cargo_path() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    let mut command = Command::new(cargo_path());
    command.args(arguments).envs(environment.iter().copied()).current_dir(crate::root());
    let status = command.status().map_err(|why| format!("cargo did not start: {why}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo {}: failed", arguments.join(" "))) }
}
