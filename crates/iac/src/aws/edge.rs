//! What faces the outside: APIs, load balancers, CDN, firewalls, certificates, sign-in.
use crate::lower::{Lowering, Mapping};
use crate::reader::Reader;

pub(super) const MAPPINGS: &[Mapping] = &[];

pub(super) fn finish(_lowering: &mut Lowering<'_>, _reader: &mut Reader<'_>) {}
