//! CPU time and peak memory of a scan, beside another command on the same folder.
use std::process::{Command, Stdio};

use wait4::Wait4;

const RUNS: usize = 5;

/// What one run cost.
#[derive(Debug, Clone, Copy)]
struct Cost {
    cpu_seconds: f64,
    peak_mib: f64,
}

/// Runs both commands in turn and prints medians and their ratio. In `peer`, `{}` stands for the folder.
pub(crate) fn run(folder: &str, peer: &[&str]) -> Result<(), String> {
    let built = Command::new("cargo")
        .args(["build", "--release", "--package", "buckler"])
        .current_dir(crate::root())
        .status();
    if !built.is_ok_and(|status| status.success()) {
        return Err("the release build failed".to_owned());
    }
    let program = crate::root().join("target/release/buckler");
    let program = program.to_string_lossy();
    let ours = [program.as_ref(), "scan", folder, "--format", "json", "--quiet"];
    let theirs: Vec<String> = peer.iter().map(|word| word.replace("{}", folder)).collect();
    let theirs: Vec<&str> = theirs.iter().map(String::as_str).collect();
    let start_up = median(&[program.as_ref(), "--version"])?;
    println!("buckler --version: {:.1} ms CPU", start_up.cpu_seconds * 1e3);
    let ours = median(&ours)?;
    println!("buckler scan: {:.3} s CPU, {:.1} MiB", ours.cpu_seconds, ours.peak_mib);
    if !theirs.is_empty() {
        let theirs = median(&theirs)?;
        println!(
            "{}: {:.3} s CPU, {:.1} MiB",
            peer.first().unwrap_or(&""),
            theirs.cpu_seconds,
            theirs.peak_mib
        );
        println!("ratio of CPU time: {:.0}", theirs.cpu_seconds / ours.cpu_seconds.max(1e-6));
    }
    Ok(())
}

fn median(command: &[&str]) -> Result<Cost, String> {
    let mut costs = (0..RUNS).map(|_| once(command)).collect::<Result<Vec<Cost>, String>>()?;
    costs.sort_by(|a, b| a.cpu_seconds.total_cmp(&b.cpu_seconds));
    costs.get(RUNS / 2).copied().ok_or_else(|| "no run".to_owned())
}

fn once(command: &[&str]) -> Result<Cost, String> {
    let Some((program, arguments)) = command.split_first() else { return Err("no command".to_owned()) };
    let child = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|why| format!("`{program}` did not start: {why}"))?;
    let used = child.wait4().map_err(|why| why.to_string())?.rusage;
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let peak_mib = used.maxrss as f64 / f64::from(1 << 20);
    Ok(Cost { cpu_seconds: (used.utime + used.stime).as_secs_f64(), peak_mib })
}
