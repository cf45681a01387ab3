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
    // Cedar is the dearest dependency, so it is compiled for its own tests only.
    Step {
        name: "cedar",
        arguments: &[
            "test",
            "--quiet",
            "--package",
            "access",
            "--package",
            "guard",
            "--package",
            "gateway",
            "--features",
            "access/cedar,guard/cedar,gateway/cedar",
            "--lib",
            "cedar",
        ],
        optional: false,
    },
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
    let started = Instant::now();
    println!("== tools: what tests use, below target/tools");
    crate::tools::install()?;
    println!("== tools: done, {:.1} s", started.elapsed().as_secs_f64());
    for step in STEPS {
        let started = Instant::now();
        println!("== {}: cargo {}", step.name, step.arguments.join(" "));
        if step.optional && !is_installed(step.arguments.first().copied().unwrap_or_default()) {
            println!("== {}: SKIPPED, this toolchain has no such component", step.name);
            continue;
        }
        cargo(step.arguments, &[])?;
        if step.name == "format" {
            format_checks()?;
        }
        println!("== {}: ok, {:.1} s", step.name, started.elapsed().as_secs_f64());
    }
    println!("== all green");
    Ok(())
}

/// `cargo fmt` does not follow modules that a macro declares, and every check is one.
fn format_checks() -> Result<(), String> {
    let areas = std::fs::read_dir(crate::root().join("crates/checks/src")).map_err(|why| why.to_string())?;
    let folders = areas.flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
    let files = folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flat_map(Iterator::flatten);
    let files =
        files.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let mut command = Command::new("rustfmt");
    command.args(["--check", "--edition", "2024", "--config-path"]).arg(crate::root().join("rustfmt.toml"));
    let status = command.args(files).status().map_err(|why| format!("rustfmt did not start: {why}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("checks are not formatted: run rustfmt on crates/checks/src/*/*.rs".to_owned())
    }
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
