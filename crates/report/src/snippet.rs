//! The lines of a file that a finding is about, ready to be shown.
//!
//! Shows the line that names the resource, then the marked lines. Secrets are masked, hidden
//! characters replaced, and long lines (a template on one line) cut to a window around the mark.
use model::{Finding, Place, SourceFile, Span};

use crate::mask::{Mask, Part};
use crate::view::View;
use crate::visible;

/// Marked lines of one snippet, at most. Of a longer block only its first line is shown.
const MARKED_LINES_MAX: u32 = 5;
/// Characters of one line, at most.
const LINE_CHARS_MAX: usize = 140;
/// Bytes of a line that are looked at, at most: far more than are shown.
const LINE_BYTES_MAX: usize = 8 << 10;
/// Characters kept before the mark when a line is cut.
const BEFORE_CHARS: usize = 40;

#[derive(Debug)]
pub(crate) struct Snippet {
    pub(crate) lines: Vec<Line>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) number: u32,
    pub(crate) text: String,
    /// Characters of `text` to underline.
    pub(crate) mark: Option<(usize, usize)>,
    /// Lines between the previous one and this one are left out.
    pub(crate) gap: bool,
}

impl Snippet {
    /// Without the indentation that all lines share.
    pub(crate) fn dedented(mut self) -> Self {
        let indent = |line: &Line| line.text.chars().take_while(|character| *character == ' ').count();
        let shared =
            self.lines.iter().filter(|line| !line.text.trim().is_empty()).map(indent).min().unwrap_or(0);
        for line in &mut self.lines {
            line.text = line.text.chars().skip(shared).collect();
            line.mark =
                line.mark.map(|(start, end)| (start.saturating_sub(shared), end.saturating_sub(shared)));
        }
        self
    }
}

/// First and last place of a span; the end is exclusive, as in SARIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) start: Place,
    pub(crate) end: Place,
}

pub(crate) fn region(file: &SourceFile, at: Span) -> Region {
    let start = file.place(at.start);
    let end = file.place(at.end).max(start);
    Region { start, end }
}

/// The snippet of a finding. `None` when its place is in no file.
pub(crate) fn of_finding(view: &View<'_>, finding: &Finding) -> Option<Snippet> {
    let (file, mask) = (view.project.file(finding.at)?, &view.mask);
    let mut lines = marked(file, mask, finding.at);
    let first = lines.first()?.number;
    let name = view
        .node(finding)
        .filter(|node| node.name_at.file == finding.at.file)
        .map(|node| file.place(node.name_at.start).line);
    if let Some(number) = name.filter(|line| *line < first) {
        if let Some(line) = lines.first_mut() {
            line.gap = number + 1 < first;
        }
        lines.insert(0, show(file, mask, Cut { file: finding.at.file, number, mark: None }));
    }
    Some(Snippet { lines })
}

/// The first line of a span, with its mark and without indentation. `None` when it is in no file.
pub(crate) fn first_line(view: &View<'_>, at: Span) -> Option<Line> {
    let file = view.project.file(at)?;
    let number = file.place(at.start).line;
    let line = show(
        file,
        &view.mask,
        Cut { file: at.file, number, mark: Some((at.start as usize, at.end as usize)) },
    );
    Snippet { lines: vec![line] }.dedented().lines.pop()
}

/// The marked lines of a span.
fn marked(file: &SourceFile, mask: &Mask, at: Span) -> Vec<Line> {
    let region = region(file, at);
    let last = if region.end.column == 1 && region.end.line > region.start.line {
        region.end.line - 1
    } else {
        region.end.line
    };
    let last = if last - region.start.line >= MARKED_LINES_MAX { region.start.line } else { last };
    let cut = |number| Cut { file: at.file, number, mark: Some((at.start as usize, at.end as usize)) };
    (region.start.line..=last).map(|number| show(file, mask, cut(number))).collect()
}

/// Which line to show, and which bytes of the file to mark in it.
struct Cut {
    file: model::FileId,
    number: u32,
    mark: Option<(usize, usize)>,
}

fn show(file: &SourceFile, mask: &Mask, cut: Cut) -> Line {
    let text = file.line(cut.number).unwrap_or_default();
    let begin = file.line_start(cut.number).unwrap_or_default() as usize;
    let (text, begin) = excerpt(text, begin, cut.mark.map_or(0, |(start, _)| start.saturating_sub(begin)));
    let parts = mask.shown(cut.file, begin, text);
    let shown: String = parts.iter().flat_map(|part| part.text.chars()).map(visible::in_snippet).collect();
    let indent = text.len() - text.trim_start().len();
    let mark = cut.mark.map(|(start, end)| {
        let start = start.max(begin + indent) - begin;
        let end = end.saturating_sub(begin).min(text.trim_end().len());
        let from = characters(&parts, start, Side::Start);
        // Something is always underlined, also where something is missing.
        (from, characters(&parts, end, Side::End).max(from + 1))
    });
    window(Line { number: cut.number, text: shown, mark, gap: false })
}

/// The part of a very long line around a byte of it, so that a template on one line costs no more
/// for each finding than any other.
fn excerpt(text: &str, begin: usize, around: usize) -> (&str, usize) {
    if text.len() <= LINE_BYTES_MAX {
        return (text, begin);
    }
    let from = text.floor_char_boundary(around.saturating_sub(LINE_BYTES_MAX / 4));
    let to = text.ceil_char_boundary((from + LINE_BYTES_MAX).min(text.len()));
    (text.get(from..to).unwrap_or_default(), begin + from)
}

enum Side {
    Start,
    End,
}

/// Byte offset of the original line to character index of what is shown.
fn characters(parts: &[Part], offset: usize, side: Side) -> usize {
    let mut count = 0;
    for part in parts {
        let all = part.text.chars().count();
        let inside = offset.saturating_sub(part.at);
        if inside >= part.len {
            count += all;
            continue;
        }
        let masked = part.len != part.text.len() || part.text.contains(crate::mask::MASK);
        count += match (masked, side) {
            (true, Side::End) if inside > 0 => all,
            (true, _) => 0,
            (false, _) => part.text.get(..inside).map_or(0, |before| before.chars().count()),
        };
        return count;
    }
    count
}

/// Cuts a long line to a window around its mark.
fn window(line: Line) -> Line {
    let all = line.text.chars().count();
    if all <= LINE_CHARS_MAX {
        return line;
    }
    let (start, end) = line.mark.unwrap_or((0, 0));
    let from = if end <= LINE_CHARS_MAX { 0 } else { start.saturating_sub(BEFORE_CHARS) };
    let to = (from + LINE_CHARS_MAX).min(all);
    let (before, after) = (if from > 0 { "…" } else { "" }, if to < all { "…" } else { "" });
    let kept: String = line.text.chars().skip(from).take(to - from).collect();
    let shift = usize::from(from > 0);
    let mark = line.mark.map(|(start, end)| (start - from + shift, end.min(to) - from + shift));
    Line { text: format!("{before}{kept}{after}"), mark, ..line }
}

/// The masked text of a span, for formats that carry the exact text. Of a very long one its beginning.
pub(crate) fn masked_text(file: &SourceFile, mask: &Mask, at: Span) -> String {
    let text = file.slice(at);
    let shown = text.get(..text.floor_char_boundary(LINE_BYTES_MAX)).unwrap_or_default();
    let parts = mask.shown(at.file, at.start as usize, shown);
    let cut = if shown.len() < text.len() { "…" } else { "" };
    parts.into_iter().map(|part| part.text).chain([cut.to_owned()]).collect()
}
