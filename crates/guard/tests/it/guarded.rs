//! A runtime under the real program, beside a platform.
use crate::platform::Platform;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_buckler-guard");

/// The interpreter of `cargo xtask tools`, with `awslambdaric`.
pub(crate) fn python() -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/python/bin/python");
    let found = tools.exists()
        && Command::new(&tools)
            .args(["-c", "import awslambdaric"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
    if !found {
        println!("skipped: `cargo xtask tools` installs awslambdaric, which this test runs");
    }
    found.then_some(tools)
}

/// A folder of its own, removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("buckler-guard-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        #[expect(clippy::disallowed_methods, reason = "a test writes the function that it runs")]
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0).is_ok();
    }
}

/// The guard with a runtime below it.
pub(crate) struct Guarded {
    pub(crate) process: Child,
    stdout: Arc<Mutex<Vec<u8>>>,
    stderr: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

/// What is started, and with which variables.
pub(crate) struct Setup<'a> {
    pub(crate) command: Vec<String>,
    pub(crate) variables: Vec<(&'a str, String)>,
}

impl Setup<'_> {
    pub(crate) fn new<'a>(command: &[&str]) -> Setup<'a> {
        Setup { command: command.iter().map(|&word| word.to_owned()).collect(), variables: Vec::new() }
    }

    /// A Python function `handler` of `app.py`.
    pub(crate) fn python<'a>(python: &Path, folder: &Folder, code: &str) -> Setup<'a> {
        folder.write("app.py", code);
        let mut setup = Setup::new(&[&python.to_string_lossy(), "-m", "awslambdaric", "app.handler"]);
        setup.variables.push(("PYTHONPATH", folder.0.to_string_lossy().into_owned()));
        // Its packages are beside its `bin`, wherever the checkout is; a policy with a list of files does not know them.
        let environment = python.parent().and_then(Path::parent).unwrap().canonicalize().unwrap();
        setup.variables.push(("BUCKLER_READABLE", environment.to_string_lossy().into_owned()));
        setup
    }
}

impl<'a> Setup<'a> {
    pub(crate) fn with(mut self, name: &'a str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    pub(crate) fn command(&self, platform: &Platform) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(["exec", "--"]).args(&self.command);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LANG", "C.UTF-8");
        command.env("AWS_LAMBDA_RUNTIME_API", &platform.address);
        command.env("AWS_LAMBDA_FUNCTION_NAME", "f").env("AWS_LAMBDA_LOG_STREAM_NAME", "stream");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn start(self, platform: &Platform) -> Guarded {
        let mut process =
            self.command(platform).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (stdout, stderr) = (Arc::default(), Arc::default());
        let readers = vec![
            collect(process.stdout.take().unwrap(), Arc::clone(&stdout)),
            collect(process.stderr.take().unwrap(), Arc::clone(&stderr)),
        ];
        Guarded { process, stdout, stderr, readers }
    }
}

fn collect(mut from: impl Read + Send + 'static, to: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            to.lock().unwrap().extend_from_slice(&buffer[..read]);
        }
    })
}

impl Guarded {
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout.lock().unwrap()).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr.lock().unwrap()).into_owned()
    }

    /// Waits until this stands in the output.
    pub(crate) fn says(&self, text: &str) {
        for _ in 0..1500 {
            if self.stdout().contains(text) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("`{text}` is not in the output: {}\n{}", self.stdout(), self.stderr());
    }

    /// As the platform asks an environment to end.
    pub(crate) fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end, and for all that was written.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let status = self.process.wait().unwrap();
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        status
    }

    /// Events with this rule among what was written so far.
    pub(crate) fn events(&self, rule: &str) -> Vec<serde_json::Value> {
        let lines = self.stdout();
        let parsed = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        parsed.filter(|event| event["unmapped"]["rule"] == rule).collect()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // The runtime ends with the guard.
        let _gone = self.process.kill().is_ok();
        let _status = self.process.wait().is_ok();
    }
}
