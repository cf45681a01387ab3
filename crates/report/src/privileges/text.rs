//! Permissions for a terminal: function by function, what to change first.
use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use super::rows::{self, Row};
use super::verdict::Verdict;
use super::{FunctionPermissions, Permissions};
use crate::Colour;
use crate::paint::{self, Paint};
use crate::scan::plural;
use crate::visible::line;

/// The widest an action's column becomes.
const ACTION_COLUMNS_MAX: usize = 44;

/// Shows permissions to a person at a terminal.
#[must_use]
pub fn privileges_text(permissions: &Permissions<'_>, colour: Colour) -> String {
    let mut printer = Printer { permissions, paint: Paint(colour), out: String::new() };
    for of in permissions.functions {
        printer.function(of);
    }
    printer.summary();
    printer.out
}

struct Printer<'a> {
    permissions: &'a Permissions<'a>,
    paint: Paint,
    out: String,
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn function(&mut self, of: &FunctionPermissions) {
        self.head(of);
        for remark in rows::remarks(self.permissions, of) {
            let remark = self.paint.prose(&remark);
            self.line(&format!("  {remark}"));
        }
        let rows = rows::rows(self.permissions, of);
        let width = rows.iter().map(|row| row.action.width()).max().unwrap_or(0).min(ACTION_COLUMNS_MAX);
        for row in &rows {
            self.row(row, width);
        }
        if rows.is_empty() {
            self.line("  no permission is granted, and none is needed");
        }
        for open in rows::open(self.permissions, of) {
            let word = self.paint.paint(paint::WARNING, "unclear");
            let why = self.paint.prose(&open);
            self.line(&format!("  {word}  {why}"));
        }
        self.out.push('\n');
    }

    fn head(&mut self, of: &FunctionPermissions) {
        let permissions = self.permissions;
        let Some(function) = permissions.function(of) else { return };
        let name = self.paint.paint(paint::BOLD, &line(&function.name));
        let mut facts = vec![line(&permissions.locate(function.name_at))];
        facts.extend(permissions.handler(of).map(line));
        if let Some(role) = of.privileges.role {
            facts.push(format!("role {}", line(permissions.name(of, role))));
        }
        facts.retain(|fact| !fact.is_empty());
        let facts = self.paint.paint(paint::DIM, &format!("({})", facts.join(", ")));
        self.line(&format!("{name} {facts}"));
    }

    fn row(&mut self, row: &Row, width: usize) {
        let word = self.paint.paint(style(row.verdict), &format!("{:<8}", row.verdict.as_str()));
        let pad = " ".repeat(width.saturating_sub(row.action.width()));
        self.line(&format!("  {word} {}{pad}  {}", row.action, row.resources));
        for note in &row.notes {
            let note = self.paint.prose(note);
            self.line(&format!("           {note}"));
        }
    }

    fn summary(&mut self) {
        let counts = rows::counts(self.permissions).into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> =
            counts.map(|(count, verdict)| format!("{count} {}", verdict.future())).collect();
        let all = if parts.is_empty() { "no permission".to_owned() } else { parts.join(", ") };
        self.line(&format!("{}: {all}", plural(self.permissions.functions.len(), "function")));
    }
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Add | Verdict::Correct => paint::REMOVED.bold(),
        Verdict::Narrow | Verdict::Remove => paint::WARNING,
        Verdict::Ask => paint::CODE,
        Verdict::Keep => paint::GOOD,
    }
}
