//! The host with real parts: interpreters, programs, and a local cloud where it is installed.
#![expect(clippy::disallowed_methods, reason = "tests write applications and find programs")]
#[cfg(test)]
mod clients;
#[cfg(test)]
mod cloud;
#[cfg(test)]
mod dvsa;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod invoke;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod packages;
#[cfg(test)]
mod runtimes;
#[cfg(test)]
mod sdk;
#[cfg(test)]
mod several;
#[cfg(test)]
mod snap;
#[cfg(test)]
mod support;
#[cfg(test)]
mod task;
#[cfg(test)]
mod told;
