//! A scan for a terminal: check by check, most severe first.

use std::collections::BTreeMap;

use model::{Finding, Problem, Safety, Severity, Stale, StaleReason, Undecided};
use unicode_width::UnicodeWidthStr as _;

use crate::group::{self, Group};
use crate::paint::{self, Paint};
use crate::repair::Hunk;
use crate::scan::plural;
use crate::snippet::{self, Snippet};
use crate::view::View;
use crate::visible::line;
use crate::{Detail, Look, Scan, coverage, page, repair, trail};

/// Problems shown one by one in a brief report.
const PROBLEMS_SHOWN_MAX: usize = 20;
/// Reasons why code was not read, in a brief report.
const GAPS_SHOWN_MAX: usize = 8;
/// Functions named for one reason in a brief report.
const NAMES_SHOWN_MAX: usize = 5;

/// Shows a scan to a person at a terminal.
#[must_use]
pub fn text(scan: &Scan<'_>, look: Look) -> String {
    let view = View::new(scan);
    let mut printer = Printer { scan, look, paint: Paint(look.colour), view, out: String::new() };
    let folds = |group: &Group<'_>| group.severity <= Severity::Low && look.detail == Detail::Brief;
    let groups = group::groups(scan.findings);
    for group in groups.iter().filter(|group| !folds(group)) {
        printer.group(group);
    }
    let folded: Vec<&Group<'_>> = groups.iter().filter(|group| folds(group)).collect();
    printer.folded(&folded);
    printer.problems();
    printer.stale();
    printer.undecided();
    printer.unread();
    printer.summary();
    printer.out
}

