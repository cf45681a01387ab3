//! Permissions for a terminal: function by function, what to change first.
use anstyle::Style;

use super::danger;
use super::rows::{self, Group, Widened};
use super::verdict::Verdict;
use super::{Change, FunctionPermissions, Permissions};
use crate::Colour;
use crate::paint::{self, Paint};
use crate::scan::plural;
use crate::visible::line;

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
        if let Some(change) = &of.change {
            return self.change(change);
        }
        let groups = rows::groups(self.permissions, of);
        for group in &groups {
            self.group(group);
        }
        if groups.is_empty() {
            self.line("  no permission is granted, and none is needed");
        }
        for reach in danger::reaches(of) {
            self.line(&format!("  reach    {reach}"));
        }
        for way in danger::ways(self.permissions, of) {
            let word = self.paint.paint(paint::REMOVED, "escalate");
            let way = self.paint.prose(&way);
            self.line(&format!("  {word} {way}"));
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

    /// With `--diff` only what is different.
    fn change(&mut self, change: &Change) {
        if change.is_new {
            self.line("  is new");
        }
        let widened = rows::differences(self.permissions, &change.widened);
        let narrowed = rows::differences(self.permissions, &change.narrowed);
        if widened.is_empty() && narrowed.is_empty() {
            self.line("  has the permissions that it had");
        }
        for one in &widened {
            let tone = if one.open { paint::REMOVED.bold() } else { paint::WARNING };
            self.difference("wider", tone, one);
        }
        for one in &narrowed {
            self.difference("less", paint::GOOD, one);
        }
        self.out.push('\n');
    }

    fn difference(&mut self, word: &str, tone: Style, one: &Widened) {
        let word = self.paint.paint(tone, &format!("{word:<8}"));
        let place = self.paint.paint(paint::DIM, &one.place);
        self.line(&format!("  {word} {} on {}  {place}", one.actions, one.resource));
        for note in &one.notes {
            self.line(&format!("           {note}"));
        }
    }

    fn group(&mut self, group: &Group) {
        let title = self.paint.prose(&group.title);
        let place = self.paint.paint(paint::DIM, &group.place);
        self.line(&format!("  {title}  {place}"));
        for row in &group.rows {
            let word = self.paint.paint(style(row.verdict), &format!("{:<8}", row.verdict.as_str()));
            self.line(&format!("    {word} {}", row.actions));
            for note in &row.notes {
                let note = self.paint.prose(note);
                self.line(&format!("             {note}"));
            }
        }
    }

    fn summary(&mut self) {
        if let Some(usage) = self.permissions.usage {
            let (records, first, last) = (usage.records, &usage.first, &usage.last);
            self.line(&format!(
                "{records} records from {first} to {last}; of objects, items and messages a trail has only what it was told to keep"
            ));
        }
        if let Some(compared) = self.permissions.compared {
            let functions = self.permissions.functions.iter();
            let changes: Vec<&Change> = functions.filter_map(|of| of.change.as_ref()).collect();
            let is_wider =
                |change: &&&Change| !rows::differences(self.permissions, &change.widened).is_empty();
            let wider = changes.iter().filter(is_wider).count();
            let all = plural(changes.len(), "function");
            return self.line(&format!("{wider} of {all} may more than at {}", line(compared)));
        }
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
