//! Which files there are.
use model::Source;

/// Largest configuration file that is read, in bytes.
pub(super) const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// The files of a source, asked by path.
pub(super) struct Files<'a> {
    pub(super) source: &'a dyn Source,
}

impl std::fmt::Debug for Files<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Files").field("paths", &self.source.paths().len()).finish()
    }
}

impl<'a> Files<'a> {
    pub(super) fn new(source: &'a dyn Source) -> Self {
        Self { source }
    }

    pub(super) fn is_file(&self, path: &str) -> bool {
        self.source.paths().binary_search_by(|known| known.as_str().cmp(path)).is_ok()
    }

    pub(super) fn is_folder(&self, folder: &str) -> bool {
        folder.is_empty() || self.below(folder).next().is_some()
    }

    /// Files in a folder and its folders; `""` is the whole.
    pub(super) fn below(&self, folder: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let paths = self.source.paths();
        let start = paths.partition_point(|path| path.as_str() < prefix.as_str());
        let from = paths.get(start..).unwrap_or_default();
        from.iter().map(String::as_str).take_while(move |path| path.starts_with(&prefix))
    }

    /// Files of a folder, without those of its folders.
    pub(super) fn inside(&self, folder: &str) -> Vec<&'a str> {
        let depth = folder.len() + usize::from(!folder.is_empty());
        let is_own = |path: &&str| path.get(depth..).is_some_and(|rest| !rest.contains('/'));
        self.children(folder).into_iter().filter(is_own).collect()
    }

    /// The first path of every entry of a folder. Costs as much as there are entries, however much is
    /// below them.
    pub(super) fn children(&self, folder: &str) -> Vec<&'a str> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let paths = self.source.paths();
        let mut at = paths.partition_point(|path| path.as_str() < prefix.as_str());
        let mut found = Vec::new();
        while let Some(path) = paths.get(at).filter(|path| path.starts_with(&prefix)) {
            found.push(path.as_str());
            let inner = path.get(prefix.len()..).and_then(|rest| rest.split_once('/'));
            let Some((name, _)) = inner else {
                at += 1;
                continue;
            };
            // Past all that is below: `0` follows `/`.
            let next = format!("{prefix}{name}0");
            let rest = paths.get(at..).unwrap_or_default();
            at += rest.partition_point(|path| *path < next).max(1);
        }
        found
    }

    pub(super) fn read(&self, path: &str) -> Option<String> {
        self.source.read(path, CONFIG_BYTES_MAX).ok()
    }

    /// The first of these that exists.
    pub(super) fn first(&self, paths: impl IntoIterator<Item = String>) -> Option<String> {
        paths.into_iter().find(|path| self.is_file(path))
    }
}

pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

pub(super) fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// `folder` and `inner` as one path, `.` and `..` resolved; what leads out of the source is cut off.
pub(super) fn join(folder: &str, inner: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(inner.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// Whether a path ends in a dot and `ending`.
pub(super) fn has_ending(path: &str, ending: &str) -> bool {
    name_of(path).rsplit_once('.').is_some_and(|(_, own)| own == ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_told_from_what_is_below_them() {
        let paths = ["a/b/c", "a/b/d/e", "a/b-x/f", "a/b.y", "a/b0", "ab/g", "h"].map(|path| (path, ""));
        let source = model::MemorySource::new(paths);
        let files = Files::new(&source);
        assert_eq!(files.children("a"), ["a/b-x/f", "a/b.y", "a/b/c", "a/b0"]);
        assert_eq!(files.inside("a"), ["a/b.y", "a/b0"]);
        assert_eq!(files.inside(""), ["h"]);
        assert!(files.is_folder("a/b") && !files.is_folder("a/b0") && !files.is_folder("x"));
    }
}
