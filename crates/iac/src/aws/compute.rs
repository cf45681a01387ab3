//! What runs and who it runs as: functions, roles, policies, state machines.
mod function;
mod grants;
mod identity;
mod runs;
#[cfg(test)]
mod tests;
mod uses;
pub(super) mod workflow;

use crate::lower::Lowering;
use crate::reader::Reader;

pub(super) use function::MAPPINGS;
pub(super) use identity::MAPPINGS as IDENTITY;
pub(super) use workflow::MAPPINGS as WORKFLOW;

pub(super) fn finish(lowering: &mut Lowering<'_>, _reader: &mut Reader<'_>) {
    identity::fill_documents(lowering);
    identity::attach(lowering);
    grants::link(lowering);
    runs::link(lowering);
    uses::link(lowering);
}
