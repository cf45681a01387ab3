//! What a scan knows beside the templates: one module for each kind of facts.
mod approvals;
mod history;
mod packages;
mod secrets;

use model::{Project, Source};

use crate::config::Loaded;

/// Reads everything that checks may ask for.
pub(crate) fn attach(project: &mut Project, source: &dyn Source, loaded: &Loaded) {
    code::attach(project, source, &code::Limits::default());
    // Last: which packages are loaded is known when the code was read.
    packages::attach(project, source, loaded);
    approvals::attach(project, source, loaded);
}

/// Reads what permissions depend on: the code, and who approved what.
pub(crate) fn attach_code(project: &mut Project, source: &dyn Source, loaded: &Loaded) {
    code::attach(project, source, &code::Limits::default());
    approvals::attach(project, source, loaded);
}

pub(crate) use history::attach as attach_history;
pub(crate) use secrets::{attach as attach_secrets, forget_hashes, known_pattern};
