//! Attacks and honest clients against a gateway that runs.
#[cfg(test)]
mod acme;
#[cfg(test)]
mod crs;
#[cfg(test)]
mod framing;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod login;
#[cfg(test)]
mod passing;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod shared;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod support;
#[cfg(test)]
mod upload;
#[cfg(test)]
mod who;
