//! Secrets and personal data of a folder's files, as facts of the project.
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{Confidence, FileId, Problem, ProblemKind, Project, ReadError, Secret, Source, Span};

use crate::engine::{Class, Match, Wanted, scan};
use crate::{HashKey, Place};

/// How much is read and kept.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a file; larger ones are told, not read.
    pub file_bytes_max: u64,
    /// Secrets of one file: a dump of keys is one problem, not ten thousand.
    pub secrets_per_file_max: usize,
    /// Secrets of the whole folder.
    pub secrets_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes_max: 16 << 20, secrets_per_file_max: 200, secrets_max: 5_000 }
    }
}

/// What the user chose.
#[derive(Debug, Clone)]
pub struct Settings {
    pub key: HashKey,
    /// Keyed hashes that are accepted.
    pub allow: BTreeSet<String>,
    pub limits: Limits,
}

/// What is found in a text, in one piece.
#[derive(Debug)]
struct Found {
    path: String,
    text: String,
    matches: Vec<Match>,
}

/// Reads the files of `source` that `wants` names, and adds what is found to the project. Files without a
/// finding leave no trace, those that could not be read become problems.
pub fn attach(
    project: &mut Project,
    source: &(impl Source + ?Sized),
    settings: &Settings,
    wants: impl Fn(&str) -> bool,
) {
    let paths: Vec<&str> = source.paths().iter().map(String::as_str).filter(|path| wants(path)).collect();
    let paths: Vec<&str> = paths.into_iter().filter(|path| !is_binary(path)).collect();
    let (found, problems) = read_all(&paths, source, settings);
    project.problems.extend(problems);
    for found in found {
        add(project, settings, &found, None);
    }
}

/// The same for one text that is in no file any more: `path` at `commit`. Gives the hashes of what is new.
pub fn read_text(
    project: &mut Project,
    settings: &Settings,
    (path, commit): (&str, &str),
    text: String,
) -> Vec<String> {
    let matches = judged(path, &text, settings);
    let hashes = matches.iter().map(|found| found.hash.clone()).collect();
    if !matches.is_empty() {
        add(project, settings, &Found { path: path.to_owned(), text, matches }, Some(commit));
    }
    hashes
}

/// Files are independent of each other, so every core takes the next one.
fn read_all(
    paths: &[&str],
    source: &(impl Source + ?Sized),
    settings: &Settings,
) -> (Vec<Found>, Vec<Problem>) {
    const THREADS_MAX: usize = 8;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
    let next = AtomicUsize::new(0);
    let all = Mutex::new((Vec::new(), Vec::new()));
    let work = || {
        let (mut found, mut problems) = (Vec::new(), Vec::new());
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            match source.read(path, settings.limits.file_bytes_max) {
                Ok(text) => {
                    let matches = judged(path, &text, settings);
                    if !matches.is_empty() {
                        found.push(Found { path: (*path).to_owned(), text, matches });
                    }
                }
                Err(error) => problems.extend(problem(path, &error)),
            }
        }
        // A thread that panicked took its share with it; the others' is whole.
        let mut all = all.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.0.append(&mut found);
        all.1.append(&mut problems);
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let (mut found, mut problems) = all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    found.sort_by(|left: &Found, right| left.path.cmp(&right.path));
    problems.sort_by(|left: &Problem, right| left.path.cmp(&right.path));
    (found, problems)
}

fn judged(path: &str, text: &str, settings: &Settings) -> Vec<Match> {
    let mut matches = scan(text.as_bytes(), Place::of(path), Wanted::All, &settings.key);
    matches.retain(is_worth_telling);
    matches
}

/// Names and addresses of people stand in every repository. What has a check digit does not.
fn is_worth_telling(found: &Match) -> bool {
    const COMMON: &[&str] = &["email", "phone", "ip-address", "private-ip-address", "crypto-address"];
    found.class == Class::Secret
        || (found.confidence == Confidence::Certain && !COMMON.contains(&found.detector))
}

/// What is no text is not looked at; what is too large is told.
fn problem(path: &str, error: &ReadError) -> Option<Problem> {
    let kind = match error {
        ReadError::NotText | ReadError::NotFound => return None,
        ReadError::TooLarge { .. } => ProblemKind::Limit,
        _ => ProblemKind::Unreadable,
    };
    Some(Problem {
        kind,
        path: path.to_owned(),
        at: None,
        message: format!("`{path}` was not searched for secrets: it {error}"),
        help: "leave it out with `exclude` in `[secrets]`, or make it smaller".to_owned(),
    })
}

/// Files that hold no text, whatever their first bytes look like.
#[must_use]
pub fn is_binary(path: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "png", "jpg", "jpeg", "gif", "ico", "webp", "avif", "bmp", "tiff", "pdf", "zip", "gz", "tgz", "bz2",
        "xz", "zst", "7z", "rar", "jar", "war", "class", "so", "dll", "dylib", "exe", "o", "a", "pyc",
        "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "mov", "avi", "webm", "wav", "ogg", "wasm",
        "parquet", "sqlite", "db", "node",
    ];
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

fn add(project: &mut Project, settings: &Settings, found: &Found, commit: Option<&str>) {
    let wanted: Vec<&Match> =
        found.matches.iter().filter(|found| !settings.allow.contains(&found.hash)).collect();
    if wanted.is_empty() {
        return;
    }
    let room = settings.limits.secrets_max.saturating_sub(project.files_app().secrets.len());
    let kept = wanted.len().min(settings.limits.secrets_per_file_max).min(room);
    if kept < wanted.len() {
        let message =
            format!("`{}` holds {} secrets: only the first {kept} are told", found.path, wanted.len());
        let help = "a file of secrets belongs out of the folder, or into `exclude` of `[secrets]`".to_owned();
        project.problems.push(Problem {
            kind: ProblemKind::Limit,
            path: found.path.clone(),
            at: None,
            message,
            help,
        });
    }
    if kept == 0 {
        return;
    }
    // What a commit held is a file of its own beside the one of today.
    let short = commit.map(|commit| commit.get(..10).unwrap_or(commit));
    let name = short.map_or_else(|| found.path.clone(), |commit| format!("{}@{commit}", found.path));
    let file = project.add_file(&name, found.text.as_str());
    let in_test = Place::of(&found.path).in_test;
    let secrets = wanted.into_iter().take(kept).map(|found_match| Secret {
        detector: found_match.detector,
        what: found_match.what,
        path: found.path.clone(),
        at: span(file, found_match),
        preview: found_match.preview.clone(),
        hash: found_match.hash.clone(),
        confidence: found_match.confidence,
        in_test,
        is_example: found_match.is_example,
        is_personal: found_match.class == Class::Personal,
        commit: commit.map(str::to_owned),
    });
    project.files_app().secrets.extend(secrets.collect::<Vec<_>>());
}

fn span(file: FileId, found: &Match) -> Span {
    let clip = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    Span::new(file, clip(found.start), clip(found.end))
}
