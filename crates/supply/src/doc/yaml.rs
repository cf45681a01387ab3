//! A YAML reader: what lock files use of it.
use granit_parser::{Event, Options, Parser, ScalarStyle};
use model::{Data, FileId, Value};

use super::{Builder, DEPTH_MAX, Read, Trouble, unquoted};

/// Reads the first document with content. Anchors are not followed: lock files have none that matter.
pub(crate) fn yaml(text: &str, file: FileId) -> Read {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = DEPTH_MAX;
    options.block_nesting_limit = DEPTH_MAX;
    options.simple_key_max_lookahead = 1 << 16;
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    let mut builder = Builder::new(file);
    for event in Parser::new_from_str_with_options(body, options) {
        match event {
            Ok((Event::DocumentStart(..), _)) if builder.is_done() => break,
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or_default();
                if !take(&mut builder, text, event, (range.start + skipped, range.end + skipped)) {
                    break;
                }
            }
            Err(error) => {
                let offset = error.marker().byte_offset().unwrap_or(body.len()) + skipped;
                let at = builder.span(offset, offset);
                let message = format!("not valid YAML from here on: {}", error.info());
                builder.troubles.push(Trouble::unreadable(at, message));
                break;
            }
        }
    }
    builder.finish(text.len())
}

fn take(builder: &mut Builder, text: &str, event: Event<'_>, (start, end): (usize, usize)) -> bool {
    match event {
        Event::Scalar(scalar, style, ..) => {
            let (start, end) =
                if style == ScalarStyle::Plain { (start, end) } else { unquoted(text, start, end) };
            if builder.wants_key() {
                builder.key(scalar.into_owned(), start, end);
                return true;
            }
            let data =
                if style == ScalarStyle::Plain { plain(&scalar) } else { Data::Text(scalar.into_owned()) };
            let at = builder.span(start, end);
            builder.add(Value::new(at, data))
        }
        Event::SequenceStart(..) | Event::MappingStart(..) if builder.wants_key() => {
            let at = builder.span(start, end);
            builder.troubles.push(Trouble::unreadable(at, "a container as a key is not read"));
            false
        }
        Event::SequenceStart(..) => builder.open_list(start),
        Event::MappingStart(..) => builder.open_map(start),
        Event::SequenceEnd | Event::MappingEnd => builder.close(end),
        Event::Alias(_) => {
            let at = builder.span(start, end);
            if builder.wants_key() {
                builder.key("*".to_owned(), start, end);
                return true;
            }
            builder.add(Value::unknown(at, "an alias", "*"))
        }
        _ => true,
    }
}

/// A plain scalar. Numbers stay text: a version `1.10` is not `1.1`.
fn plain(text: &str) -> Data {
    match text {
        "" | "~" | "null" => Data::Null,
        "true" => Data::Bool(true),
        "false" => Data::Bool(false),
        _ => Data::Text(text.to_owned()),
    }
}
