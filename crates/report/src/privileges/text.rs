//! Permissions for a terminal: function by function, what to change first.
use anstyle::Style;
use iam::{Need, Reason};
use unicode_width::UnicodeWidthStr as _;

use super::verdict::{self, Verdict, resources};
use super::{FunctionPermissions, Permissions};
use crate::paint::{self, Paint};
use crate::scan::plural;
use crate::visible::line;
use crate::{Colour, coverage};

/// The widest an action's column becomes.
const ACTION_COLUMNS_MAX: usize = 44;
/// Places that are named for one need.
const REASONS_SHOWN_MAX: usize = 2;
/// Resources that are named for one permission.
const RESOURCES_SHOWN_MAX: usize = 3;

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

/// One line of a function's table.
struct Row {
    verdict: Verdict,
    action: String,
    resources: String,
    notes: Vec<String>,
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
        let mut rows: Vec<Row> = of
            .privileges
            .granted
            .iter()
            .enumerate()
            .map(|(index, grant)| Row {
                verdict: Verdict::of(grant),
                action: line(&grant.action),
                resources: shown(&resources(&grant.resources)),
                notes: self.notes(of, index),
            })
            .collect();
        rows.extend(of.privileges.missing.iter().filter_map(|index| of.privileges.needed.get(*index)).map(
            |need| Row {
                verdict: Verdict::Add,
                action: need.action.clone(),
                resources: shown(&resources(&need.resources)),
                notes: self.reasons(need),
            },
        ));
        rows.sort_by_key(|row| row.verdict);
        let width = rows.iter().map(|row| row.action.width()).max().unwrap_or(0).min(ACTION_COLUMNS_MAX);
        for row in &rows {
            self.row(row, width);
        }
        if rows.is_empty() {
            self.line("  no permission beyond the platform's own, and none is needed");
        }
        for open in &of.privileges.unresolved {
            let word = self.paint.paint(paint::WARNING, "unclear");
            let place = self.permissions.locate(open.at);
            let why = self.paint.prose(&line(&open.why));
            self.line(&format!("  {word}  {}: {why}", line(&place)));
        }
        self.out.push('\n');
    }

    fn head(&mut self, of: &FunctionPermissions) {
        let permissions = self.permissions;
        let Some(function) = permissions.function(of) else { return };
        let name = self.paint.paint(paint::BOLD, &line(&function.name));
        let place = line(&permissions.locate(function.name_at));
        let mut facts = vec![place];
        facts.extend(permissions.handler(of).map(line));
        if let Some(role) = of.privileges.role {
            facts.push(format!("role {}", line(permissions.name(of, role))));
        }
        let facts = self.paint.paint(paint::DIM, &format!("({})", facts.join(", ")));
        self.line(&format!("{name} {facts}"));
        let shared: Vec<String> = of
            .privileges
            .shared_with
            .iter()
            .map(|id| format!("`{}`", line(permissions.name(of, *id))))
            .collect();
        if !shared.is_empty() {
            let few = shared.iter().take(RESOURCES_SHOWN_MAX).cloned().collect::<Vec<_>>().join(", ");
            let more = shared.len().saturating_sub(RESOURCES_SHOWN_MAX);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let text = format!("  shares its role with {few}{more}: a role of its own keeps theirs apart");
            let text = self.paint.prose(&text);
            self.line(&text);
        }
        let coverage = permissions.code(of).map(|code| coverage::words(&code.coverage));
        let why = match coverage {
            Some(("whole", _)) => return,
            Some((_, why)) => why.unwrap_or("no reason is known"),
            None => "its code was not found",
        };
        let word = self.paint.paint(paint::WARNING, "unread");
        self.line(&format!("  {word}   {}: no permission is called unused", line(why)));
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

    fn notes(&self, of: &FunctionPermissions, index: usize) -> Vec<String> {
        let Some(grant) = of.privileges.granted.get(index) else { return Vec::new() };
        let mut notes: Vec<String> = verdict::why(grant).map(line).into_iter().collect();
        for need in verdict::needs(&of.privileges, grant) {
            let at = self.reasons(need);
            let at = at.first().map_or_else(String::new, |reason| format!(" ({reason})"));
            notes.push(format!("needs `{}` on {}{at}", need.action, shown(&resources(&need.resources))));
        }
        match verdict::source(&grant.source) {
            ("template", Some(name)) => notes.push(format!("from the policy template `{}`", line(name))),
            ("managed", Some(arn)) => notes.push(format!("from the managed policy `{}`", line(arn))),
            _ => {}
        }
        if let Some(approval) = of.approvals.get(index).and_then(Option::as_ref) {
            let ended = if approval.is_valid(self.permissions.date) { "until" } else { "only until" };
            notes.push(format!("approved by {} {ended} {}", line(&approval.by), approval.until));
        }
        notes
    }

    fn reasons(&self, need: &Need) -> Vec<String> {
        let shown = |reason: &Reason| {
            let place = self.permissions.locate(reason.at);
            format!("{}: {}", line(&place), line(&reason.why))
        };
        need.because.iter().take(REASONS_SHOWN_MAX).map(shown).collect()
    }

    fn summary(&mut self) {
        let functions = self.permissions.functions;
        let count = |wanted: Verdict| {
            let grants = functions.iter().flat_map(|of| &of.privileges.granted);
            grants.filter(|grant| Verdict::of(grant) == wanted).count()
        };
        let missing: usize = functions.iter().map(|of| of.privileges.missing.len()).sum();
        let parts = [
            (missing, "to add"),
            (count(Verdict::Correct), "to correct"),
            (count(Verdict::Narrow), "to narrow"),
            (count(Verdict::Remove), "to remove"),
            (count(Verdict::Ask), "not decided"),
            (count(Verdict::Keep), "to keep"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let all = if parts.is_empty() { "no permission".to_owned() } else { parts.join(", ") };
        self.line(&format!("{}: {all}", plural(functions.len(), "function")));
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

/// A few resources on one line.
fn shown(resources: &[String]) -> String {
    let first: Vec<String> = resources.iter().take(RESOURCES_SHOWN_MAX).map(|text| line(text)).collect();
    match resources.len().saturating_sub(RESOURCES_SHOWN_MAX) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
