//! OWASP DVSA, unmodified, hosted by `buckler run` with a local cloud: its honest flows and its exploits, under the guard and without.
//!
//! `BUCKLER_DVSA` names its folder, `BUCKLER_DVSA_PYTHON` an interpreter with boto3 and jsonpickle, `BUCKLER_DVSA_PACKAGES` a folder with
//! its Node packages, `BUCKLER_MOTO` an interpreter with moto and boto3.
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

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

/// The host; it ends with the test.
struct Host(Child);

impl Drop for Host {
    fn drop(&mut self) {
        // Its own end stops moto and every function; it is waited for.
        drop(Command::new("kill").arg(self.0.id().to_string()).status());
        drop(self.0.wait());
    }
}

/// What is not as it should be, and how many exploits had an effect.
fn drive(corpus: &Corpus, more: &[&str]) -> (Vec<String>, usize) {
    let told = std::env::temp_dir().join(format!("buckler-dvsa-{}-{}.jsonl", std::process::id(), more.len()));
    let file = std::fs::File::create(&told).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckler"));
    command.arg("run").arg(&corpus.folder).args([
        "--aws",
        "local",
        "--aws-port",
        "0",
        "--port",
        "0",
        "--json",
        "--python",
    ]);
    command.arg(&corpus.python).arg("--packages").arg(&corpus.packages).args(more);
    let host =
        Host(command.env("BUCKLER_MOTO", &corpus.moto).stdout(file).stderr(Stdio::null()).spawn().unwrap());
    let ready = ready(&told);
    let api = ready["origins"].as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
    let output = Command::new(&corpus.moto)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/dvsa.py"))
        .args([api.as_str(), ready["endpoint"].as_str().unwrap()])
        .arg(&told)
        .env("OWNER", ready["accessKey"].as_str().unwrap())
        .output()
        .unwrap();
    drop(host);
    std::fs::remove_file(&told).unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let results: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(results.len() > 40, "{text}{}", String::from_utf8_lossy(&output.stderr));
    let wrong = results.iter().filter(|one| one["ok"] == false);
    let effects = wrong.clone().filter(|one| one["kind"] == "exploit").count();
    (wrong.map(ToString::to_string).collect(), effects)
}

/// Waits for the line that says how the host is reached.
fn ready(told: &Path) -> Value {
    // A machine with much else to do starts moto and makes all resources within this.
    for _ in 0..1200 {
        let lines = BufReader::new(std::fs::File::open(told).unwrap()).lines().map_while(Result::ok);
        let mut read = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
        if let Some(found) = read.find(|line| line["type"] == "ready") {
            return found;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(100));
    }
    panic!("the host did not start; {} says why", told.display());
}

#[test]
fn every_honest_flow_passes_under_the_guard_and_every_exploit_is_stopped() {
    let Some(corpus) = Corpus::find() else { return };
    let (wrong, _) = drive(&corpus, &["--mode", "block"]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The same exploits have their effect without guard and gateway: what stops them above is the two.
    let (wrong, effects) = drive(&corpus, &["--no-guard", "--no-gateway"]);
    assert!(effects >= 15, "{}", wrong.join("\n"));
    assert!(wrong.iter().any(|one| one.contains("parallel billing")), "{}", wrong.join("\n"));
    assert_eq!(wrong.len(), effects, "an honest flow failed: {}", wrong.join("\n"));
}
