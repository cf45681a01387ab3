//! What a check of packages needs.
pub(super) use std::collections::{BTreeMap, BTreeSet};

pub(super) use super::shared::{
    about, asked_by, counted, has_lock_format, in_manifest, is_git, is_local, is_wild, listed, masked, named,
    names, open_weaknesses, reached, settings, severity, subjects, through, weaknesses, with_upgrade,
};
pub(super) use crate::registry::check;
pub(super) use model::{
    App, Exposure, Findings, Fix, Manifest, Origin, Package, Patch, Safety, Scope, SettingKind, Severity,
    Span,
};
