//! YAML and JSON documents as values with spans.
//!
//! JSON is read as the YAML subset that it is. CloudFormation's short tags become their long form
//! (`!Sub x` is `{"Fn::Sub": x}`), so nothing after this knows which was written.
mod build;

use granit_parser::{Event, Options, Parser};
use model::{FileId, ProblemKind, Span, Value};

use crate::options::Limits;
use build::Builder;

/// A problem inside one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocProblem {
    pub kind: ProblemKind,
    pub at: Span,
    pub message: String,
    pub help: String,
}

/// Parses the first document of `text`. After a syntax error, what stands before it is kept.
pub(crate) fn parse(text: &str, file: FileId, limits: &Limits) -> (Option<Value>, Vec<DocProblem>) {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = limits.depth_max;
    options.block_nesting_limit = limits.depth_max;
    options.simple_key_max_lookahead = 1 << 16;
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    let mut builder = Builder::new(file, skipped, limits);
    for event in Parser::new_from_str_with_options(body, options) {
        match event {
            Ok((Event::DocumentEnd, _)) => break,
            Ok((event, span)) => {
                if !builder.event(event, span) {
                    break;
                }
            }
            Err(error) => {
                let offset = error.marker().byte_offset().unwrap_or(body.len());
                builder.syntax_error(offset, error.info());
                break;
            }
        }
    }
    builder.finish()
}

#[cfg(test)]
mod tests;
