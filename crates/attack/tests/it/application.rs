//! The application as a process; it ends with the test.
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

pub(crate) struct Application {
    child: Child,
    pub(crate) url: String,
    /// A token that its issuer signed.
    pub(crate) token: String,
}

impl Application {
    pub(crate) fn start() -> Self {
        let mut child = Command::new("node")
            .args([concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/application.cjs"), "ana"])
            .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node.js is needed");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let url = format!("http://127.0.0.1:{}", said["port"]);
        Self { child, url, token: said["token"].as_str().unwrap().to_owned() }
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
