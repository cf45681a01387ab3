//! The review file of the folder.
use model::{Problem, ProblemKind, Project, ReadError, Source};

use crate::config::Loaded;

/// Bytes of a review file, at most.
const BYTES_MAX: u64 = 1 << 20;

/// Reads the review file, when there is one or the configuration names one.
pub(super) fn attach(project: &mut Project, source: &dyn Source, loaded: &Loaded) {
    let named = loaded.config.privileges.review.as_ref();
    let path =
        named.map_or_else(|| iam::review::FILE.to_owned(), |path| path.to_string_lossy().replace('\\', "/"));
    match source.read(&path, BYTES_MAX) {
        Ok(text) => iam::review::read(project, &path, &text),
        Err(ReadError::NotFound) if named.is_none() => {}
        Err(why) => project.problems.push(Problem {
            kind: ProblemKind::Unreadable,
            path,
            at: None,
            message: format!("the review file {why}"),
            help: "name a file of the folder as `review` in `[privileges]` of `buckler.toml`".to_owned(),
        }),
    }
}
