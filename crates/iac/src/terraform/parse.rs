//! The text of a `.tf` file to a [`Body`]. A file with a syntax error is read piece by piece: what
//! parses on its own is kept, what does not is told.
use hcl_edit::parser::{self, parse_body};
use model::{FileId, Span};

use super::convert::{Origin, template_kind};
use super::scan::{self, Item};
use super::syntax::{Attribute, Block, Body, Expr, ExprKind};

/// Blocks inside blocks that are taken apart when something in them does not parse.
const RECOVERY_DEPTH_MAX: usize = 8;

/// A syntax error and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub at: Span,
    pub message: String,
}

/// Reads a whole file.
pub(crate) fn body(text: &str, file: FileId) -> (Body, Vec<SyntaxError>) {
    let source = text.strip_prefix('\u{feff}').unwrap_or(text);
    let origin = Origin { file, offset: text.len() - source.len(), fixed: None };
    let whole = Span::new(file, origin.offset, text.len());
    match parse_body(source) {
        Ok(body) => (origin.body(&body, whole), Vec::new()),
        Err(error) => {
            let mut errors = Vec::new();
            let body = pieces(source, origin, RECOVERY_DEPTH_MAX, &mut errors);
            if errors.is_empty() {
                errors.push(syntax_error(&error, origin));
            }
            (body, errors)
        }
    }
}

/// Reads an expression that stands in a text of its own (a variable given on the command line, a
/// string of a JSON configuration). Everything is placed at `at`.
pub(super) fn expression(text: &str, at: Span) -> Option<Expr> {
    let origin = Origin { file: at.file, offset: 0, fixed: Some(at) };
    parser::parse_expr(text.trim()).ok().map(|expr| origin.expr(&expr, at))
}

/// Reads a template that stands in a text of its own. Everything is placed at `at`.
pub(super) fn template(text: &str, at: Span) -> Result<Expr, SyntaxError> {
    if !text.contains("${") && !text.contains("%{") {
        return Ok(Expr::text(at, text));
    }
    let origin = Origin { file: at.file, offset: 0, fixed: Some(at) };
    match parser::parse_template(text) {
        Ok(template) => Ok(Expr::new(at, template_kind(origin.template(&template, at)))),
        Err(error) => Err(SyntaxError { at, message: error.message().to_owned() }),
    }
}

fn syntax_error(error: &parser::Error, origin: Origin) -> SyntaxError {
    let at = origin.offset + error.location().offset();
    SyntaxError { at: Span::new(origin.file, at, at), message: error.message().to_owned() }
}

/// Every item that parses on its own.
fn pieces(text: &str, origin: Origin, depth: usize, errors: &mut Vec<SyntaxError>) -> Body {
    let mut body = Body::default();
    for item in scan::items(text) {
        let Some(piece) = text.get(item.range.clone()) else { continue };
        let origin = Origin { offset: origin.offset + item.range.start, ..origin };
        let outer = Span::new(origin.file, origin.offset, origin.offset + piece.len());
        match parse_body(piece) {
            Ok(parsed) => {
                let parsed = origin.body(&parsed, outer);
                body.attributes.extend(parsed.attributes);
                body.blocks.extend(parsed.blocks);
            }
            Err(error) => {
                let told = errors.len();
                match broken(piece, &item, origin, depth, errors) {
                    Some(Piece::Block(block)) => body.blocks.push(block),
                    Some(Piece::Attribute(attribute)) => body.attributes.push(attribute),
                    None => {}
                }
                // Nothing inside is to blame, so it is the item as such.
                if errors.len() == told {
                    errors.push(syntax_error(&error, origin));
                }
            }
        }
    }
    body
}

enum Piece {
    Block(Block),
    Attribute(Attribute),
}

/// What can be kept of an item that does not parse: a block without its broken lines, or an
/// attribute whose value is not known.
fn broken(
    piece: &str,
    item: &Item,
    origin: Origin,
    depth: usize,
    errors: &mut Vec<SyntaxError>,
) -> Option<Piece> {
    let at = Span::new(origin.file, origin.offset, origin.offset + piece.len());
    if let (Some(inner), Some(depth)) = (&item.inner, depth.checked_sub(1)) {
        let mut head = piece.get(..inner.start)?.to_owned();
        head.push('}');
        let parsed = origin.body(&parse_body(&head).ok()?, at);
        let mut block = parsed.blocks.into_iter().next()?;
        let inside = Origin { offset: origin.offset + inner.start, ..origin };
        block.body = pieces(piece.get(inner.clone())?, inside, depth, errors);
        block.at = at;
        return Some(Piece::Block(block));
    }
    let (name, _) = piece.split_once('=')?;
    let mut assignment = name.to_owned();
    assignment.push_str("= null");
    let parsed = origin.body(&parse_body(&assignment).ok()?, at);
    let mut attribute = parsed.attributes.into_iter().next()?;
    attribute.value = Expr::new(at, ExprKind::Unreadable);
    Some(Piece::Attribute(attribute))
}
