//! Data: stores, encryption, public access, backups, keys and secrets.
use crate::registry::area;

area! {}
