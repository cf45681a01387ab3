//! Findings that somebody chose not to see, and choices that no longer mean anything.
use crate::{Date, Finding, SkipOrigin, Span};

/// A finding that is known and accepted.
#[derive(Debug, Clone)]
pub struct Suppressed {
    pub finding: Finding,
    pub by: Suppression,
}

/// Who accepted it, where and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The check's id, or another tool's name for it, as written.
    pub name: String,
    pub reason: String,
    pub until: Option<Date>,
    /// In a template; `None` for `buckler.toml`.
    pub at: Option<Span>,
    /// Whose syntax; `None` for `buckler.toml`.
    pub origin: Option<SkipOrigin>,
}

/// A suppression that has no effect any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    pub suppression: Suppression,
    pub why: StaleReason,
}

/// Why a suppression has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaleReason {
    /// Nothing is found there (any more).
    Unused,
    /// Its last day was this one: what it hid is reported again.
    Expired(Date),
    /// No check has this name.
    UnknownCheck,
}
