//! One suite for every form of `State`, and what only one of them must withstand.
#![expect(clippy::disallowed_methods, reason = "tests make folders, damage files and start programs")]
mod cluster;
mod crash;
mod embedded;
mod folder;
mod nodes;
mod secure;
mod suite;
