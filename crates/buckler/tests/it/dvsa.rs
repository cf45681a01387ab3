//! OWASP DVSA, unmodified, hosted by `buckler run` with a local cloud: its honest flows and its exploits, under the guard and without.
//!
//! `BUCKLER_DVSA` names its folder, `BUCKLER_DVSA_PYTHON` an interpreter with boto3 and jsonpickle, `BUCKLER_DVSA_PACKAGES` a folder with
//! its Node packages, `BUCKLER_MOTO` an interpreter with moto and boto3.
use crate::hosted::Hosted;
use crate::run::Folder;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

#[expect(clippy::disallowed_methods, reason = "a test finds its corpus")]
fn variable(name: &str) -> Option<PathBuf> {
    let found = std::env::var(name).ok().map(PathBuf::from);
    if found.is_none() {
        println!("skipped: `{name}` is not set");
    }
    found
}

struct Corpus {
    folder: PathBuf,
    python: PathBuf,
    packages: PathBuf,
    moto: PathBuf,
}

impl Corpus {
    fn find() -> Option<Self> {
        Some(Self {
            folder: variable("BUCKLER_DVSA")?,
            python: variable("BUCKLER_DVSA_PYTHON")?,
            packages: variable("BUCKLER_DVSA_PACKAGES")?,
            moto: variable("BUCKLER_MOTO")?,
        })
    }
}

/// The program that starts others as inside of Lambda: without what the kernel could enforce.
fn absent() -> PathBuf {
    let built =
        Command::new(env!("CARGO")).args(["build", "--quiet", "-p", "guard", "--example", "absent"]).status();
    assert!(built.unwrap().success());
    Path::new(env!("CARGO_BIN_EXE_buckler")).with_file_name("examples").join("absent")
}

/// What is not as it should be, and how many exploits had an effect. `below`: what starts the host.
fn drive(corpus: &Corpus, below: Option<&Path>, more: &[&str]) -> (Vec<String>, usize) {
    let mut command = Command::new(below.unwrap_or(Path::new(env!("CARGO_BIN_EXE_buckler"))));
    if below.is_some() {
        command.arg("--").arg(env!("CARGO_BIN_EXE_buckler"));
    }
    command.arg("run").arg(&corpus.folder).args(["--aws", "local", "--python"]);
    command.arg(&corpus.python).arg("--packages").arg(&corpus.packages).args(more);
    command.env("BUCKLER_MOTO", &corpus.moto);
    let host = Hosted::start(command);
    let output = Command::new(&corpus.moto)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/dvsa.py"))
        .args([host.origin(), host.endpoint()])
        .arg(&host.told)
        .env("OWNER", host.text("accessKey"))
        .output()
        .unwrap();
    drop(host);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let results: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // For the table in `docs/guard.md`, with `--nocapture`.
    println!("== {more:?} below {below:?}\n{text}");
    assert!(results.len() > 40, "{text}{}", String::from_utf8_lossy(&output.stderr));
    let wrong = results.iter().filter(|one| one["ok"] == false);
    let effects = wrong.clone().filter(|one| one["kind"] == "exploit").count();
    (wrong.map(ToString::to_string).collect(), effects)
}

#[test]
fn every_honest_flow_passes_under_the_guard_and_every_exploit_is_stopped() {
    let Some(corpus) = Corpus::find() else { return };
    let absent = absent();
    let folder = Folder::new(&[("buckler.toml", "[guard.rules]\nown = false\n")]);
    let no_rules = folder.path().join("buckler.toml").display().to_string();
    for below in [None, Some(absent.as_path())] {
        let (wrong, _) = drive(&corpus, below, &["--mode", "block"]);
        assert!(wrong.is_empty(), "{below:?} {}", wrong.join("\n"));
        // The hooks and what is below them alone, without rules.
        let (mut wrong, _) =
            drive(&corpus, below, &["--mode", "block", "--no-gateway", "--config", &no_rules]);
        // Limits of rate are the gateway's.
        wrong.retain(|one| !one.contains("6 parallel billing"));
        assert!(wrong.is_empty(), "{below:?} without rules: {}", wrong.join("\n"));
    }
    // The same exploits have their effect without guard and gateway: what stops them above is the two.
    let (wrong, effects) = drive(&corpus, None, &["--no-guard", "--no-gateway"]);
    assert!(effects >= 15, "{}", wrong.join("\n"));
    assert!(wrong.iter().any(|one| one.contains("parallel billing")), "{}", wrong.join("\n"));
    assert_eq!(wrong.len(), effects, "an honest flow failed: {}", wrong.join("\n"));
}
