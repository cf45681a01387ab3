//! Processes below the guard: found with their descendants, also those whose parents have gone (the guard is their reaper).
use rustix::process::{Pid, Signal, WaitOptions};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Processes that are looked at.
const PROCESSES_MAX: usize = 10_000;
/// Times that new ones are looked for: a process that forks faster than it is ended ends the environment.
const ROUNDS_MAX: usize = 500;
/// Between two looks: a process that was sent its end needs a moment for it.
const ROUND: std::time::Duration = std::time::Duration::from_millis(1);

/// A process, and when it started: numbers come again.
type Process = (u32, u64);

/// Processes of the initialisation.
#[derive(Default)]
pub(super) struct Known {
    processes: BTreeSet<Process>,
    /// Processes in which the runtime works on invocations, at most.
    workers_max: usize,
}

fn read(path: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the kernel tells of processes in files")]
    std::fs::read_to_string(path).ok()
}

/// Field 22 of `/proc/PID/stat`, and whether it is a zombie; the name in parentheses may hold anything.
fn start(pid: u32) -> Option<(u64, bool)> {
    let stat = read(&format!("/proc/{pid}/stat"))?;
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let is_dead = matches!(fields.next()?, "Z" | "X");
    Some((fields.nth(18)?.parse().ok()?, is_dead))
}

/// Children of every thread of a process.
fn children(pid: u32, found: &mut Vec<u32>) -> Option<()> {
    for thread in std::fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten() {
        let thread = thread.file_name();
        let list = read(&format!("/proc/{pid}/task/{}/children", thread.to_string_lossy()));
        // A thread that ends meanwhile has given its children to another; a kernel without the file has none at all.
        for child in list.unwrap_or_default().split_ascii_whitespace() {
            found.extend(child.parse::<u32>());
        }
    }
    Some(())
}

/// Children by every process's parent, for kernels that keep no lists (`CONFIG_PROC_CHILDREN`).
fn all_children(parents: &BTreeSet<u32>) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| parent(*pid).is_some_and(|parent| parents.contains(&parent))).collect()
}

fn parent(pid: u32) -> Option<u32> {
    let stat = read(&format!("/proc/{pid}/stat"))?;
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Runtimes that work on several invocations in threads or tasks of one process: every process of theirs was started by a function.
const THREADED: &[&str] = &["node", "java", "dotnet"];

/// The workers of a runtime that has a process for each invocation: its own children that run its own program, the oldest ones. They
/// start one after the other, and the first of them has its first event before the last one is there.
fn workers(runtime: u32, among: &BTreeSet<Process>, most: usize) -> BTreeSet<Process> {
    let program = |pid: u32| std::fs::read_link(format!("/proc/{pid}/exe")).ok();
    let has_workers = |path: &PathBuf| most > 0 && !THREADED.iter().any(|name| path.ends_with(name));
    let Some(own) = program(runtime).filter(has_workers) else { return BTreeSet::new() };
    let is_worker = |pid: u32| parent(pid) == Some(runtime) && program(pid).as_ref() == Some(&own);
    let mut found: Vec<Process> = among.iter().copied().filter(|(pid, _)| is_worker(*pid)).collect();
    found.sort_by_key(|(pid, start)| (*start, *pid));
    found.into_iter().take(most).collect()
}

/// Everything below the guard but the runtime itself.
fn below(runtime: u32) -> BTreeSet<Process> {
    let own = std::process::id();
    let has_lists = std::path::Path::new(&format!("/proc/{own}/task/{own}/children")).exists();
    let mut waiting = vec![own];
    let mut seen = BTreeSet::new();
    let mut found = BTreeSet::new();
    while let Some(parent) = waiting.pop() {
        if !seen.insert(parent) || seen.len() > PROCESSES_MAX {
            continue;
        }
        let mut list = Vec::new();
        if has_lists {
            children(parent, &mut list);
        } else {
            list = all_children(&BTreeSet::from([parent]));
        }
        for pid in list {
            waiting.push(pid);
            if pid != runtime
                && let Some((start, false)) = start(pid)
            {
                found.insert((pid, start));
            }
        }
    }
    found
}

/// What runs before the first event.
pub(super) fn known(runtime: u32, workers_max: usize) -> Known {
    let processes = if runtime == 0 { BTreeSet::new() } else { below(runtime) };
    Known { processes, workers_max }
}

fn new(runtime: u32, known: &Known) -> Vec<Process> {
    if runtime == 0 {
        return Vec::new();
    }
    let all = below(runtime);
    let workers = workers(runtime, &all, known.workers_max);
    all.into_iter()
        .filter(|process| !known.processes.contains(process) && !workers.contains(process))
        .collect()
}

/// What an invocation left running, by name.
pub(super) fn leftover(runtime: u32, known: &Known) -> Vec<String> {
    let name = |(pid, _): &Process| read(&format!("/proc/{pid}/comm")).unwrap_or_default().trim().to_owned();
    new(runtime, known).iter().map(name).collect()
}

/// Ends all of it. Gives what does not end.
pub(super) fn end(runtime: u32, known: &Known) -> Vec<u32> {
    let mut left = Vec::new();
    for round in 0..ROUNDS_MAX {
        let list = new(runtime, known);
        left = list.iter().map(|(pid, _)| *pid).collect();
        if left.is_empty() {
            break;
        }
        for (pid, _) in list {
            let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { continue };
            // One that has ended by itself is what was wanted.
            let _ended = rustix::process::kill_process(pid, Signal::KILL).is_ok();
            // Ours since its parent has gone; another's child is its parent's to take.
            let _taken = rustix::process::waitpid(Some(pid), WaitOptions::NOHANG).is_ok();
        }
        if round > 0 {
            std::thread::sleep(ROUND);
        }
    }
    left
}
