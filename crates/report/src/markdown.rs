//! A scan as a comment on a pull request, GitHub-flavoured Markdown.
//!
//! INVARIANT: no text from a template reaches Markdown or HTML unescaped, nobody is mentioned, and
//! the comment has at most [`COMMENT_BYTES_MAX`] bytes; what does not fit is counted.
use model::{Finding, Problem, Safety, Severity};

use crate::group::{self, Group};
use crate::repair::Hunk;
use crate::scan::plural;
use crate::view::View;
use crate::{Scan, coverage, page, pages, repair, snippet, trail, visible};

/// What code hosts accept as one comment. They count characters; bytes are never fewer.
const COMMENT_BYTES_MAX: usize = 65_536;
/// Kept free for the last lines.
const RESERVE_BYTES: usize = 512;
const PROBLEMS_SHOWN_MAX: usize = 50;
/// Functions named for one reason why code was not read, at most.
const NAMES_SHOWN_MAX: usize = 10;

/// Shows a scan as Markdown.
#[must_use]
pub fn markdown(scan: &Scan<'_>) -> String {
    let mut comment = Comment { text: String::new(), findings_left_out: 0, problems_left_out: 0 };
    comment.text.push_str(&head(scan));
    let view = View::new(scan);
    for group in group::groups(scan.findings) {
        comment.group(scan, &view, &group);
    }
    comment.problems(scan);
    comment.unread(scan);
    comment.foot(scan);
    comment.text
}

fn head(scan: &Scan<'_>) -> String {
    let mut text = "## Buckler\n\n".to_owned();
    if scan.findings.is_empty() {
        text.push_str("Nothing found");
    } else {
        text.push_str(&plural(scan.findings.len(), "finding"));
    }
    text.push_str(&format!(" in {}.", scan.extent()));
    if let Some(code) = coverage::sentence(&coverage::covered(scan)) {
        text.push_str(&format!(" Code: {}.", prose(&code)));
    }
    text.push_str("\n\n");
    if !scan.findings.is_empty() {
        text.push_str("| Critical | High | Medium | Low | Info |\n| ---: | ---: | ---: | ---: | ---: |\n|");
        for severity in Severity::ALL.iter().rev() {
            text.push_str(&format!(" {} |", scan.count(*severity)));
        }
        text.push_str("\n\n");
    }
    text
}

struct Comment {
    text: String,
    findings_left_out: usize,
    problems_left_out: usize,
}

impl Comment {
    fn fits(&self, more: usize) -> bool {
        self.text.len() + more + RESERVE_BYTES <= COMMENT_BYTES_MAX
    }

    fn group(&mut self, scan: &Scan<'_>, view: &View<'_>, group: &Group<'_>) {
        let open = group_head(scan, group);
        const CLOSE: &str = "</details>\n\n";
        let mut blocks = group.findings.iter().map(|finding| block(scan, view, finding)).peekable();
        let first = blocks.peek().map_or(0, String::len);
        if !self.fits(open.len() + first + CLOSE.len()) {
            self.findings_left_out += group.findings.len();
            return;
        }
        self.text.push_str(&open);
        for block in blocks {
            if self.fits(block.len() + CLOSE.len()) {
                self.text.push_str(&block);
            } else {
                self.findings_left_out += 1;
            }
        }
        self.text.push_str(CLOSE);
    }

    fn problems(&mut self, scan: &Scan<'_>) {
        let problems = group::problems(scan);
        if problems.is_empty() {
            return;
        }
        let count = plural(problems.len(), "problem");
        self.text.push_str(&format!(
            "<details><summary>{count}: part of the project was not read or not known</summary>\n\n"
        ));
        for (index, problem) in problems.into_iter().enumerate() {
            let item = problem_item(scan, problem);
            if index < PROBLEMS_SHOWN_MAX && self.fits(item.len()) {
                self.text.push_str(&item);
            } else {
                self.problems_left_out += 1;
            }
        }
        self.text.push_str("\n</details>\n\n");
    }

