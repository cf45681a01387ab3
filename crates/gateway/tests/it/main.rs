//! Attacks and honest clients against a gateway that runs.
#[cfg(test)]
mod acme;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod app;
#[cfg(test)]
mod caching;
#[cfg(test)]
mod capacity;
#[cfg(test)]
mod certificates;
#[cfg(test)]
mod challenge;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod collections;
#[cfg(test)]
mod crowd;
#[cfg(test)]
mod crs;
#[cfg(test)]
mod downgrade;
#[cfg(test)]
mod events;
#[cfg(test)]
mod filtering;
#[cfg(test)]
mod fingerprint;
#[cfg(test)]
mod floods;
#[cfg(test)]
#[path = "../../../store/tests/it/folder.rs"]
mod folder;
#[cfg(test)]
mod frames;
#[cfg(test)]
mod framing;
#[cfg(test)]
mod grpc;
#[cfg(test)]
mod h2spec;
#[cfg(test)]
mod introspection;
#[cfg(test)]
mod invoke;
#[cfg(test)]
mod issuers;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod login;
#[cfg(test)]
mod messages;
#[cfg(test)]
#[expect(
    dead_code,
    clippy::disallowed_methods,
    reason = "shared with the tests of `store`; it writes files of its own"
)]
#[path = "../../../store/tests/it/nodes.rs"]
mod nodes;
#[cfg(test)]
mod otlp;
#[cfg(test)]
mod passing;
#[cfg(test)]
mod places;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod shared;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod support;
#[cfg(test)]
mod together;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod total;
#[cfg(test)]
mod upload;
#[cfg(test)]
mod upstreams;
#[cfg(test)]
mod who;
