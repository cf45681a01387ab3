//! How data comes to the place of a finding, step by step, ready to be shown.
//!
//! A step shows its line of the file once: not again when the next step stands on it, and not when
//! the finding's own snippet shows it anyway.
use model::{Finding, Span};

use crate::Scan;
use crate::snippet::{self, Line};
use crate::view::View;

/// Steps of one path that are shown to people, at most: of a longer one its beginning and its end.
const STEPS_SHOWN_MAX: usize = 40;

/// A step, counted from 1.
pub(crate) struct Step<'a> {
    pub(crate) number: usize,
    pub(crate) message: &'a str,
    /// `path:line:column` as seen from where the user is; empty when it is in no file.
    pub(crate) place: String,
    pub(crate) line: Option<Line>,
    /// Steps between the previous one and this one that are left out.
    pub(crate) left_out: usize,
}

/// The path of a finding; empty when no data flows.
pub(crate) fn steps<'a>(scan: &Scan<'_>, view: &View<'_>, finding: &'a Finding) -> Vec<Step<'a>> {
    let line_of = |at: Span| view.project.file(at).map(|file| (at.file, file.place(at.start).line));
    let own = line_of(finding.at);
    let left_out = finding.path.len().saturating_sub(STEPS_SHOWN_MAX);
    let head = if left_out == 0 { finding.path.len() } else { STEPS_SHOWN_MAX / 2 };
    let mut previous = None;
    let mut steps = Vec::new();
    for (index, related) in finding.path.iter().enumerate() {
        if (head..head + left_out).contains(&index) {
            continue;
        }
        let line = line_of(related.at);
        let is_new = line.is_some() && line != previous && line != own;
        previous = line;
        steps.push(Step {
            number: index + 1,
            message: &related.message,
            place: scan.locate(related.at),
            line: if is_new { snippet::first_line(view, related.at) } else { None },
            left_out: if index == head + left_out { left_out } else { 0 },
        });
    }
    steps
}
