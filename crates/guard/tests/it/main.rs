//! The guard as a program, around real runtimes.
#[cfg(test)]
mod behaviour;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod escapes;
#[cfg(test)]
mod framed;
#[cfg(test)]
mod guarded;
#[cfg(test)]
mod hooks;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod residue;
#[cfg(test)]
mod restored;
#[cfg(test)]
mod several;
