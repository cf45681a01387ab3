//! Every format, read back by somebody else's reader, from a scan full of hostile names.
#[cfg(test)]
mod baseline;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod graph;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod html;
#[cfg(test)]
mod json;
#[cfg(test)]
mod junit;
#[cfg(test)]
mod markdown;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod sarif;
#[cfg(test)]
mod text;
