//! What an application brings along: lock files, bills of materials and advisories.
pub mod advisory;
mod doc;
mod lookup;
mod reach;
mod read;
mod sbom;
mod version;

pub use lookup::{Freshness, days, look_up};
pub use reach::reach;
pub use read::{FILE_BYTES_MAX, read};
pub use sbom::{About, Statement, VexError, apply_vex, cyclonedx, openvex, read_vex, spdx};
pub use version::{Interval, Requirement, Scheme, Version};
