//! Descriptors of the runtime: connections, listeners and files that an invocation left open.
use super::sockets::{self, Reach, Socket};
use std::collections::BTreeSet;
use std::fs::DirEntry;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

/// Descriptors that are told of one by one.
const TOLD_MAX: usize = 50;

/// Numbers and targets before the first event, and what was told already.
#[derive(Default)]
pub(super) struct Known {
    numbers: BTreeSet<u32>,
    told: std::sync::Mutex<BTreeSet<String>>,
}

/// What is new.
#[derive(Default)]
pub(super) struct New {
    pub(super) told: Vec<String>,
    /// Why the environment cannot go on.
    pub(super) ends: Option<String>,
}

fn numbers(pid: u32) -> BTreeSet<u32> {
    let Ok(entries) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return BTreeSet::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

pub(super) fn known(pid: u32) -> Known {
    if pid == 0 {
        Known::default()
    } else {
        Known { numbers: numbers(pid), told: std::sync::Mutex::default() }
    }
}

/// Descriptors that came since, each told once.
pub(super) fn leftover(pid: u32, known: &Known) -> New {
    let mut new = New::default();
    if pid == 0 {
        return new;
    }
    let mut told = known.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut sockets = None;
    for number in numbers(pid).difference(&known.numbers).take(TOLD_MAX) {
        let Some(target) = target(pid, *number) else { continue };
        if target.starts_with("anon_inode:") || target.starts_with("/dev/") || !told.insert(target.clone()) {
            continue;
        }
        let name = match inode(&target) {
            Some(inode) => {
                let list = sockets.get_or_insert_with(|| sockets::of(pid));
                let found = list.iter().find(|socket| socket.inode == inode);
                let reach = found.map_or(Reach::Out, |socket| socket.reach(list, &|other| holds(pid, other)));
                if let Some(why) = reach.ends() {
                    new.ends = Some(why.to_owned());
                }
                found.map_or_else(|| "socket".to_owned(), Socket::name)
            }
            None if target.ends_with(" (deleted)") => {
                new.ends = Some("an invocation left a file open that no folder shows".to_owned());
                target
            }
            None => target,
        };
        new.told.push(name);
    }
    new
}

/// Files in a folder that are sockets on which the process listens. Frameworks make one for the server that they have in the
/// function's own process, with the first event (`aws-serverless-express`): without it no further event would reach it.
pub(super) fn listening_files(pid: u32, folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeSet::new() };
    let is_socket = |entry: &DirEntry| entry.file_type().is_ok_and(|kind| kind.is_socket());
    let files: BTreeSet<_> = entries.flatten().filter(is_socket).map(|entry| entry.path()).collect();
    if pid == 0 || files.is_empty() {
        return BTreeSet::new();
    }
    let sockets = sockets::of_files(pid);
    let listening = sockets.iter().filter_map(|socket| Some((socket.listening_file()?, &socket.inode)));
    listening
        .filter(|(path, inode)| files.contains(Path::new(path)) && holds(pid, inode))
        .map(|(path, _)| path.to_owned())
        .collect()
}

fn target(pid: u32, number: u32) -> Option<String> {
    let target = std::fs::read_link(format!("/proc/{pid}/fd/{number}")).ok()?;
    Some(target.to_string_lossy().into_owned())
}

fn inode(target: &str) -> Option<&str> {
    target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'))
}

/// Whether a process has a socket open.
fn holds(pid: u32, wanted: &str) -> bool {
    let is_it = |number: &u32| target(pid, *number).is_some_and(|target| inode(&target) == Some(wanted));
    numbers(pid).iter().any(is_it)
}
