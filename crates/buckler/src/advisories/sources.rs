//! One source of advisories: a folder, an archive, a git repository, an address.
use std::path::{Path, PathBuf};
use std::process::Command;

use ignore::WalkBuilder;
use model::Date;
use supply::advisory::{Compiler, archive};

use super::fetch;
use crate::config::Loaded;

/// Takes in everything that the source holds.
pub(super) fn read(
    source: &str,
    loaded: &Loaded,
    cache: Option<&Path>,
    compiler: &mut Compiler,
) -> Result<(), String> {
    if let Some(address) = git_address(source) {
        let folder = cache.ok_or("there is no cache directory for the checkout")?;
        let checkout = checkout(address, &folder.join("sources"))?;
        compiler.source(source, last_commit(&checkout));
        return folder_of(&checkout, compiler);
    }
    if source.starts_with("https://") {
        let bytes = fetch::get(source)?;
        compiler.source(source, None);
        return archived(&bytes, compiler);
    }
    if source.contains("://") {
        return Err("only `https` and git are fetched".to_owned());
    }
    let path = loaded.beside(Path::new(source));
    if path.is_dir() {
        compiler.source(source, last_commit(&path));
        return folder_of(&path, compiler);
    }
    let bytes = std::fs::read(&path).map_err(|why| why.to_string())?;
    compiler.source(source, None);
    archived(&bytes, compiler)
}

fn git_address(source: &str) -> Option<&str> {
    let address = source.strip_prefix("git+");
    let ends = source.trim_end_matches('/').ends_with(".git") && source.contains("://");
    address.or_else(|| ends.then_some(source))
}

fn archived(bytes: &[u8], compiler: &mut Compiler) -> Result<(), String> {
    archive::each(bytes, Compiler::wants, |path, text| compiler.file(path, text))
        .map_err(|why| why.to_string())
}

fn folder_of(folder: &Path, compiler: &mut Compiler) -> Result<(), String> {
    let mut walk = WalkBuilder::new(folder);
    walk.standard_filters(false).follow_links(false);
    walk.filter_entry(|entry| entry.file_name() != ".git");
    walk.sort_by_file_path(Ord::cmp);
    for entry in walk.build() {
        let entry = entry.map_err(|why| why.to_string())?;
        let path = entry.path();
        let relative = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if !is_file || !Compiler::wants(&relative) {
            continue;
        }
        let is_small = entry.metadata().is_ok_and(|metadata| metadata.len() <= archive::FILE_BYTES_MAX);
        match std::fs::read_to_string(path) {
            Ok(text) if is_small => compiler.file(&relative, &text),
            Ok(_) => return Err(format!("`{relative}` is too large for an advisory")),
            Err(why) => return Err(format!("`{relative}`: {why}")),
        }
    }
    Ok(())
}

/// A shallow checkout that is brought up to date.
fn checkout(address: &str, folder: &Path) -> Result<PathBuf, String> {
    if address.starts_with('-') || address.starts_with("ext:") {
        return Err("this is no address of a repository".to_owned());
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
    let name: String = address.chars().map(|letter| if is_plain(letter) { letter } else { '-' }).collect();
    let target = folder.join(name.trim_start_matches('.'));
    std::fs::create_dir_all(folder).map_err(|why| why.to_string())?;
    if target.join(".git").is_dir() {
        git(Some(&target), &["fetch", "--quiet", "--depth=1", "origin", "HEAD"])?;
        git(Some(&target), &["reset", "--quiet", "--hard", "FETCH_HEAD"])?;
    } else {
        let into = target.to_string_lossy().into_owned();
        git(None, &["clone", "--quiet", "--depth=1", "--", address, &into])?;
    }
    Ok(target)
}

/// The day of the last commit, when the folder is the root of a repository.
fn last_commit(folder: &Path) -> Option<Date> {
    if !folder.join(".git").exists() {
        return None;
    }
    git(Some(folder), &["log", "-1", "--format=%cs"]).ok()?.trim().parse().ok()
}

fn git(folder: Option<&Path>, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("git");
    // Hooks and helpers of a fetched repository never run; nobody is asked for a password.
    command.args(["-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never"]);
    command.env("GIT_TERMINAL_PROMPT", "0");
    if let Some(folder) = folder {
        command.arg("-C").arg(folder);
    }
    let output = command.args(arguments).output().map_err(|why| format!("git: {why}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("git: {}", said.lines().last().unwrap_or("failed")))
}
