//! Terraform: HCL modules and plans in JSON.
//!
//! A folder is read as a module: its blocks are kept as written ([`module`]), each call of it is an
//! instance with arguments ([`instance`]), whose expressions are evaluated when they are needed
//! ([`eval`]). What is left of a reference to a resource stays a reference.
mod convert;
mod eval;
mod functions;
mod instance;
mod json;
mod module;
mod operators;
mod parse;
mod plan;
mod policy_document;
mod refs;
mod resources;
mod scan;
pub(crate) mod syntax;
#[cfg(test)]
mod tests;
mod text;
mod types;

use crate::reader::Reader;
use crate::resource::Resource;
use eval::Evaluator;

pub(crate) use module::Modules;
pub(crate) use parse::body as parse_body;
pub(crate) use plan::read as read_plan;

/// Reads the root module in `folder`, and the local modules that it calls.
pub(crate) fn read(reader: &mut Reader<'_>, folder: &str) -> Vec<Resource> {
    let module = module::load(reader, folder);
    let mut evaluator = Evaluator::new(reader);
    let root = evaluator.instantiate(module, String::new(), None);
    let mut resources = Vec::new();
    evaluator.resources(root, &mut resources);
    evaluator.tell_switched_off();
    resources
}
