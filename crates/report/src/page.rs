//! A check's page, taken apart: its first sentence, its sections, its examples.
//!
//! Pages are doc comments: each line begins with one space, examples are fenced blocks whose info
//! string is `LANGUAGE fires` or `LANGUAGE quiet`.
use model::Check;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// An example of a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) fires: bool,
    pub(crate) language: String,
    pub(crate) text: String,
}

/// A page without its title, examples apart.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The paragraphs before the first section.
    pub(crate) lead: String,
    /// Sections with their headings, Markdown.
    pub(crate) sections: String,
    pub(crate) examples: Vec<Example>,
}

pub(crate) fn page(check: &Check) -> Page {
    let mut page = Page::default();
    let mut in_sections = false;
    let mut example: Option<Example> = None;
    let mut title_seen = false;
    for line in check.page.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        match (&mut example, line.strip_prefix("```")) {
            (Some(_), Some(_)) => page.examples.extend(example.take()),
            (Some(open), None) => {
                open.text.push_str(line);
                open.text.push('\n');
            }
            (None, Some(info)) if verdict(info).is_some() => example = verdict(info),
            (None, _) if !title_seen && line.starts_with("# ") => title_seen = true,
            (None, _) => {
                in_sections |= line.starts_with("## ");
                let part = if in_sections { &mut page.sections } else { &mut page.lead };
                part.push_str(line);
                part.push('\n');
            }
        }
    }
    page.lead = page.lead.trim().to_owned();
    page.sections = squeeze(page.sections.trim());
    page
}

/// `yaml fires` opens an example.
fn verdict(info: &str) -> Option<Example> {
    let (language, verdict) = info.trim().split_once(' ')?;
    let fires = match verdict.trim() {
        "fires" => true,
        "quiet" => false,
        _ => return None,
    };
    Some(Example { fires, language: language.to_owned(), text: String::new() })
}

/// At most one empty line in a row, as remains where examples were.
fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = false;
    for line in text.lines() {
        if !(empty && line.is_empty()) {
            out.push_str(line);
            out.push('\n');
        }
        empty = line.is_empty();
    }
    out.truncate(out.trim_end().len());
    out
}

/// Why a check exists, in the first sentence of its page. Code stands in backticks.
pub(crate) fn why(check: &Check) -> String {
    first_sentence(&first_paragraph(&page(check).lead, None))
}

/// The next step: the first sentence of "What to do".
pub(crate) fn next_step(check: &Check) -> String {
    first_sentence(&first_paragraph(&page(check).sections, Some("What to do")))
}

/// The first paragraph as plain text, below a heading when one is given.
fn first_paragraph(markdown: &str, below: Option<&str>) -> String {
    let mut text = String::new();
    let (mut heading, mut found, mut inside) = (None::<String>, below.is_none(), false);
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => found = found || heading.take().as_deref() == below,
            Event::Start(Tag::Paragraph) => inside = found,
            Event::End(TagEnd::Paragraph) if inside => break,
            Event::Text(piece) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&piece);
                } else if inside {
                    text.push_str(&piece);
                }
            }
            Event::Code(code) if inside => text.extend(["`", &code, "`"]),
            Event::SoftBreak | Event::HardBreak if inside => text.push(' '),
            _ => {}
        }
    }
    text
}

/// Up to the first full stop that is followed by a space and a capital letter, outside of code.
fn first_sentence(text: &str) -> String {
    let mut in_code = false;
    for (at, character) in text.char_indices() {
        match character {
            '`' => in_code = !in_code,
            '.' | ':' if !in_code => {
                let rest = text.get(at + 1..).unwrap_or_default();
                let next = rest.trim_start().chars().next();
                let ends =
                    rest.starts_with(' ') && next.is_some_and(|next| next.is_uppercase() || next == '`');
                if character == '.' && ends {
                    return text.get(..=at).unwrap_or(text).to_owned();
                }
            }
            _ => {}
        }
    }
    text.to_owned()
}

/// Markdown of ours as HTML, its headings two levels down. Raw HTML in it is shown as text, not
/// passed on.
pub(crate) fn to_html(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: below(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        other => other,
    });
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events);
    out
}

fn below(level: HeadingLevel) -> HeadingLevel {
    HeadingLevel::try_from(level as usize + 2).unwrap_or(HeadingLevel::H6)
}

/// What a language of examples is called, and how its blocks are highlighted.
pub(crate) fn language(name: &str) -> (&str, &str) {
    match name {
        "yaml" => ("CloudFormation", "yaml"),
        "json" => ("CloudFormation, JSON", "json"),
        "sam" => ("SAM", "yaml"),
        "hcl" => ("Terraform", "hcl"),
        "serverless" => ("Serverless Framework", "yaml"),
        "terraform-plan" => ("Terraform plan", "json"),
        other => (other, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_ends_where_the_next_begins() {
        assert_eq!(first_sentence("Use `a. B`, e.g. this. Then more."), "Use `a. B`, e.g. this.");
        assert_eq!(first_sentence("Only one"), "Only one");
    }

    #[test]
    fn a_section_is_found_by_its_heading() {
        let text = "## Why it matters\n\nIt does.\n\n## What to do\n\nRequire `IAM`. Or not.\n";
        assert_eq!(first_sentence(&first_paragraph(text, Some("What to do"))), "Require `IAM`.");
    }
}
