//! One suite for every form of `State`, and what only one of them must withstand.
#![expect(clippy::disallowed_methods, reason = "tests make folders, damage files and start programs")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests stop at whatever is wrong"
)]
mod cluster;
mod crash;
mod embedded;
mod folder;
mod nodes;
mod secure;
mod suite;
