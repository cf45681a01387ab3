//! What an application brings along: lock files, bills of materials and advisories.
mod doc;
mod read;
mod sbom;
mod version;

pub use read::{FILE_BYTES_MAX, read};
pub use version::{Interval, Requirement, Scheme, Version};
