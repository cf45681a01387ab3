//! A check's page: as Markdown for `docs/checks`, and for a terminal.
use std::collections::BTreeMap;

use model::{Check, Safety};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use unicode_width::UnicodeWidthStr as _;

use crate::page::{self, Example};
use crate::paint::{self, Paint};
use crate::{Colour, controls};

/// Columns of prose in a terminal.
const COLUMNS: usize = 92;

/// The page of a check, Markdown: `docs/checks/<id>.md`.
#[must_use]
pub fn check_page(check: &Check) -> String {
    let page = page::page(check);
    let mut out = format!("# {}\n\n{}\n\n", check.title(), page.lead);
    out.push_str("| Fact | Value |\n| --- | --- |\n");
    for (name, value) in facts(check) {
        out.push_str(&format!("| {name} | {value} |\n"));
    }
    if !page.sections.is_empty() {
        out.push_str(&format!("\n{}\n", page.sections));
    }
    examples(&mut out, &page.examples);
    out
}

fn facts(check: &Check) -> Vec<(&'static str, String)> {
    let code = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let controls: Vec<String> = check.controls.iter().map(|control| control_cell(control)).collect();
    let mut facts = vec![
        ("Check", format!("`{}`", check.id)),
        ("Severity", check.severity.as_str().to_owned()),
        ("Confidence", check.confidence.as_str().to_owned()),
        ("Controls", controls.join("<br>")),
    ];
    if !check.also_known_as.is_empty() {
        facts.push(("Also known as", code(check.also_known_as)));
    }
    match check.fix {
        Some(Safety::Safe) => facts.push(("Fix", "safe: `buckler fix`".to_owned())),
        Some(Safety::Risky) => facts.push(("Fix", "risky: `buckler fix --risky`".to_owned())),
        None => {}
    }
    facts.push(("Since", check.since.to_owned()));
    facts
}

fn control_cell(control: &str) -> String {
    let name = controls::name(control).map_or_else(String::new, |name| format!(" {name}"));
    match controls::link(control) {
        Some(link) => format!("[{control}]({link}){name}"),
        None => format!("{control}{name}"),
    }
}

fn examples(out: &mut String, examples: &[Example]) {
    if examples.is_empty() {
        return;
    }
    out.push_str("\n## Examples\n");
    for (fires, heading) in [(true, "Fires"), (false, "Quiet")] {
        let of_kind: Vec<&Example> = examples.iter().filter(|example| example.fires == fires).collect();
        if !of_kind.is_empty() {
            out.push_str(&format!("\n### {heading}\n"));
        }
        for example in of_kind {
            let (label, highlight) = page::language(&example.language);
            let fence = fence(&example.text);
            out.push_str(&format!("\n{label}:\n\n{fence}{highlight}\n{}{fence}\n", example.text));
        }
    }
}

