//! Files, modules and native code: whether input leads out of the folder that the application means.
use super::judge::{Context, Suspicion, part, shown};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

const RULE: &str = "hook-file";
const MODULE: &str = "hook-module";
/// Files through which a process reads or writes its own memory or secrets.
const OWN_MEMORY: &[&str] = &["mem", "auxv", "syscall", "stack"];

pub(super) fn judge(context: &Context<'_>, path: &str, folder: &str, write: bool) -> Vec<Suspicion> {
    let mut found = Vec::new();
    let full = if path.starts_with('/') { PathBuf::from(path) } else { Path::new(folder).join(path) };
    let full = normal(&full);
    let ranges = context.inputs.ranges(path.as_bytes());
    for range in &ranges {
        if let Some(reason) = escapes(context, path, folder, range, &full) {
            found.push(Suspicion::attack(RULE, reason, &part(path, range)));
        }
    }
    if found.is_empty()
        && let Some(remainder) = collapsed(context, &full)
    {
        let reason = "input that climbs out of folders leads to a file outside of the function's own";
        found.push(Suspicion::attack(RULE, reason, &remainder));
    }
    memory(&full, write, &mut found);
    declared(context, &full, write, &mut found);
    found
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

fn escapes(
    context: &Context<'_>,
    path: &str,
    folder: &str,
    range: &Range<usize>,
    full: &Path,
) -> Option<&'static str> {
    let input = part(path, range);
    if input.contains('\0') {
        return Some("input brings a zero byte into a path");
    }
    let before = part(path, &(0..range.start));
    let opens = before.trim_matches('/').is_empty();
    if opens && path.starts_with('/') {
        // A part of a path is no choice of it, and two letters (`/`) are none either.
        let names_it = range.end == path.len() && input.len() > 1 || input.contains("..");
        let own = [&context.places.task, &context.places.temporary];
        let is_own = own.iter().any(|folder| full.starts_with(folder)) && !path.contains("..");
        return (names_it && !is_own).then_some("input names the whole path of a file");
    }
    let is_climbing = input.split(['/', '\\']).any(|piece| piece == "..");
    let base_text = before.rsplit_once('/').map_or("", |(base, _)| base);
    let base = if before.starts_with('/') {
        PathBuf::from(format!("{base_text}/"))
    } else {
        Path::new(folder).join(base_text)
    };
    let base = normal(&base);
    if is_climbing && !full.starts_with(&base) {
        return Some("input climbs out of the folder that the application means");
    }
    // Where it really is: a link inside of the folder may lead out of it.
    match (full.canonicalize(), base.canonicalize()) {
        (Ok(real), Ok(real_base)) if range.end == path.len() && !real.starts_with(&real_base) => {
            Some("input names a link that leads out of the folder that the application means")
        }
        _ => None,
    }
}

/// What is left of an input such as `../../etc/passwd` after the application has normalised a path, where the path ends with it.
fn collapsed(context: &Context<'_>, full: &Path) -> Option<String> {
    if [&context.places.task, &context.places.temporary].into_iter().any(|own| full.starts_with(own)) {
        return None;
    }
    let full = full.to_str()?.to_ascii_lowercase();
    let mut remainder = None;
    context.inputs.any(|input| {
        let Some(at) = memchr::memmem::rfind(input, b"../") else { return false };
        let rest = input.get(at + 3..).unwrap_or_default();
        let is_end = rest.len() > 2 && full.as_bytes().ends_with(rest);
        if is_end {
            remainder = Some(String::from_utf8_lossy(rest).into_owned());
        }
        is_end
    });
    remainder
}

/// A process's own memory behind the language's back.
fn memory(full: &Path, write: bool, found: &mut Vec<Suspicion>) {
    let Ok(inside) = full.strip_prefix("/proc") else { return };
    let name = inside.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    if OWN_MEMORY.contains(&name) || (name == "environ" && write) {
        let path = full.to_string_lossy();
        found.push(Suspicion::undeclared(
            "hook-memory",
            "the memory of a process is opened as a file",
            ("path", &path),
        ));
    }
}

/// A path that no list of the policy holds.
fn declared(context: &Context<'_>, full: &Path, write: bool, found: &mut Vec<Suspicion>) {
    let places = context.places;
    let is_own = full.starts_with(&places.temporary)
        || (!write
            && (full.starts_with(&places.task)
                || places.runtime.iter().any(|folder| full.starts_with(folder))))
        || full.starts_with("/dev")
        || full.starts_with("/proc/self") && !full.ends_with("environ");
    if is_own {
        return;
    }
    let list = if write { &context.policy.files.write } else { &context.policy.files.read };
    let path = full.to_string_lossy();
    let doing = if write { "write" } else { "read" };
    match list {
        Some(list) if list.iter().any(|known| full.starts_with(known.trim_end_matches(['/', '*']))) => {}
        Some(_) => {
            let reason = format!("the policy does not let this function {doing} `{}`", shown(&path));
            found.push(Suspicion::undeclared("hook-path", reason, ("path", &path)));
        }
        None => {
            let reason = format!("the function {doing}s `{}` for the first time", shown(&path));
            found.push(Suspicion::new_to_us("hook-path", reason, ("path", &path)));
        }
    }
}

/// A module that is loaded while an invocation runs.
pub(super) fn module(context: &Context<'_>, name: &str) -> Vec<Suspicion> {
    let mut found = Vec::new();
    for range in context.inputs.ranges(name.as_bytes()) {
        let input = part(name, &range);
        let is_all = range.len() == name.len()
            || name.starts_with("node:") && range.start <= 5 && range.end == name.len();
        let leads_away = input.contains("..")
            || range.start == 0 && input.starts_with('/')
            || input.contains(['/', '\\', ':', '\0']) && range.len() > 1;
        if is_all && range.len() > 1 || leads_away {
            found.push(Suspicion::attack(MODULE, "input names the module that is loaded", &input));
        }
    }
    found
}

/// A library that is loaded, or memory that is written directly.
pub(super) fn native(context: &Context<'_>, name: &str) -> Vec<Suspicion> {
    if let Some(range) =
        context.inputs.ranges(name.as_bytes()).iter().find(|range| range.end == name.len() && range.len() > 2)
    {
        return vec![Suspicion::attack(
            "hook-native",
            "input names the native code that is loaded",
            &part(name, range),
        )];
    }
    let reason = format!("the function loads the native code `{}` for the first time", shown(name));
    vec![Suspicion::new_to_us("hook-native", reason, ("library", name))]
}
