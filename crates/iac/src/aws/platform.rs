//! What an application stands on: networks, logs, events, builds, containers.
use crate::lower::{Lowering, Mapping};
use crate::reader::Reader;

pub(super) const MAPPINGS: &[Mapping] = &[];

pub(super) fn finish(_lowering: &mut Lowering<'_>, _reader: &mut Reader<'_>) {}
