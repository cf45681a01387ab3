//! `buckler run` as a process: it ends with the test.
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) struct Hosted {
    child: Child,
    /// The lines that it writes.
    pub(crate) told: PathBuf,
    ready: Value,
}

impl Hosted {
    /// Starts `buckler run …` on free ports and waits until it serves.
    pub(crate) fn start(mut command: Command) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("buckler-hosted-{}-{}.jsonl", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let told = std::env::temp_dir().join(name);
        let file = std::fs::File::create(&told).unwrap();
        command.args(["--json", "--aws-port", "0", "--port", "0"]).stdout(file).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let mut hosted = Self { child, told, ready: Value::Null };
        hosted.ready = ready(&hosted.told);
        hosted
    }

    /// A text of the line that says how the host is reached.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    pub(crate) fn endpoint(&self) -> &str {
        self.text("endpoint")
    }

    /// The address of its first API.
    pub(crate) fn origin(&self) -> &str {
        self.ready["origins"].as_object().unwrap().values().next().unwrap().as_str().unwrap()
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        // Its own end stops the local cloud and every function; it is waited for.
        drop(Command::new("kill").arg(self.child.id().to_string()).status());
        drop(self.child.wait());
        drop(std::fs::remove_file(&self.told));
    }
}

/// Waits for the line that says how the host is reached.
fn ready(told: &Path) -> Value {
    // A machine with much else to do starts a local cloud and makes all resources within this.
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
