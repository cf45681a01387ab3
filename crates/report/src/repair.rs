//! What a fix changes in the files themselves, as far as it says so exactly.
//!
//! INVARIANT: no secret of the edited lines is shown. Edits that would have to repeat one are not
//! given to programs, since with `***` in them they would be wrong.
use model::{FileId, Finding, Fix, Patch, SourceFile, Span};

use crate::mask::{MASK, Mask};
use crate::view::View;
use crate::{Scan, visible};

/// Lines of one side of a change that are shown, at most.
const SIDE_LINES_MAX: usize = 12;
/// Characters of one shown line, at most.
const LINE_CHARS_MAX: usize = 140;
/// Bytes of unchanged text shown on either side of a change in a long line.
const AROUND_BYTES: usize = 60;
/// Characters of one text inside a sentence, at most.
const QUOTED_CHARS_MAX: usize = 100;

/// Lines of a file before and after a fix.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hunk {
    pub(crate) file: FileId,
    /// The first line, from 1.
    pub(crate) line: u32,
    pub(crate) removed: Vec<String>,
    pub(crate) added: Vec<String>,
}

/// One replaced text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edit<'a> {
    pub(crate) at: Span,
    pub(crate) text: &'a str,
}

/// The edits of a fix in the order of their places; those that overlap the one before are left out.
fn edits(fix: &Fix) -> Vec<Edit<'_>> {
    let replaced = fix.patches.iter().filter_map(|patch| match patch {
        Patch::Replace { at, text } => Some(Edit { at: *at, text }),
        _ => None,
    });
    let mut edits: Vec<Edit<'_>> = replaced.collect();
    edits.sort_by_key(|edit| (edit.at.file, edit.at.start, edit.at.end));
    edits.dedup_by(|next, kept| next.at.file == kept.at.file && next.at.start < kept.at.end);
    edits
}

/// The edits of a fix when they are all of it, every one can be applied as it stands, and none shows a secret.
pub(crate) fn exact<'a>(view: &View<'_>, fix: &'a Fix) -> Option<Vec<Edit<'a>>> {
    let edits = edits(fix);
    let applies = |edit: &Edit<'_>| {
        let known = view.project.file(edit.at).is_some_and(|file| is_original(view, edit.at.file, file));
        known && text_of(view, *edit).is_some()
    };
    (!edits.is_empty() && edits.len() == fix.patches.len() && edits.iter().all(applies)).then_some(edits)
}

/// The replacing text; `None` when it repeats a secret of the place.
pub(crate) fn text_of<'a>(view: &View<'_>, edit: Edit<'a>) -> Option<&'a str> {
    let file = view.project.file(edit.at)?;
    (concealed(&view.mask, file, edit) == edit.text).then_some(edit.text)
}

/// Code inside of a template is kept as a copy of its own, in which places are others.
fn is_original(view: &View<'_>, id: FileId, file: &SourceFile) -> bool {
    let same = view.project.files.iter().enumerate().filter(|(_, other)| other.path == file.path);
    same.take_while(|(index, _)| *index != id.0 as usize).all(|(_, other)| other.text == file.text)
}

/// The replacing text with every secret that its place holds hidden.
fn concealed(mask: &Mask, file: &SourceFile, edit: Edit<'_>) -> String {
    let old = file.slice(edit.at);
    let mut text = edit.text.to_owned();
    for part in mask.shown(edit.at.file, edit.at.start as usize, old) {
        let hidden = old.get(part.at..part.at + part.len).unwrap_or_default();
        let bare = hidden.trim().trim_matches(['"', '\'', '`']);
        if part.text.contains(MASK) && !hidden.contains(MASK) && !bare.is_empty() {
            text = text.replace(bare, MASK);
        }
    }
    text
}

/// How to repair a finding, in one sentence.
pub(crate) fn words(scan: &Scan<'_>, view: &View<'_>, finding: &Finding) -> Option<String> {
    let fix = finding.fix.as_ref();
    let edits = fix.map(edits).unwrap_or_default();
    if edits.is_empty() {
        return (scan.fixes)(finding);
    }
    // The caller knows the words for settings of the template.
    let rest = without_edits(finding);
    let has_settings = rest.fix.as_ref().is_some_and(|fix| !fix.patches.is_empty());
    let settings = if has_settings { (scan.fixes)(&rest) } else { None };
    let mut steps: Vec<String> = settings.into_iter().collect();
    steps.extend(edits.into_iter().filter_map(|edit| sentence(scan, view, edit)));
    Some(steps.join("; "))
}

fn without_edits(finding: &Finding) -> Finding {
    let mut rest = finding.clone();
    if let Some(fix) = &mut rest.fix {
        fix.patches.retain(|patch| !matches!(patch, Patch::Replace { .. }));
    }
    rest
}

