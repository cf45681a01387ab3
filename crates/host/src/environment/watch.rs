//! Watching the process of an environment: how it ends, and how much memory it takes.
use crate::spawn;
use rustix::process::Signal;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::process::Child;
use tokio::sync::watch;

/// How an environment came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The runtime ended: Lambda's words for it.
    Exit(String),
    /// It used more memory than it has.
    Memory,
    /// An extension ended: Lambda's words for it.
    Extension(String),
}
/// Milliseconds between looks at the memory.
const LOOK_MS: u64 = 100;
/// Processes of one environment that are counted.
const PROCESSES_MAX: usize = 256;

/// Waits for the process, looks at its memory, and tells how it ended.
pub(super) async fn process(
    mut child: Child,
    group: u32,
    memory: Arc<AtomicU64>,
    limit_kib: Option<u64>,
    exit: Arc<watch::Sender<Option<End>>>,
) {
    let mut look = tokio::time::interval(Duration::from_millis(LOOK_MS));
    let mut over = false;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status,
            _ = look.tick() => {
                let used = memory_kib(group).await;
                memory.fetch_max(used, Relaxed);
                if limit_kib.is_some_and(|limit| used > limit) && !over {
                    over = true;
                    spawn::end(group, Signal::KILL);
                }
            }
        }
    };
    let how = match status {
        _ if over => End::Memory,
        Ok(status) if status.success() => End::Exit("Runtime exited without providing a reason".to_owned()),
        Ok(status) => End::Exit(format!("Runtime exited with error: {}", words(status))),
        Err(why) => End::Exit(format!("Runtime exited without providing a reason ({why})")),
    };
    // The end of an extension was the first cause.
    exit.send_if_modified(|known| {
        let first = known.is_none();
        known.get_or_insert(how);
        first
    });
}

/// How a process ended, in Lambda's words.
pub(super) fn words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(9)) => "signal: killed".to_owned(),
        (None, Some(11)) => "signal: segmentation fault".to_owned(),
        (None, Some(signal)) => format!("signal: {signal}"),
        (None, None) => "no reason".to_owned(),
    }
}

/// Resident memory of a process and everything below it but the guard, in KiB.
async fn memory_kib(root: u32) -> u64 {
    let mut total = 0;
    let mut waiting = vec![root];
    let mut seen = 0;
    while let Some(process) = waiting.pop() {
        seen += 1;
        if seen > PROCESSES_MAX {
            break;
        }
        let place = format!("/proc/{process}");
        if let Ok(children) = tokio::fs::read_to_string(format!("{place}/task/{process}/children")).await {
            waiting.extend(children.split_whitespace().filter_map(|text| text.parse::<u32>().ok()));
        }
        let name = tokio::fs::read_to_string(format!("{place}/comm")).await.unwrap_or_default();
        if name.trim() == "buckler-guard" {
            continue;
        }
        let status = tokio::fs::read_to_string(format!("{place}/status")).await.unwrap_or_default();
        // Memory of its own; pages of files that several share are not counted.
        let anonymous = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let number = anonymous
            .and_then(|text| text.split_whitespace().next())
            .and_then(|text| text.parse::<u64>().ok());
        total += number.unwrap_or(0);
    }
    total
}
