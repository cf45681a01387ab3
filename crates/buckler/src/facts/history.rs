//! Secrets that only former versions of files hold.
use std::collections::BTreeSet;
use std::path::Path;

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use model::{Problem, ProblemKind, Project};
use sensitive::Settings;

use super::secrets::{is_excluded, patterns, settings};
use crate::commands::CommandError;
use crate::config::Loaded;
use crate::output;

/// Versions of files that are read.
const BLOBS_MAX: usize = 500_000;
/// Bytes of one version; larger ones are told.
const BLOB_BYTES_MAX: u64 = 4 << 20;
/// Commits that are followed.
const COMMITS_MAX: usize = 200_000;
/// Folders within folders.
const DEPTH_MAX: usize = 128;
/// Commits after which progress is told.
const COMMITS_TO_MENTION: usize = 1_000;

/// Reads every version of every file once, and adds what no file of today holds.
pub(crate) fn attach(
    project: &mut Project,
    folder: &Path,
    loaded: &Loaded,
    talks: bool,
) -> Result<(), CommandError> {
    let failed = |why: String| CommandError::History { why };
    let repository = gix::discover(folder).map_err(|why| failed(why.to_string()))?;
    let heads = heads(&repository).map_err(failed)?;
    let mut settings = settings(loaded);
    // What a file of today holds was told there.
    let known = project.apps.iter().flat_map(|app| &app.secrets);
    settings.allow.extend(known.map(|secret| secret.hash.clone()));
    let mut walk = Walk {
        repository: &repository,
        excluded: patterns(&loaded.config.secrets.exclude),
        settings,
        seen: BTreeSet::new(),
        blobs: 0,
        lost: 0,
        limited: None,
    };
    // Oldest first: a secret is told with the commit that brought it.
    let mut commits = walk.commits(heads).map_err(failed)?;
    commits.reverse();
    for (count, commit) in commits.iter().enumerate() {
        if talks && count > 0 && count.is_multiple_of(COMMITS_TO_MENTION) {
            output::tell(&format!("searched {count} of {} commits", commits.len()));
        }
        walk.commit(project, *commit);
        if walk.limited.is_some() {
            break;
        }
    }
    walk.tell(project);
    Ok(())
}

/// Where branches and tags point, and the checkout.
fn heads(repository: &gix::Repository) -> Result<Vec<ObjectId>, String> {
    let mut heads: BTreeSet<ObjectId> = BTreeSet::new();
    let references = repository.references().map_err(|why| why.to_string())?;
    for reference in references.all().map_err(|why| why.to_string())? {
        let mut reference = reference.map_err(|why| why.to_string())?;
        // A reference to nothing, as a fetch that broke leaves, has no history of its own.
        if let Ok(id) = reference.peel_to_id() {
            heads.insert(id.detach());
        }
    }
    if let Ok(head) = repository.head_id() {
        heads.insert(head.detach());
    }
    Ok(heads.into_iter().collect())
}

struct Walk<'a> {
    repository: &'a gix::Repository,
    excluded: ignore::overrides::Override,
    settings: Settings,
    /// Trees and blobs that were read.
    seen: BTreeSet<ObjectId>,
    blobs: usize,
    /// Objects that could not be read, as in a shallow clone.
    lost: usize,
    limited: Option<String>,
}

impl Walk<'_> {
    /// Commits from the heads on, newest first.
    fn commits(&mut self, heads: Vec<ObjectId>) -> Result<Vec<ObjectId>, String> {
        use gix::revision::walk::Sorting;
        use gix::traverse::commit::simple::CommitTimeOrder;
        let commits: Vec<ObjectId> =
            heads.into_iter().filter(|id| self.repository.find_commit(*id).is_ok()).collect();
        let sorting = Sorting::ByCommitTime(CommitTimeOrder::NewestFirst);
        let walk = self.repository.rev_walk(commits).sorting(sorting).all().map_err(|why| why.to_string())?;
        let mut found = Vec::new();
        for commit in walk {
            match commit {
                Ok(commit) => found.push(commit.id),
                Err(_) => self.lost += 1,
            }
            if found.len() >= COMMITS_MAX {
                self.limited =
                    Some(format!("only the newest {COMMITS_MAX} commits were searched for secrets"));
                break;
            }
        }
        Ok(found)
    }

    fn commit(&mut self, project: &mut Project, id: ObjectId) {
        let Ok(commit) = self.repository.find_commit(id) else {
            self.lost += 1;
            return;
        };
        let date = commit.time().map(|time| time.seconds).ok().map_or_else(String::new, |seconds| {
            let day = model::Date::from_unix_seconds(u64::try_from(seconds).unwrap_or(0));
            format!(" of {day}")
        });
        let Ok(tree) = commit.tree_id() else {
            self.lost += 1;
            return;
        };
        let named = format!("{id}{date}");
        let mut folders = vec![(tree.detach(), String::new(), 0)];
        while let Some((tree, path, depth)) = folders.pop() {
            if self.limited.is_some() {
                return;
            }
            if self.seen.insert(tree) {
                self.folder(project, (tree, &path, depth), &named, &mut folders);
            }
        }
    }

    fn folder(
        &mut self,
        project: &mut Project,
        (tree, path, depth): (ObjectId, &str, usize),
        commit: &str,
        folders: &mut Vec<(ObjectId, String, usize)>,
    ) {
        let Ok(tree) = self.repository.find_tree(tree) else {
            self.lost += 1;
            return;
        };
        for entry in tree.iter() {
            let Ok(entry) = entry else {
                self.lost += 1;
                continue;
            };
            let name = entry.filename();
            let path = if path.is_empty() { name.to_string() } else { format!("{path}/{name}") };
            match entry.kind() {
                EntryKind::Tree if depth < DEPTH_MAX => folders.push((entry.object_id(), path, depth + 1)),
                EntryKind::Blob | EntryKind::BlobExecutable => {
                    self.file(project, entry.object_id(), &path, commit);
                }
                _ => {}
            }
        }
    }

    fn file(&mut self, project: &mut Project, id: ObjectId, path: &str, commit: &str) {
        if is_excluded(&self.excluded, path) || sensitive::is_binary(path) || !self.seen.insert(id) {
            return;
        }
        if self.blobs >= BLOBS_MAX {
            self.limited = Some(format!("only {BLOBS_MAX} versions of files were searched for secrets"));
            return;
        }
        self.blobs += 1;
        let size = self.repository.find_header(id).map(|header| header.size());
        if size.is_ok_and(|size| size > BLOB_BYTES_MAX) {
            self.lost += 1;
            return;
        }
        let Ok(mut blob) = self.repository.find_blob(id) else {
            self.lost += 1;
            return;
        };
        if let Ok(text) = String::from_utf8(blob.take_data()) {
            // Later versions of the file hold it, too: once is enough.
            let new = sensitive::read_text(project, &self.settings, (path, commit), text);
            self.settings.allow.extend(new);
        }
    }

    /// Says what was not read.
    fn tell(&self, project: &mut Project) {
        let lost = (self.lost > 0).then(|| {
            format!("{} objects of git's history are missing or too large, and were not searched", self.lost)
        });
        for message in self.limited.iter().cloned().chain(lost) {
            let help = "fetch the whole history (`git fetch --unshallow`)".to_owned();
            project.problems.push(Problem {
                kind: ProblemKind::Limit,
                path: ".git".to_owned(),
                at: None,
                message,
                help,
            });
        }
    }
}