fn sentence(scan: &Scan<'_>, view: &View<'_>, edit: Edit<'_>) -> Option<String> {
    let file = view.project.file(edit.at)?;
    let old = quoted(&masked(&view.mask, edit.at.file, edit.at.start as usize, file.slice(edit.at)));
    let new = quoted(&concealed(&view.mask, file, edit));
    Some(match (edit.at.is_empty(), edit.text.is_empty()) {
        (true, _) => format!("write `{new}` at {}", scan.locate(edit.at)),
        (false, true) => format!("remove `{old}`"),
        (false, false) => format!("replace `{old}` with `{new}`"),
    })
}

/// One line without the signs that would end the code it is put into.
fn quoted(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&visible::line(&words).replace('`', "'"), QUOTED_CHARS_MAX)
}

fn masked(mask: &Mask, file: FileId, start: usize, text: &str) -> String {
    mask.shown(file, start, text).into_iter().map(|part| part.text).collect()
}

/// The lines that a fix changes, before and after.
pub(crate) fn hunks(view: &View<'_>, finding: &Finding) -> Vec<Hunk> {
    let edits = finding.fix.as_ref().map(edits).unwrap_or_default();
    let mut groups: Vec<Vec<Edit<'_>>> = Vec::new();
    for edit in edits {
        let Some(file) = view.project.file(edit.at) else { continue };
        let line = file.place(edit.at.start).line;
        let joins = groups
            .last()
            .and_then(|group| group.last())
            .is_some_and(|last| last.at.file == edit.at.file && file.place(last.at.end).line + 1 >= line);
        match groups.last_mut() {
            Some(group) if joins => group.push(edit),
            _ => groups.push(vec![edit]),
        }
    }
    groups.iter().filter_map(|group| hunk(view, group)).collect()
}

fn hunk(view: &View<'_>, edits: &[Edit<'_>]) -> Option<Hunk> {
    let (first, last) = (edits.first()?, edits.last()?);
    let file = view.project.file(first.at)?;
    let (begin, number) = (first.at.start as usize, file.place(first.at.start).line);
    let end = last.at.end as usize;
    let line_start = file.line_start(number)? as usize;
    let line_end = file.text.get(end..)?.find('\n').map_or(file.text.len(), |more| end + more);
    // Of a very long line only what stands around the change.
    let from = if begin - line_start > LINE_CHARS_MAX { begin - AROUND_BYTES } else { line_start };
    let to = if line_end - end > LINE_CHARS_MAX { end + AROUND_BYTES } else { line_end };
    let (from, to) = (file.text.floor_char_boundary(from), file.text.ceil_char_boundary(to));
    let plain = |from: usize, to: usize| {
        masked(&view.mask, first.at.file, from, file.text.get(from..to).unwrap_or_default())
    };
    let mut new = String::new();
    let mut at = from;
    for edit in edits {
        new.push_str(&plain(at, edit.at.start as usize));
        new.push_str(&concealed(&view.mask, file, *edit));
        at = edit.at.end as usize;
    }
    new.push_str(&plain(at, to));
    let dots = |is_cut: bool| if is_cut { "…" } else { "" };
    let framed = |text: &str| format!("{}{text}{}", dots(from > line_start), dots(to < line_end));
    let (old, new) = (framed(&plain(from, to)), framed(&new));
    Some(differing(first.at.file, number, [&old, &new]))
}

/// Without the lines that both sides share at the beginning and at the end.
fn differing(file: FileId, line: u32, [old, new]: [&str; 2]) -> Hunk {
    let (mut removed, mut added): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let shared = removed.iter().zip(&added).take_while(|(a, b)| a == b).count();
    removed.drain(..shared);
    added.drain(..shared);
    while removed.last().is_some() && removed.last() == added.last() {
        removed.pop();
        added.pop();
    }
    let line = line.saturating_add(u32::try_from(shared).unwrap_or(u32::MAX));
    Hunk { file, line, removed: side(&removed), added: side(&added) }
}

fn side(lines: &[&str]) -> Vec<String> {
    let shown = |line: &&str| {
        let text: String = line.chars().take(LINE_CHARS_MAX * 4).map(visible::in_snippet).collect();
        cut(text.trim_end(), LINE_CHARS_MAX)
    };
    let mut side: Vec<String> = lines.iter().take(SIDE_LINES_MAX).map(shown).collect();
    if lines.len() > SIDE_LINES_MAX {
        side.push(format!("… {} more lines", lines.len() - SIDE_LINES_MAX));
    }
    side
}

fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    text.chars().take(chars_max).chain(['…']).collect()
}