    /// Functions whose code was not read, or not all of it.
    fn unread(&mut self, scan: &Scan<'_>) {
        let covered = coverage::covered(scan);
        let gaps = coverage::gaps(&covered);
        let count: usize = gaps.iter().map(|gap| gap.functions.len()).sum();
        const CLOSE: &str = "\n</details>\n\n";
        let open = format!(
            "<details><summary>{}: code not read, or not all of it</summary>\n\n",
            plural(count, "function")
        );
        if gaps.is_empty() || !self.fits(open.len() + CLOSE.len()) {
            return;
        }
        self.text.push_str(&open);
        for gap in &gaps {
            let names: Vec<String> =
                gap.functions.iter().take(NAMES_SHOWN_MAX).map(|name| code(name)).collect();
            let more = match gap.functions.len() - names.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let what = if gap.whole { "not read" } else { "in part" };
            let item = format!(
                "- {what}: {}{more} ({}): {}\n",
                names.join(", "),
                text(gap.language.as_str()),
                prose(gap.why)
            );
            if self.fits(item.len() + CLOSE.len()) {
                self.text.push_str(&item);
            }
        }
        self.text.push_str(CLOSE);
    }

    fn foot(&mut self, scan: &Scan<'_>) {
        let mut notes = Vec::new();
        if self.findings_left_out > 0 {
            let count = plural(self.findings_left_out, "finding");
            notes.push(format!("**{count} left out**: no room in one comment, see the full report"));
        }
        if self.problems_left_out > 0 {
            notes.push(format!("{} left out", plural(self.problems_left_out, "problem")));
        }
        let counts = [
            (scan.undecided.len(), "undecided case", ""),
            (scan.suppressed.len(), "accepted finding", ""),
            (scan.stale.len(), "stale suppression", ""),
            (scan.known, "finding", " known from the baseline"),
        ];
        for (count, noun, after) in counts.iter().filter(|(count, ..)| *count > 0) {
            notes.push(format!("{}{after}", plural(*count, noun)));
        }
        notes.push(format!("{} ran", plural(scan.checks.len(), "check")));
        self.text.push_str(&format!(
            "{}. Buckler {}, {}.\n",
            notes.join(" · "),
            text(scan.version),
            scan.date
        ));
    }
}

fn group_head(scan: &Scan<'_>, group: &Group<'_>) -> String {
    let check = group.check;
    let open = if group.severity >= Severity::High { " open" } else { "" };
    let id = scan.link(check).map_or_else(
        || format!("<code>{}</code>", check.id),
        |link| format!("<a href=\"{}\"><code>{}</code></a>", html(&link), check.id),
    );
    let mut head = format!(
        "<details{open}><summary><b>{}</b> · {} · {} · {id}</summary>\n\n",
        group.severity.as_str(),
        html(check.title()),
        group.findings.len(),
    );
    let (why, next) = (page::why(check), page::next_step(check));
    for sentence in [why, next].into_iter().filter(|sentence| !sentence.is_empty()) {
        head.push_str(&format!("{}\n\n", prose(&sentence)));
    }
    head
}

fn block(scan: &Scan<'_>, view: &View<'_>, finding: &Finding) -> String {
    let place = scan.locate(finding.at);
    let mut block = format!("- {}\n  {}\n", prose(&finding.message), code(&place));
    if let Some(snippet) = snippet::of_finding(view, finding) {
        let lines: Vec<String> = snippet
            .dedented()
            .lines
            .iter()
            .map(|line| format!("{:>4}  {}", line.number, line.text))
            .collect();
        let fence = pages::fence(&lines.join("\n"));
        block.push_str(&format!("\n  {fence}text\n"));
        for line in lines {
            block.push_str(&format!("  {}\n", line.trim_end()));
        }
        block.push_str(&format!("  {fence}\n\n"));
    }
    for related in &finding.related {
        let place = scan.locate(related.at);
        block.push_str(&format!("  See {}: {}\n\n", code(&place), prose(&related.message)));
    }
    block.push_str(&path(scan, view, finding));
    let diff = diff(scan, view, finding);
    // The lines themselves say more than a sentence about them.
    let words = if diff.is_empty() { repair::words(scan, view, finding) } else { None };
    if let Some(fix) = fix(finding, words) {
        block.push_str(&format!("  Fix: {fix}\n\n{diff}"));
    }
    block
}