struct Printer<'a> {
    scan: &'a Scan<'a>,
    look: Look,
    paint: Paint,
    view: View<'a>,
    out: String,
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn group(&mut self, group: &Group<'_>) {
        let severity = self.paint.paint(paint::severity(group.severity), group.severity.as_str());
        let id = self.paint.paint(paint::BOLD, group.check.id);
        let title = self.paint.paint(paint::BOLD, group.check.title());
        self.line(&format!("{severity}[{id}]: {title}"));
        let why = page::why(group.check);
        if !why.is_empty() {
            let why = self.paint.prose(&why);
            self.line(&format!("  {why}"));
        }
        self.out.push('\n');
        let mut some_unfixed = false;
        for finding in &group.findings {
            some_unfixed |= !self.finding(finding);
        }
        let next = page::next_step(group.check);
        if some_unfixed && !next.is_empty() {
            let next = self.paint.prose(&next);
            self.line(&format!("  next: {next}"));
        }
        let link = self.scan.link(group.check).map_or_else(String::new, |link| format!(" · {link}"));
        let more = self.paint.paint(paint::DIM, &format!("  more: buckler explain {}{link}", group.check.id));
        self.line(&more);
        self.out.push('\n');
    }

    /// Whether it came with a next step of its own.
    fn finding(&mut self, finding: &Finding) -> bool {
        let message = self.paint.prose(&line(&finding.message));
        self.line(&format!("  {message}"));
        let place = line(&self.scan.locate(finding.at));
        let of = self.of(finding);
        let snippet = snippet::of_finding(&self.view, finding);
        let width = snippet.as_ref().map_or(1, gutter);
        let arrow = self.paint.paint(paint::RULER, "-->");
        self.line(&format!("  {:width$}{arrow} {place}{of}", ""));
        if let Some(snippet) = &snippet {
            self.snippet(snippet, finding.severity, width);
        }
        for related in &finding.related {
            let place = line(&self.scan.locate(related.at));
            let message = self.paint.prose(&line(&related.message));
            self.note(width, "also", &format!("{place}: {message}"));
        }
        self.path(finding, width);
        let fixed = self.fix(finding, width);
        self.out.push('\n');
        fixed
    }

    /// What kind of resource it is about, in brackets; nothing when it is about none.
    fn of(&self, finding: &Finding) -> String {
        let kind = Some(finding.provider_type.as_str()).filter(|kind| !kind.is_empty());
        let words: Vec<String> = kind.into_iter().chain(self.view.construct(finding)).map(line).collect();
        if words.is_empty() {
            return String::new();
        }
        format!(" {}", self.paint.paint(paint::DIM, &format!("({})", words.join(", "))))
    }

    /// The way of the data: a numbered line for each step, with the source line below it.
    fn path(&mut self, finding: &Finding, width: usize) {
        let steps = trail::steps(self.scan, &self.view, finding);
        if steps.is_empty() {
            return;
        }
        self.note(
            width,
            "path",
            &format!("how the data comes here, in {}", plural(finding.path.len(), "step")),
        );
        let digits = finding.path.len().to_string().len();
        let indent = width + 5;
        for step in steps {
            if step.left_out > 0 {
                self.line(&format!("{:indent$}... {} more", "", plural(step.left_out, "step")));
            }
            let number = self.paint.paint(paint::RULER, &format!("{:>digits$}", step.number));
            let message = self.paint.prose(&line(step.message));
            let place =
                if step.place.is_empty() { String::new() } else { format!("{}: ", line(&step.place)) };
            self.line(&format!("{:indent$}{number}  {place}{message}", ""));
            if let Some(shown) = &step.line {
                let indent = indent + digits;
                let text = self.paint.paint(paint::DIM, &format!("| {}", shown.text.trim()));
                self.line(&format!("{:indent$}  {text}", ""));
            }
        }
    }

    fn snippet(&mut self, snippet: &Snippet, severity: Severity, width: usize) {
        let bar = self.paint.paint(paint::RULER, "|");
        self.line(&format!("  {:width$} {bar}", ""));
        for shown in &snippet.lines {
            if shown.gap {
                let dots = self.paint.paint(paint::RULER, "...");
                self.line(&format!("  {dots}"));
            }
            let number = self.paint.paint(paint::RULER, &format!("{:>width$}", shown.number));
            let text = format!("  {number} {bar} {}", shown.text);
            self.line(text.trim_end());
            if let Some((start, end)) = shown.mark {
                let (before, marked) = split(&shown.text, start, end);
                let carets = self.paint.paint(paint::severity(severity), &"^".repeat(marked.max(1)));
                self.line(&format!("  {:width$} {bar} {:before$}{carets}", "", ""));
            }
        }
    }

    fn note(&mut self, width: usize, label: &str, text: &str) {
        let equals = self.paint.paint(paint::RULER, "=");
        let label = self.paint.paint(paint::BOLD, label);
        self.line(&format!("  {:width$} {equals} {label}: {text}", ""));
    }

    fn fix(&mut self, finding: &Finding, width: usize) -> bool {
        let hunks = repair::hunks(&self.view, finding);
        // The lines themselves say more than a sentence about them.
        let words = if hunks.is_empty() { repair::words(self.scan, &self.view, finding) } else { None };
        let title = finding.fix.as_ref().map(|fix| {
            let risk = if fix.safety == Safety::Risky { " (may change behaviour)" } else { "" };
            format!("{}{risk}", line(&fix.title))
        });
        let text = match (title, &words) {
            (Some(title), Some(words)) => format!("{title}: {}", line(words)),
            (Some(title), None) => title,
            (None, Some(words)) => line(words),
            (None, None) => return false,
        };
        let text = self.paint.prose(&text);
        self.note(width, "fix", &text);
        for hunk in &hunks {
            self.hunk(hunk, finding, width);
        }
        true
    }

    fn hunk(&mut self, hunk: &Hunk, finding: &Finding, width: usize) {
        if hunk.file != finding.at.file {
            let path =
                self.view.project.files.get(hunk.file.0 as usize).map_or("", |file| file.path.as_str());
            let place = line(&format!("{}:{}", self.scan.path(path), hunk.line));
            let arrow = self.paint.paint(paint::RULER, "-->");
            self.line(&format!("  {:width$}{arrow} {place}", ""));
        }
        let sides = [("-", &hunk.removed, paint::REMOVED), ("+", &hunk.added, paint::ADDED)];
        for (sign, lines, style) in sides {
            for (number, shown) in (hunk.line..).zip(lines) {
                let number = self.paint.paint(paint::RULER, &format!("{number:>width$}"));
                let text = self.paint.paint(style, format!("{sign} {shown}").trim_end());
                self.line(&format!("  {number} {text}"));
            }
        }
    }

    fn folded(&mut self, groups: &[&Group<'_>]) {
        if groups.is_empty() {
            return;
        }
        let width = groups.iter().map(|group| group.check.id.len()).max().unwrap_or(0);
        for group in groups {
            let severity =
                self.paint.paint(paint::severity(group.severity), &format!("{:<4}", group.severity.as_str()));
            let (count, id) = (group.findings.len(), group.check.id);
            let title = self.paint.paint(paint::DIM, group.check.title());
            self.line(&format!("{severity} {count:>4} × {id:<width$}  {title}"));
        }
        let hint = self.paint.paint(paint::DIM, "Each of these in full: --all");
        self.line(&hint);
        self.out.push('\n');
    }

    fn problems(&mut self) {
        let problems = group::problems(self.scan);
        let shown = if self.look.detail == Detail::Full { problems.len() } else { PROBLEMS_SHOWN_MAX };
        for problem in problems.iter().take(shown) {
            self.problem(problem);
        }
        let rest = problems.get(shown..).unwrap_or_default();
        if !rest.is_empty() {
            let mut kinds: BTreeMap<u8, (&str, usize)> = BTreeMap::new();
            for problem in rest {
                kinds.entry(group::weight(problem.kind)).or_insert((problem.kind.as_str(), 0)).1 += 1;
            }
            let kinds: Vec<String> = kinds.values().map(|(kind, count)| format!("{count} {kind}")).collect();
            self.line(&format!(
                "... and {} more ({}): --all",
                plural(rest.len(), "problem"),
                kinds.join(", ")
            ));
        }
        if !problems.is_empty() {
            self.out.push('\n');
        }
    }

    fn problem(&mut self, problem: &Problem) {
        let kind = self.paint.paint(paint::WARNING, problem.kind.as_str());
        let place = line(&self.scan.place_of(problem));
        let message = self.paint.prose(&line(&problem.message));
        self.line(&format!("{kind}: {message}"));
        let arrow = self.paint.paint(paint::RULER, "-->");
        self.line(&format!("  {arrow} {place}"));
        if !problem.help.is_empty() {
            let help = self.paint.prose(&line(&problem.help));
            self.note(1, "help", &help);
        }
    }

    fn stale(&mut self) {
        for stale in self.scan.stale {
            let label = self.paint.paint(paint::WARNING, "stale");
            let (what, next) = stale_words(stale);
            let place =
                stale.suppression.at.map_or_else(|| "buckler.toml".to_owned(), |at| self.scan.locate(at));
            let what = self.paint.prose(&what);
            self.line(&format!("{label}: {what}"));
            let arrow = self.paint.paint(paint::RULER, "-->");
            self.line(&format!("  {arrow} {}", line(&place)));
            self.note(1, "help", next);
        }
        if !self.scan.stale.is_empty() {
            self.out.push('\n');
        }
    }

    fn undecided(&mut self) {
        if self.scan.undecided.is_empty() {
            return;
        }
        let checks = group::undecided(self.scan.undecided);
        let (all, count) = (plural(self.scan.undecided.len(), "case"), plural(checks.len(), "check"));
        let label = self.paint.paint(paint::WARNING, "undecided");
        self.line(&format!("{label}: {count} could not decide on {all}, since values are not known"));
        if self.look.detail == Detail::Full {
            for undecided in self.scan.undecided {
                let text = undecided_words(undecided);
                self.line(&format!("  {}", self.paint.prose(&text)));
            }
        }
        self.out.push('\n');
    }

    /// Functions whose code was not read, or not all of it.
    fn unread(&mut self) {
        let covered = coverage::covered(self.scan);
        let gaps = coverage::gaps(&covered);
        if gaps.is_empty() {
            return;
        }
        let full = self.look.detail == Detail::Full;
        let shown = if full { gaps.len() } else { GAPS_SHOWN_MAX };
        for gap in gaps.iter().take(shown) {
            let label = self
                .paint
                .paint(paint::WARNING, if gap.whole { "code not read" } else { "code read in part" });
            let names: Vec<String> = gap
                .functions
                .iter()
                .take(if full { usize::MAX } else { NAMES_SHOWN_MAX })
                .map(|name| format!("`{}`", line(name)))
                .collect();
            let more = match gap.functions.len() - names.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let text = format!("{}{more} ({}): {}", names.join(", "), gap.language.as_str(), line(gap.why));
            self.line(&format!("{label}: {}", self.paint.prose(&text)));
        }
        if gaps.len() > shown {
            self.line(&format!("... for {} more: --all", plural(gaps.len() - shown, "reason")));
        }
        self.out.push('\n');
    }

    fn summary(&mut self) {
        let scan = self.scan;
        let counts: Vec<String> = Severity::ALL
            .iter()
            .rev()
            .filter(|severity| scan.count(**severity) > 0)
            .map(|severity| {
                let text = format!("{} {}", scan.count(*severity), severity.as_str());
                self.paint.paint(paint::severity(*severity), &text)
            })
            .collect();
        let found = if counts.is_empty() {
            self.paint.paint(paint::GOOD, "Nothing found")
        } else {
            format!("Found {}", counts.join(", "))
        };
        let checks = plural(scan.checks.len(), "check");
        self.line(&format!("{found} in {}; {checks} ran", scan.extent()));
        if let Some(code) = coverage::sentence(&coverage::covered(scan)) {
            self.line(&format!("Code: {code}"));
        }
        let rest = [
            (scan.project.problems.len(), "problem", ""),
            (scan.undecided.len(), "undecided case", ""),
            (scan.suppressed.len(), "accepted finding", ""),
            (scan.known, "finding", " known from the baseline"),
        ];
        let rest: Vec<String> = rest
            .iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, noun, after)| format!("{}{after}", plural(*count, noun)))
            .collect();
        if !rest.is_empty() {
            self.out.push_str("Also ");
            let rest = rest.join(", ");
            self.line(&rest);
        }
    }
}

/// What is wrong with a suppression, and the next step.
pub(crate) fn stale_words(stale: &Stale) -> (String, &'static str) {
    let name = line(&stale.suppression.name);
    match stale.why {
        StaleReason::Unused => (format!("`{name}` is accepted here, but nothing is found"), "remove it"),
        StaleReason::Expired(day) => (
            format!("`{name}` was accepted until {day}"),
            "repair the finding, or accept it until a later day",
        ),
        StaleReason::UnknownCheck => {
            (format!("no check is called `{name}`"), "see `buckler checks` for the names")
        }
    }
}

pub(crate) fn undecided_words(undecided: &Undecided) -> String {
    format!("`{}` {}: {}", line(&undecided.node), undecided.check.id, line(&undecided.reason))
}

fn gutter(snippet: &Snippet) -> usize {
    snippet.lines.iter().map(|shown| shown.number.to_string().len()).max().unwrap_or(1)
}

/// Columns before a mark and of the mark, as a terminal counts them.
fn split(text: &str, start: usize, end: usize) -> (usize, usize) {
    let before: String = text.chars().take(start).collect();
    let marked: String = text.chars().skip(start).take(end.saturating_sub(start)).collect();
    (before.width(), marked.width())
}
