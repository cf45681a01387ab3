//! Which functions load a package.
use model::Project;

/// Fills in [`model::Package::exposure`] from the imports of the code.
pub fn reach(_project: &mut Project) {}