/// A fence that nothing in the text closes.
pub(crate) fn fence(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// The list of all checks, Markdown: `docs/checks/README.md`.
#[must_use]
pub fn checks_index(checks: &[&'static Check]) -> String {
    let mut areas: BTreeMap<&str, Vec<&Check>> = BTreeMap::new();
    for check in checks {
        areas.entry(check.area_name()).or_default().push(check);
    }
    let mut out = format!(
        "# Checks\n\n{} checks. Each has a page that says why it matters and what to do; `buckler explain CHECK` \
         shows the same page, and accepts the names that other tools use.\n",
        checks.len()
    );
    for (area, mut checks) in areas {
        checks.sort_by_key(|check| check.id);
        out.push_str(&format!(
            "\n## {}\n\n| Check | Problem | Severity | Fix | Also known as |\n| --- | --- | --- | --- | --- |\n",
            capitalized(area)
        ));
        for check in checks {
            let names =
                check.also_known_as.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let (id, title, severity) =
                (check.id, check.title().replace('|', "\\|"), check.severity.as_str());
            let fix = check.fix.map_or("", Safety::as_str);
            out.push_str(&format!("| [`{id}`]({id}.md) | {title} | {severity} | {fix} | {names} |\n"));
        }
    }
    out
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The page of a check for a terminal.
#[must_use]
pub fn explain(check: &Check, colour: Colour) -> String {
    let paint = Paint(colour);
    let page = page::page(check);
    let severity = paint.paint(paint::severity(check.severity), check.severity.as_str());
    let id = paint.paint(paint::BOLD, check.id);
    let mut out = format!("{severity}[{id}]: {}\n\n", paint.paint(paint::BOLD, check.title()));
    prose(&mut out, paint, &page.lead);
    out.push('\n');
    let mut rows = vec![("confidence", check.confidence.as_str().to_owned())];
    rows.extend(check.controls.iter().map(|control| {
        let name = controls::name(control).map_or_else(String::new, |name| format!(" {name}"));
        ("control", format!("{control}{name}"))
    }));
    if !check.also_known_as.is_empty() {
        rows.push(("also known as", check.also_known_as.join(", ")));
    }
    if let Some(fix) = check.fix {
        rows.push(("fix", fix.as_str().to_owned()));
    }
    rows.push(("since", check.since.to_owned()));
    let mut previous = "";
    for (name, value) in rows {
        let shown = if name == previous { "" } else { name };
        out.push_str(&format!("{}  {value}\n", paint.paint(paint::DIM, &format!("{shown:<13}"))));
        previous = name;
    }
    if !page.sections.is_empty() {
        out.push('\n');
        prose(&mut out, paint, &page.sections);
    }
    for example in &page.examples {
        let (label, style) = if example.fires { ("Fires", paint::WARNING) } else { ("Quiet", paint::GOOD) };
        let language = page::language(&example.language).0;
        out.push_str(&format!("\n{} ({language})\n\n", paint.paint(style, label)));
        for line in example.text.lines() {
            out.push_str(format!("    {line}").trim_end());
            out.push('\n');
        }
    }
    out
}

/// Markdown as wrapped text: headings bold, code in its colour, lists with dashes.
fn prose(out: &mut String, paint: Paint, markdown: &str) {
    let mut printer = Prose { out, paint, words: Vec::new(), depth: 0, bullet: None, literal: false };
    for event in Parser::new(markdown) {
        printer.event(event);
    }
    printer.flush();
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
}

struct Prose<'a> {
    out: &'a mut String,
    paint: Paint,
    /// Words of the open paragraph: what is printed, its columns, and whether a space goes before it.
    words: Vec<(String, usize, bool)>,
    depth: usize,
    bullet: Option<&'static str>,
    literal: bool,
}

impl Prose<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::List(_)) => self.depth += 1,
            Event::End(TagEnd::List(_)) => {
                self.depth = self.depth.saturating_sub(1);
                self.out.push('\n');
            }
            Event::Start(Tag::Item) => {
                self.flush();
                self.bullet = Some("- ");
            }
            Event::End(TagEnd::Item) => self.flush(),
            Event::End(TagEnd::Paragraph) => {
                self.flush();
                if self.depth == 0 {
                    self.out.push('\n');
                }
            }
            Event::End(TagEnd::Heading(_)) => self.heading(),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)) => {
                self.literal = true
            }
            Event::End(TagEnd::CodeBlock) => {
                self.literal = false;
                self.out.push('\n');
            }
            Event::Text(text) if self.literal => {
                for line in text.lines() {
                    self.out.push_str(&format!("    {line}\n"));
                }
            }
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.code(&code),
            Event::SoftBreak | Event::HardBreak => self.space(),
            Event::End(TagEnd::Link) | Event::Start(_) | Event::End(_) => {}
            Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if text.starts_with(char::is_whitespace) {
            self.space();
        }
        let mut words = text.split_whitespace().peekable();
        while let Some(word) = words.next() {
            self.word(word.to_owned(), word.width());
            if words.peek().is_some() {
                self.space();
            }
        }
        if text.ends_with(char::is_whitespace) {
            self.space();
        }
    }

    fn code(&mut self, code: &str) {
        let shown = match self.paint.0 {
            Colour::Never => format!("`{code}`"),
            Colour::Always => self.paint.paint(paint::CODE, code),
        };
        self.word(shown, code.width() + if self.paint.0 == Colour::Never { 2 } else { 0 });
    }

    /// Text without a space before it sticks to the word before.
    fn word(&mut self, shown: String, columns: usize) {
        match self.words.last_mut() {
            Some((last, width, false)) => {
                last.push_str(&shown);
                *width += columns;
            }
            _ => self.words.push((shown, columns, false)),
        }
    }

    fn space(&mut self) {
        if let Some((_, _, ended)) = self.words.last_mut() {
            *ended = true;
        }
    }

    fn heading(&mut self) {
        let words = self.words.drain(..).map(|(word, ..)| word).collect::<Vec<_>>().join(" ");
        let heading = self.paint.paint(paint::BOLD, &words);
        self.out.push_str(&format!("{heading}\n\n"));
    }

    fn flush(&mut self) {
        if self.words.is_empty() {
            return;
        }
        let indent = "  ".repeat(self.depth.saturating_sub(1));
        let lead = self.bullet.take().unwrap_or(if self.depth > 0 { "  " } else { "" });
        let mut line = format!("{indent}{lead}");
        let hang = " ".repeat(indent.len() + if self.depth > 0 { 2 } else { 0 });
        let mut columns = line.len();
        let mut first = true;
        for (word, width, _) in self.words.drain(..) {
            if !first && columns + 1 + width > COLUMNS {
                self.out.push_str(&line);
                self.out.push('\n');
                line.clone_from(&hang);
                columns = hang.len();
            } else if !first {
                line.push(' ');
                columns += 1;
            }
            line.push_str(&word);
            columns += width;
            first = false;
        }
        self.out.push_str(&line);
        self.out.push('\n');
    }
}
