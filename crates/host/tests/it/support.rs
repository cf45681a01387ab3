//! An application on the disk, its host, and a small client.
use host::{Asked, Host, Line, Settings, Talk};
use model::{MemorySource, Project};
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use zip::write::SimpleFileOptions;

/// A host with everything that it told.
pub(crate) struct Running {
    pub(crate) host: Host,
    pub(crate) lines: Arc<Mutex<Vec<Line>>>,
}

/// A folder of its own for a test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("host").join(name);
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The guard around functions, with its hooks.
pub(crate) fn under_guard(settings: &mut Settings) {
    settings.guard = Some(testkit::programs::guard());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guard/hooks");
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                settings.guard_files.push((name, text));
            }
        }
    }
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..1_500 {
        if is_so() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{what}: did not come");
}

/// The interpreter of `cargo xtask tools`, with moto, boto3 and awslambdaric; `BUCKLER_MOTO` names another one.
pub(crate) fn tools_python() -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/python/bin/python");
    let named = std::env::var_os("BUCKLER_MOTO").map(PathBuf::from);
    let found = named.or_else(|| tools.exists().then(|| std::path::absolute(tools).unwrap()));
    if found.is_none() {
        println!("skipped: `cargo xtask tools` installs moto and boto3, which this test runs");
    }
    found
}

/// Writes an application's files.
pub(crate) fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// A zip file of these files: name, text, mode.
pub(crate) fn zipped(place: &Path, entries: &[(&str, &str, u32)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(place).unwrap());
    for (name, text, mode) in entries {
        zip.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode)).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

/// Reads what stands in a folder: templates and code.
pub(crate) fn project(folder: &Path) -> Project {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(inner).unwrap().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && name != "node_modules" && name != "client" && !name.starts_with('.') {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let below = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                files.push((below, text));
            }
        }
    }
    let source = MemorySource::new(files);
    let mut project = iac::read(&source, &iac::Options::default());
    code::attach(&mut project, &source, &code::Limits::default());
    project
}

/// Starts a host for a folder on free ports.
pub(crate) async fn start(folder: &Path, change: impl FnOnce(&mut Settings)) -> Running {
    let project = project(folder);
    let app = project.templates().next().unwrap();
    let mut settings = Settings::new(folder.to_owned());
    settings.port = 0;
    settings.aws_port = 0;
    settings.retry_ms = 1;
    settings.watch_ms = 0;
    change(&mut settings);
    let lines = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&lines);
    let talk = Talk::new(move |line| told.lock().unwrap().push(line));
    let host = Host::start(&project, app, settings, talk).await.unwrap();
    Running { host, lines }
}

impl Running {
    /// What the host told.
    pub(crate) fn notes(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap();
        let note = |line: &Line| match line {
            Line::Note { message } => Some(message.clone()),
            _ => None,
        };
        lines.iter().filter_map(note).collect()
    }

    /// Lines that functions and extensions wrote.
    pub(crate) fn logs(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap();
        let text = |line: &Line| match line {
            Line::Log { text, .. } => Some(text.clone()),
            _ => None,
        };
        lines.iter().filter_map(text).collect()
    }

    /// Waits for a line of a function or an extension.
    pub(crate) async fn says(&self, part: &str) {
        let seen = || self.logs().iter().any(|line| line.contains(part));
        for _ in 0..1_500 {
            if seen() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("`{part}` is not in the log: {:#?}", self.lines.lock().unwrap());
    }

    /// Invokes a function: the answer, and the error's type.
    pub(crate) async fn invoke(&self, function: &str, event: &str) -> (Value, Option<String>) {
        let asked = Asked { payload: event.to_owned().into(), source: "test".to_owned(), ..Asked::default() };
        self.ask(function, asked).await
    }

    /// The same with more than an event.
    pub(crate) async fn ask(&self, function: &str, asked: Asked) -> (Value, Option<String>) {
        let finished = self.host.invoke(function, asked).await.unwrap().unwrap();
        let (body, error) = finished.whole().await;
        (serde_json::from_slice(&body).unwrap_or(Value::Null), error)
    }
}

/// Runs a test's future.
pub(crate) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}
