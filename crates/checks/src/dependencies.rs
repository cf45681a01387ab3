//! Dependencies: known weaknesses, versions, sources, licences.
use crate::registry::area;

mod prelude;
mod shared;

area! {
    conflicting_lock_files,
    copyleft_dependency,
    dependency_confusion_prone,
    dependency_from_git,
    dependency_from_url,
    dependency_install_script,
    dependency_over_http,
    deprecated_dependency,
    development_dependency_in_package,
    duplicate_dependency_versions,
    end_of_life_package,
    install_script_downloads,
    lock_file_out_of_date,
    lock_without_integrity,
    malicious_dependency,
    missing_lock_file,
    prerelease_dependency,
    typo_squat_like_dependency,
    unknown_licence,
    unpinned_dependency,
    unverified_package_index,
    vendored_dependency,
    vulnerable_dependency,
    vulnerable_dependency_unreachable,
    vulnerable_version_allowed,
    wildcard_version,
}
