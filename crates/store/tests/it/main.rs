//! One suite for every form of `State`, and what only one of them must withstand.
mod cluster;
mod crash;
mod embedded;
mod nodes;
mod secure;
mod suite;
