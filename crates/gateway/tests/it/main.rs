//! Attacks and honest clients against a gateway that runs.
#[cfg(test)]
mod framing;
#[cfg(test)]
mod limits;
mod login;
#[cfg(test)]
mod passing;
mod provider;
mod shared;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod support;
#[cfg(test)]
mod upload;
#[cfg(test)]
mod who;
