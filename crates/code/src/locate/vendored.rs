//! Packages of others that were installed into a folder of the application.
use super::files::{Files, join};

/// Packages that are read as such even if their files are here: their rules say more than their code.
const SDKS: &[&str] = &["boto3", "botocore", "aioboto3", "aiobotocore", "s3transfer", "urllib3", "requests"];

/// Whether the Python package or module `top` of `folder` was put there by an installer, which leaves a
/// list of its files in `NAME-VERSION.dist-info/RECORD`.
pub(super) fn is_installed(folder: &str, top: &str, files: &Files<'_>) -> bool {
    if SDKS.contains(&top) && files.is_file(&join(folder, &format!("{top}/__init__.py"))) {
        return true;
    }
    let depth = if folder.is_empty() { 0 } else { folder.len() + 1 };
    let owners = files.children(folder).into_iter().filter_map(|path| {
        let (owner, _) = path.get(depth..)?.split_once('/')?;
        (owner.ends_with(".dist-info") || owner.ends_with(".egg-info")).then_some(owner)
    });
    owners.into_iter().any(|owner| {
        let name = owner.split('-').next().unwrap_or_default();
        name.eq_ignore_ascii_case(top) || lists(&join(folder, &format!("{owner}/RECORD")), top, files)
    })
}

/// Whether a list of files has one that belongs to `top`.
fn lists(record: &str, top: &str, files: &Files<'_>) -> bool {
    let belongs = |line: &str| line.strip_prefix(top).is_some_and(|rest| rest.starts_with(['/', '.']));
    files.read(record).is_some_and(|record| record.lines().any(belongs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installers_leave_lists() {
        let source = model::MemorySource::new([
            ("layer/PyYAML-6.0.dist-info/RECORD", "yaml/__init__.py,sha256=x,1\nsix.py,,\n"),
            ("layer/yaml/__init__.py", ""),
            ("layer/own.py", ""),
            ("src/boto3/__init__.py", ""),
            ("src/app/jwt-1.dist-info/RECORD", "jwt/__init__.py,,\n"),
        ]);
        let files = Files::new(&source);
        for (folder, top) in [("layer", "yaml"), ("layer", "six"), ("layer", "pyyaml"), ("src", "boto3")] {
            assert!(is_installed(folder, top, &files), "{folder}/{top}");
        }
        for (folder, top) in [("layer", "own"), ("layer", "ya"), ("src", "jwt")] {
            assert!(!is_installed(folder, top, &files), "{folder}/{top}");
        }
    }
}
