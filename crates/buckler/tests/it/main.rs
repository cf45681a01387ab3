//! The program as people run it: real files, real processes, real exit codes.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test writes files and fails loudly")]
mod accept;
mod access;
#[cfg(test)]
mod attacked;
mod bucket;
mod cli_page;
#[cfg(test)]
mod dvsa;
mod events;
mod fix;
mod gateway;
mod guard_patch;
#[cfg(test)]
mod hosted;
mod hostile;
#[cfg(test)]
mod layer;
mod moto;
mod packages;
mod policy;
mod privileges;
mod run;
mod scan;
mod waf;
