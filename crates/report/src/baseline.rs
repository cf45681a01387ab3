//! The baseline file: findings that are known, so that a scan shows only new ones.
use std::collections::BTreeSet;

use model::{Finding, Project};
use serde::{Deserialize, Serialize};

use crate::identity::fingerprints;

const VERSION: u32 = 1;

/// Findings that were there before. [`Baseline::of`] ∘ [`Baseline::split`] leaves nothing new.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    known: Vec<Known>,
    index: BTreeSet<String>,
}

/// One known finding. Only the fingerprint counts; the rest is for people who read the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    fingerprint: String,
    check: String,
    resource: String,
    path: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Known>,
}

/// The text is no baseline file.
#[derive(Debug, thiserror::Error)]
pub enum ReadBaselineError {
    #[error("the baseline is not the JSON that `buckler` writes: {0}")]
    Syntax(#[from] serde_json::Error),
    #[error("the baseline has version {found}, this program reads version {VERSION}; write it again")]
    Version { found: u32 },
}

impl Baseline {
    /// Every finding of a scan, from now on known.
    #[must_use]
    pub fn of(project: &Project, findings: &[Finding]) -> Self {
        let known =
            fingerprints(project, findings).into_iter().zip(findings).map(|(fingerprint, finding)| {
                let path = project.file(finding.at).map_or_else(String::new, |file| file.path.clone());
                Known {
                    fingerprint,
                    check: finding.check.id.to_owned(),
                    resource: finding.node.clone(),
                    path,
                }
            });
        Self::from_known(known.collect())
    }

    fn from_known(mut known: Vec<Known>) -> Self {
        known.sort_by(|a, b| {
            let key = |known: &Known| {
                [&known.path, &known.resource, &known.check, &known.fingerprint].map(String::clone)
            };
            key(a).cmp(&key(b))
        });
        let index = known.iter().map(|known| known.fingerprint.clone()).collect();
        Self { known, index }
    }

    /// Reads a baseline file.
    ///
    /// # Errors
    /// When it is not one, or one of another version.
    pub fn parse(text: &str) -> Result<Self, ReadBaselineError> {
        let file: File = serde_json::from_str(text)?;
        if file.version != VERSION {
            return Err(ReadBaselineError::Version { found: file.version });
        }
        Ok(Self::from_known(file.findings))
    }

    /// The file's text. Stable: the same findings give the same bytes, in an order that diffs well.
    #[must_use]
    pub fn write(&self) -> String {
        let file = File { version: VERSION, findings: self.known.clone() };
        crate::data::print(&file)
    }

    #[must_use]
    pub fn is_known(&self, fingerprint: &str) -> bool {
        self.index.contains(fingerprint)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What is new, and how many were known. Give it all findings, before any other filter.
    #[must_use]
    pub fn split(&self, project: &Project, findings: Vec<Finding>) -> (Vec<Finding>, usize) {
        let prints = fingerprints(project, &findings);
        let total = findings.len();
        let pairs = findings.into_iter().zip(prints);
        let new: Vec<Finding> =
            pairs.filter(|(_, print)| !self.is_known(print)).map(|(finding, _)| finding).collect();
        let known = total - new.len();
        (new, known)
    }
}
