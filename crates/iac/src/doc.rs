//! YAML and JSON documents as values with spans.
//!
//! JSON is read as the YAML subset that it is. CloudFormation's short tags become their long form
//! (`!Sub x` is `{"Fn::Sub": x}`), so nothing after this knows which was written.
//!
//! A syntax error costs only the block that it stands in: what stands before it in the block is kept,
//! and the rest of the document is read as if the block were blank (see [`repair`]).
mod build;
mod repair;

use std::borrow::Cow;

use granit_parser::{Event, Options, Parser};
use model::{FileId, ProblemKind, Span, Value};

use crate::options::Limits;
use build::Builder;
pub(crate) use repair::without_comments;

/// A problem inside one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocProblem {
    pub kind: ProblemKind,
    pub at: Span,
    pub message: String,
    pub help: String,
}

/// Attempts at one document at most: each reads the text once.
const ATTEMPTS_MAX: usize = 24;

/// A text larger than this gets only few attempts.
const LARGE_BYTES: usize = 1 << 20;
const LARGE_ATTEMPTS_MAX: usize = 3;

/// Parses the first document of `text`. Broken parts are told and left out.
pub(crate) fn parse(text: &str, file: FileId, limits: &Limits) -> (Option<Value>, Vec<DocProblem>) {
    let text = without_comments(text).map_or(Cow::Borrowed(text), Cow::Owned);
    let mut attempts = if text.len() > LARGE_BYTES { LARGE_ATTEMPTS_MAX } else { ATTEMPTS_MAX };
    let mut current = attempt(&text, file, limits);
    let mut text = text;
    let mut told = Vec::new();
    let mut partial: Vec<repair::Rescued> = Vec::new();
    while let Some(error) = current.error.take() {
        let Some((repair, next)) = better(&text, &error, &mut attempts, |text| attempt(text, file, limits))
        else {
            told.push(problem(file, &error, &repair::Loss::Rest));
            break;
        };
        if repair.loss != repair::Loss::Nothing {
            told.push(problem(file, &error, &repair.loss));
        }
        if let repair::Loss::Block(block) = &repair.loss {
            partial.extend(repair::rescue(current.value.as_ref(), block));
        }
        text = Cow::Owned(repair.text);
        current = next;
    }
    told.extend(current.problems);
    let value = partial.into_iter().fold(current.value, |value, rescued| Some(rescued.put_into(value)));
    (value, told)
}

/// The gentlest repair that gets the parser further; the last resort when none does.
fn better(
    text: &str,
    error: &SyntaxError,
    attempts: &mut usize,
    attempt: impl Fn(&str) -> Attempt,
) -> Option<(repair::Repair, Attempt)> {
    let mut resort: Option<(repair::Repair, Attempt)> = None;
    for repair in repair::repairs(text, error) {
        *attempts = attempts.checked_sub(1)?;
        let next = attempt(&repair.text);
        if next.error.as_ref().is_none_or(|next| next.offset > error.offset) {
            return Some((repair, next));
        }
        // The first block: where the broken part begins, not where the parser gave up.
        let has_block =
            resort.as_ref().is_some_and(|(known, _)| matches!(known.loss, repair::Loss::Block(_)));
        if !has_block {
            resort = Some((repair, next));
        }
    }
    resort
}

/// Where and why the parser gave up.
struct SyntaxError {
    /// Where the part begins that the parser could not take in.
    start: usize,
    /// Where it gave up.
    offset: usize,
    why: String,
}

struct Attempt {
    value: Option<Value>,
    problems: Vec<DocProblem>,
    error: Option<SyntaxError>,
}

/// Reads the text once, up to its end or the first error.
fn attempt(text: &str, file: FileId, limits: &Limits) -> Attempt {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = limits.depth_max;
    options.block_nesting_limit = limits.depth_max;
    options.simple_key_max_lookahead = 1 << 16;
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    let mut builder = Builder::new(file, skipped, limits);
    let mut error = None;
    let mut ended = false;
    for event in Parser::new_from_str_with_options(body, options) {
        match event {
            // What follows the end of a document with content is told, not read.
            Ok((Event::DocumentStart(..), span)) if ended && builder.has_content() => {
                let start = span.byte_range().unwrap_or_default().start + skipped;
                builder.more_documents(start);
                break;
            }
            Ok((Event::DocumentEnd, _)) => ended = true,
            Ok((event, span)) => {
                if !builder.event(event, span) {
                    break;
                }
            }
            // An error behind the first document is none of it.
            Err(_) if ended && builder.has_content() => break,
            Err(found) => {
                let offset = found.marker().byte_offset().unwrap_or(body.len()) + skipped;
                let start = builder.open_flow(text).unwrap_or_else(|| builder.last_end());
                error = Some(SyntaxError { start: start.min(offset), offset, why: found.info() });
                break;
            }
        }
    }
    let (value, problems) = builder.finish();
    Attempt { value, problems, error }
}

fn problem(file: FileId, error: &SyntaxError, loss: &repair::Loss) -> DocProblem {
    let at = Span::new(file, error.offset, error.offset);
    let why = &error.why;
    let (message, help) = match loss {
        repair::Loss::Line => (
            format!("not valid YAML or JSON: {why}"),
            "repair this place: a line was left out, the rest of the file was read".to_owned(),
        ),
        repair::Loss::Block(block) => {
            let name = block.name.as_deref().unwrap_or("the block");
            (
                format!("`{name}` is not valid YAML or JSON from here on: {why}"),
                format!("repair this place: `{name}` was read as far as it, the rest of the file as usual"),
            )
        }
        repair::Loss::TemplateLines => (
            "lines of a template language (`{% … %}`) stand in the file".to_owned(),
            "render the template first; these lines were left out".to_owned(),
        ),
        repair::Loss::Nothing | repair::Loss::Rest => (
            format!("not valid YAML or JSON from here on: {why}"),
            "what stands before it was read; repair this place".to_owned(),
        ),
    };
    DocProblem { kind: ProblemKind::Unreadable, at, message, help }
}

#[cfg(test)]
mod tests;