/// The way of the data: an ordered list that can be folded away.
fn path(scan: &Scan<'_>, view: &View<'_>, finding: &Finding) -> String {
    let steps = trail::steps(scan, view, finding);
    if steps.is_empty() {
        return String::new();
    }
    let count = plural(finding.path.len(), "step");
    let mut path = format!("  <details open><summary>How the data comes here, in {count}</summary>\n\n");
    for step in steps {
        if step.left_out > 0 {
            path.push_str(&format!("  {}. … {} more\n", step.number - 1, plural(step.left_out, "step")));
        }
        let line = step.line.map_or_else(String::new, |line| format!("<br>{}", code(line.text.trim())));
        let place = if step.place.is_empty() { String::new() } else { format!("{} ", code(&step.place)) };
        path.push_str(&format!("  {}. {place}{}{line}\n", step.number, prose(step.message)));
    }
    path.push_str("\n  </details>\n\n");
    path
}

/// The lines that a fix changes, as code hosts colour them.
fn diff(scan: &Scan<'_>, view: &View<'_>, finding: &Finding) -> String {
    let mut out = String::new();
    for hunk in repair::hunks(view, finding) {
        let lines: Vec<String> = signed(&hunk);
        let fence = pages::fence(&lines.join("\n"));
        if hunk.file != finding.at.file {
            let file = view.project.files.get(hunk.file.0 as usize);
            let place = file.map_or_else(String::new, |file| scan.path(&file.path));
            out.push_str(&format!("  {}\n\n", code(&format!("{place}:{}", hunk.line))));
        }
        out.push_str(&format!("  {fence}diff\n"));
        for line in lines {
            out.push_str(&format!("  {}\n", line.trim_end()));
        }
        out.push_str(&format!("  {fence}\n\n"));
    }
    out
}

fn signed(hunk: &Hunk) -> Vec<String> {
    let removed = hunk.removed.iter().map(|line| format!("- {line}"));
    removed.chain(hunk.added.iter().map(|line| format!("+ {line}"))).collect()
}

fn fix(finding: &Finding, words: Option<String>) -> Option<String> {
    let Some(fix) = &finding.fix else { return words.map(|words| prose(&words)) };
    let risk = if fix.safety == Safety::Risky { " (may change behaviour)" } else { "" };
    let words = words.map_or_else(String::new, |words| format!(": {}", prose(&words)));
    Some(format!("{}{risk}{words}", prose(&fix.title)))
}

fn problem_item(scan: &Scan<'_>, problem: &Problem) -> String {
    let place = scan.place_of(problem);
    format!("- {} {}: {}\n", problem.kind.as_str(), code(&place), prose(&problem.message))
}

/// Prose with code in backticks. Code becomes `<code>`, where nothing is Markdown and nobody is
/// mentioned; the rest is escaped.
pub(crate) fn prose(words: &str) -> String {
    let words = visible::line(words);
    if !words.matches('`').count().is_multiple_of(2) {
        return text(&words);
    }
    let pieces = words.split('`').enumerate();
    pieces.map(|(index, piece)| if index % 2 == 1 { code(piece) } else { text(piece) }).collect()
}

/// Text as code, in HTML so that no number of backticks ends it.
pub(crate) fn code(words: &str) -> String {
    format!("<code>{}</code>", inert(&visible::line(words)))
}

/// Plain text in which nothing is Markdown or HTML. An invisible space breaks what code hosts link
/// by themselves (`@name`, `#1`).
fn text(words: &str) -> String {
    inert(&visible::line(words)).replace("&#64;", "&#64;&#8203;").replace("&#35;", "&#35;&#8203;")
}

/// All punctuation that Markdown or HTML could read as something, as entities; of what links itself
/// (`http://`, `www.`) the character that makes it one.
fn inert(words: &str) -> String {
    const HARMLESS: &str = " .,;()?/=%'\"·-";
    let mut out = String::with_capacity(words.len());
    for character in words.chars() {
        let links = character == '.' && out.get(out.len().saturating_sub(3)..).is_some_and(ends_in_www);
        if !links && (character.is_alphanumeric() || HARMLESS.contains(character) || !character.is_ascii()) {
            out.push(character);
        } else {
            out.push_str(&format!("&#{};", u32::from(character)));
        }
    }
    out
}

fn ends_in_www(text: &str) -> bool {
    text.eq_ignore_ascii_case("www")
}

/// Text of ours inside an HTML tag's line.
fn html(words: &str) -> String {
    let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    words.replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_is_markdown() {
        assert_eq!(text("*a* @b <c>"), "&#42;a&#42; &#64;&#8203;b &#60;c&#62;");
        assert_eq!(prose("`x|y` is"), "<code>x&#124;y</code> is");
        assert_eq!(text("see http://a.b or WWW.c.d"), "see http&#58;//a.b or WWW&#46;c.d");
    }
}
