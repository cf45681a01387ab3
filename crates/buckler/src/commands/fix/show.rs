//! What was fixed and what was not, for people and for programs.
use std::fmt::Write as _;

use model::{Safety, Severity};
use sensitive::{Place, Wanted};
use serde_json::{Value, json};

use super::work::{Done, Left, Outcome, Reason};

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const BLUE: &str = "\u{1b}[34m";
const DIM: &str = "\u{1b}[2m";
const OFF: &str = "\u{1b}[0m";

pub(super) struct Shown<'a> {
    pub outcome: &'a Outcome,
    /// The changes are in the files, or in the patch.
    pub is_written: bool,
    /// Every diff was shown with its question.
    pub was_asked: bool,
    pub branch: Option<&'a str>,
}

fn painted(colour: bool, style: &str, text: &str) -> String {
    if colour { format!("{style}{text}{OFF}") } else { text.to_owned() }
}

/// The first line of a fix.
pub(super) fn heading((severity, check): (Severity, &str), title: &str, place: &str, colour: bool) -> String {
    let check = painted(colour, BOLD, check);
    format!("{}[{check}] {title}\n  --> {place}\n", severity.as_str())
}

/// A diff without secrets, coloured when it is for a terminal.
pub(super) fn diff(diff: &str, colour: bool) -> String {
    let mut shown = String::with_capacity(diff.len());
    for line in masked(diff).lines().filter(|line| !line.starts_with("diff --git ")) {
        // What a file says must not steer the terminal.
        let line: String = line.chars().map(|c| if c.is_control() && c != '\t' { ' ' } else { c }).collect();
        let line = line.trim_end_matches(' ');
        let style = match line.as_bytes() {
            [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => BOLD,
            [b'@', ..] => BLUE,
            [b'-', ..] => RED,
            [b'+', ..] => GREEN,
            _ => "",
        };
        let line = if style.is_empty() { line.to_owned() } else { painted(colour, style, line) };
        shown.push_str(&line);
        shown.push('\n');
    }
    shown
}

/// No secret of the changed lines is shown.
fn masked(diff: &str) -> String {
    let path = diff.lines().find_map(|line| line.strip_prefix("+++ b/")).unwrap_or_default();
    let masked = sensitive::mask(diff.as_bytes(), Place::of(path), Wanted::Secrets);
    String::from_utf8_lossy(&masked).into_owned()
}

impl Shown<'_> {
    pub(super) fn text(&self, colour: bool) -> String {
        let mut text = String::new();
        let outcome = self.outcome;
        if !self.was_asked {
            for done in &outcome.done {
                text.push_str(&heading((done.severity, done.key.check), &done.title, &done.place, colour));
                text.push_str(&diff(&done.diff, colour));
                text.push('\n');
            }
        }
        for left in outcome.left.iter().filter(|left| !left.is_declined()) {
            let title = format!("{} {}", left.title, painted(colour, DIM, "(not done)"));
            text.push_str(&heading((left.severity, left.key.check), &title, &left.place, colour));
            line(&mut text, &format!("  because: {}\n", why(left)));
        }
        line(&mut text, &self.summary());
        text
    }

    fn summary(&self) -> String {
        let outcome = self.outcome;
        let fixes = |count: usize| if count == 1 { "1 fix".to_owned() } else { format!("{count} fixes") };
        let done = match (self.is_written, self.branch) {
            (_, Some(branch)) => format!("{} committed on branch `{branch}`", fixes(outcome.done.len())),
            (true, None) => format!("{} written and proven", fixes(outcome.done.len())),
            (false, None) => {
                format!("{} proven, none written (`--apply` writes them)", fixes(outcome.done.len()))
            }
        };
        let mut parts = vec![done];
        let refused = outcome.left.iter().filter(|left| !left.is_declined()).count();
        if refused > 0 {
            parts.push(format!("{refused} not possible here"));
        }
        if outcome.risky > 0 {
            parts.push(format!("{} risky (`--risky`)", outcome.risky));
        }
        if outcome.without > 0 {
            parts.push(format!("{} findings without a fix", outcome.without));
        }
        parts.join("; ")
    }

    pub(super) fn json(&self) -> String {
        let outcome = self.outcome;
        let value = json!({
            "version": 1,
            "written": self.is_written,
            "branch": self.branch,
            "fixed": outcome.done.iter().map(done_json).collect::<Vec<_>>(),
            "left": outcome.left.iter().map(left_json).collect::<Vec<_>>(),
            "risky": outcome.risky,
            "without_fix": outcome.without,
            "files": outcome.texts.keys().collect::<Vec<_>>(),
        });
        format!("{value:#}\n")
    }
}

fn done_json(done: &Done) -> Value {
    json!({
        "check": done.key.check,
        "application": done.key.app,
        "resource": done.key.node,
        "severity": done.severity.as_str(),
        "safe": done.safety == Safety::Safe,
        "title": done.title,
        "place": done.place,
        "diff": masked(&done.diff),
    })
}

fn left_json(left: &Left) -> Value {
    json!({
        "check": left.key.check,
        "application": left.key.app,
        "resource": left.key.node,
        "severity": left.severity.as_str(),
        "title": left.title,
        "place": left.place,
        "why": why(left),
        "reason": match left.reason {
            Reason::Declined => "declined",
            Reason::NotWritten(_) => "not-written",
            Reason::NotProven(_) => "not-proven",
        },
    })
}

fn why(left: &Left) -> &str {
    match &left.reason {
        Reason::Declined => "you said no",
        Reason::NotWritten(why) | Reason::NotProven(why) => why,
    }
}

fn line(text: &mut String, line: &str) {
    let written = writeln!(text, "{line}");
    debug_assert!(written.is_ok(), "a String takes everything");
}
