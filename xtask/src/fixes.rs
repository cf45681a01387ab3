//! `buckler fix` on copies of real folders: what it fixes, what it leaves and why, and that it does no harm.
//!
//! Harm is: a changed file that is not reported, a second run that changes something again, an error that
//! `cfn-lint` (or `python3`, `node`) finds in a changed file and did not find before.
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Reasons that are printed, most frequent first.
const REASONS_MAX: usize = 40;

#[derive(Default)]
struct Totals {
    folders: usize,
    fixed: usize,
    left: BTreeMap<String, usize>,
    harm: Vec<String>,
}

/// Runs over every folder given, each as a project of its own.
pub(crate) fn run(folders: &[&str]) -> Result<(), String> {
    let built = Command::new("cargo")
        .args(["build", "--release", "--package", "buckler"])
        .current_dir(crate::root())
        .status();
    if !built.is_ok_and(|status| status.success()) {
        return Err("the release build failed".to_owned());
    }
    let program = crate::root().join("target/release/buckler");
    let work = crate::root().join("target/fixes");
    let mut totals = Totals::default();
    for folder in folders {
        let copy = work.join("copy");
        drop(fs::remove_dir_all(&copy));
        copied(Path::new(folder), &copy)?;
        one(&program, folder, &copy, &mut totals)?;
    }
    let Totals { folders, fixed, left, harm } = totals;
    println!("{folders} folders: {fixed} fixed, {} left", left.values().sum::<usize>());
    let mut reasons: Vec<(&String, &usize)> = left.iter().collect();
    reasons.sort_by_key(|(why, count)| (std::cmp::Reverse(**count), (*why).clone()));
    for (why, count) in reasons.into_iter().take(REASONS_MAX) {
        println!("{count:6}  {why}");
    }
    for harm in &harm {
        println!("harm: {harm}");
    }
    if harm.is_empty() { Ok(()) } else { Err(format!("{} harmful changes", harm.len())) }
}

fn one(program: &Path, folder: &str, copy: &Path, totals: &mut Totals) -> Result<(), String> {
    let before = texts(copy)?;
    let report = fix(program, copy)?;
    let after = texts(copy)?;
    let reported: BTreeSet<String> = strings(&report, "files");
    totals.folders += 1;
    totals.fixed += array(&report, "fixed").len();
    for left in array(&report, "left") {
        let why = format!("{}: {}", word(left, "reason"), plain(word(left, "why")));
        *totals.left.entry(why).or_default() += 1;
    }
    let changed: Vec<&String> = after.keys().filter(|path| before.get(*path) != after.get(*path)).collect();
    for path in &changed {
        if !reported.contains(*path) {
            totals.harm.push(format!("{folder}: `{path}` changed without being reported"));
        }
        let old = before.get(*path).map(String::as_str).unwrap_or_default();
        let new = after.get(*path).map(String::as_str).unwrap_or_default();
        let known = errors(path, old)?;
        let found = errors(path, new)?;
        for error in found.difference(&known) {
            totals.harm.push(format!("{folder}: `{path}`: {error}"));
        }
    }
    fix(program, copy)?;
    for (path, text) in &texts(copy)? {
        if after.get(path) != Some(text) {
            totals.harm.push(format!("{folder}: a second run changed `{path}`"));
        }
    }
    Ok(())
}

/// A sentence without the names in it.
fn plain(why: &str) -> String {
    let parts = why.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { "`…`" } else { part }).collect()
}

fn array<'a>(report: &'a Value, name: &str) -> &'a [Value] {
    report.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn strings(report: &Value, name: &str) -> BTreeSet<String> {
    array(report, name).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn fix(program: &Path, folder: &Path) -> Result<Value, String> {
    let arguments = ["fix", "--apply", "--risky", "--json", "--quiet", "--no-ignore"];
    let output = Command::new(program).args(arguments).arg(folder).output().map_err(|why| why.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).map_err(|why| format!("{}: {why}: {said}", folder.display()))
}

/// What other readers have to say against a text, when they are installed.
fn errors(path: &str, text: &str) -> Result<BTreeSet<String>, String> {
    let file = crate::root().join("target/fixes/judged").join(path.rsplit('/').next().unwrap_or(path));
    fs::create_dir_all(file.parent().unwrap_or(&file)).map_err(|why| why.to_string())?;
    fs::write(&file, text).map_err(|why| why.to_string())?;
    let ending = path.rsplit('.').next().unwrap_or_default();
    let mut command = match ending {
        "yaml" | "yml" | "json" | "template" if text.contains("Resources") => {
            let mut command = Command::new("cfn-lint");
            command.args(["--format", "parseable", "--non-zero-exit-code", "none"]);
            command
        }
        "py" => {
            let mut command = Command::new("python3");
            command.args(["-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())"]);
            command
        }
        "js" | "mjs" | "cjs" => {
            let mut command = Command::new("node");
            command.arg("--check");
            command
        }
        _ => return Ok(BTreeSet::new()),
    };
    Ok(command.arg(&file).output().map_or_else(|_| BTreeSet::new(), |output| told(ending, &output)))
}

/// Errors without their places, which move.
fn told(ending: &str, output: &Output) -> BTreeSet<String> {
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    if matches!(ending, "py" | "js" | "mjs" | "cjs") {
        return if output.status.success() {
            BTreeSet::new()
        } else {
            BTreeSet::from(["no longer parses".to_owned()])
        };
    }
    // FILE:LINE:COLUMN:LINE:COLUMN:RULE:MESSAGE
    let errors = lines.lines().map(|line| line.splitn(6, ':').last().unwrap_or(line).to_owned());
    errors.filter(|line| line.starts_with('E')).collect()
}

/// Every text below a folder.
fn texts(folder: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).map_err(|why| why.to_string())? {
            let entry = entry.map_err(|why| why.to_string())?;
            let kind = entry.file_type().map_err(|why| why.to_string())?;
            if kind.is_dir() {
                open.push(entry.path());
            } else if kind.is_file()
                && let Ok(text) = fs::read_to_string(entry.path())
            {
                let path =
                    entry.path().strip_prefix(folder).unwrap_or(Path::new("")).to_string_lossy().into_owned();
                found.insert(path, text);
            }
        }
    }
    Ok(found)
}

/// A copy without what others made.
fn copied(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |why: std::io::Error| format!("{}: {why}", from.display());
    let mut open: Vec<(PathBuf, PathBuf)> = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = open.pop() {
        fs::create_dir_all(&to).map_err(failed)?;
        for entry in fs::read_dir(&from).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let name = entry.file_name();
            if kind.is_dir() && name != "node_modules" && name != ".git" {
                open.push((entry.path(), to.join(name)));
            } else if kind.is_file() {
                fs::copy(entry.path(), to.join(name)).map_err(failed)?;
            }
        }
    }
    Ok(())
}
