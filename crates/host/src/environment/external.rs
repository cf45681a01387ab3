//! External extensions: the programs in the `extensions` folders of a function's layers, each in a process group of its own.
use super::output::{Kind, Logs};
use super::watch::{End, words};
use crate::plan::Function;
use crate::runtime_api::Api;
use crate::spawn::{self, Start};
use rustix::process::Signal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use tokio::process::Child;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The extensions of an environment that run.
#[derive(Debug, Default)]
pub(super) struct External {
    groups: Vec<u32>,
    watchers: Vec<JoinHandle<()>>,
    readers: Vec<JoinHandle<()>>,
    /// Their ends are no news any more.
    ending: Arc<AtomicBool>,
}

/// The programs of a function's layers: what lies in `extensions` and can be executed, in the order of the names.
/// Of two with one name the later layer's is taken, as where layers are laid over each other.
pub(crate) fn programs(function: &Function, opt: Option<&Path>) -> Vec<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let mut found = std::collections::BTreeMap::new();
    for layer in function.roots(function.opt.as_deref()) {
        let Ok(entries) = std::fs::read_dir(layer.join("extensions")) else { continue };
        for entry in entries.flatten() {
            let is_program = std::fs::metadata(entry.path())
                .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0);
            if is_program {
                let seen = opt.map(|opt| opt.join("extensions").join(entry.file_name()));
                found.insert(entry.file_name(), seen.unwrap_or_else(|| entry.path()));
            }
        }
    }
    found.into_values().collect()
}

impl External {
    /// Starts every program. What does not start is told to `exit`.
    pub(super) fn start(
        start: &Start<'_>,
        api: &Arc<Api>,
        logs: &Arc<Logs>,
        exit: &Arc<watch::Sender<Option<End>>>,
    ) -> Self {
        let mut all = Self::default();
        for program in programs(start.function, start.opt) {
            let name =
                program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            api.extensions.expect(&name);
            match spawn::extension(start, &program) {
                Ok(mut child) => {
                    all.groups.extend(child.id());
                    all.readers.extend(logs.follow(
                        child.stdout.take(),
                        child.stderr.take(),
                        Kind::Extension,
                    ));
                    let watcher = watch_one(child, Arc::clone(exit), Arc::clone(&all.ending));
                    all.watchers.push(tokio::spawn(watcher));
                }
                Err(why) => {
                    let how = format!("`{}` did not start: {why}", program.display());
                    exit.send_replace(Some(End::Extension(how)));
                }
            }
        }
        all
    }

    /// Whether there are any.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Their ends are expected from now on.
    pub(super) fn expect_end(&self) {
        self.ending.store(true, Relaxed);
    }

    /// Waits for their ends, and ends those that take longer.
    pub(super) async fn end(&self, patience: Duration) {
        self.expect_end();
        let all = async {
            while !self.watchers.iter().all(JoinHandle::is_finished) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        drop(tokio::time::timeout(patience, all).await);
        self.kill();
    }

    fn kill(&self) {
        for group in &self.groups {
            spawn::end(*group, Signal::KILL);
        }
    }
}

impl Drop for External {
    fn drop(&mut self) {
        self.kill();
        for task in self.watchers.iter().chain(&self.readers) {
            task.abort();
        }
    }
}

/// An extension that ends by itself ends its environment.
async fn watch_one(mut child: Child, exit: Arc<watch::Sender<Option<End>>>, ending: Arc<AtomicBool>) {
    let how = match child.wait().await {
        Ok(status) if status.success() => "exit code 0".to_owned(),
        Ok(status) => words(status),
        Err(why) => why.to_string(),
    };
    if ending.load(Relaxed) {
        return;
    }
    exit.send_if_modified(|known| {
        let first = known.is_none();
        known.get_or_insert(End::Extension(how));
        first
    });
}
