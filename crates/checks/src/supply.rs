//! Supply: runtimes, images, layers, signing, builds.
use crate::registry::area;

area! {}
