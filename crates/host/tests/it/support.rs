//! An application on the disk, its host, and a small client.
use host::{Asked, Host, Line, Settings, Talk};
use model::{MemorySource, Project};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

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

/// Writes an application's files.
pub(crate) fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
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
    /// Invokes a function: the answer, and the error's type.
    pub(crate) async fn invoke(&self, function: &str, event: &str) -> (Value, Option<String>) {
        let asked = Asked { payload: event.to_owned().into(), source: "test".to_owned(), ..Asked::default() };
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
