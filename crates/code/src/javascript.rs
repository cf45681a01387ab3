//! JavaScript and TypeScript source to the intermediate language.
//!
//! The grammar, the scopes and the recovery from errors are oxc's. Its parser, its scope analysis and
//! the lowering recurse as deep as the source nests, so [`depth`] measures that first, by a linear
//! scan of its own: too deep is told and not parsed, deep is parsed on a stack of a size that fits.
//!
//! Deliberately absent: types (but for the name of a parameter's), and what JSX renders.
mod bundle;
mod depth;
mod expressions;
mod functions;
mod jsx;
mod jumps;
mod lowering;
mod modules;
mod names;
mod operators;
mod patterns;
mod statements;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::{FileId, Language, Span};
use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

pub(crate) use self::bundle::is_bundle;
use self::depth::Depth;
use self::lowering::Lowering;
use crate::Limits;
use crate::ir::{Lost, Module};

/// Syntax errors that are told for one file.
const ERRORS_MAX: usize = 20;

/// Parses one file. Broken files give what could be read, and what was lost.
pub(crate) fn lower(file: FileId, path: &str, text: &str, limits: &Limits) -> Module {
    let whole = Span::new(file, 0, text.len());
    let lost = |why: String| Module {
        file,
        path: path.to_owned(),
        language: language(path),
        functions: Vec::new(),
        lost: vec![Lost { at: whole, why }],
    };
    let depth = match depth::measure(text, !is_typescript_only(path), limits.nesting_max) {
        Ok(depth) => depth,
        Err(why) => return lost(why),
    };
    let parse = || catch_unwind(AssertUnwindSafe(|| parse(file, path, text, limits)));
    let parsed = if depth.is_shallow() { Some(parse()) } else { on_a_stack(depth, parse) };
    match parsed {
        Some(Ok(module)) => module,
        Some(Err(_)) => lost("the parser failed".to_owned()),
        None => lost("no memory to parse code that is nested this deep".to_owned()),
    }
}

/// Runs on a thread whose stack is as large as the nesting needs.
fn on_a_stack<T: Send>(depth: Depth, run: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(depth.stack_bytes());
        builder.spawn_scoped(scope, run).ok()?.join().ok()
    })
}

fn language(path: &str) -> Language {
    let is_typescript = [".ts", ".tsx", ".cts", ".mts"].iter().any(|end| path.ends_with(end));
    if is_typescript { Language::TypeScript } else { Language::JavaScript }
}

/// Whether `<x>` cannot be JSX.
fn is_typescript_only(path: &str) -> bool {
    language(path) == Language::TypeScript && !path.ends_with(".tsx")
}

/// `a.d.ts` and its like: only types.
fn is_definition(path: &str) -> bool {
    [".d.ts", ".d.mts", ".d.cts"].iter().any(|end| path.ends_with(end))
}

/// What a file may be, the likeliest first.
fn source_types(path: &str) -> Vec<SourceType> {
    let module = SourceType::mjs().with_jsx(true);
    let script = SourceType::cjs().with_jsx(true);
    match path.rsplit('.').next().unwrap_or_default() {
        "mjs" => vec![module],
        "cjs" => vec![script, module],
        "ts" | "mts" | "cts" if is_definition(path) => vec![SourceType::d_ts()],
        "ts" | "mts" => vec![SourceType::ts(), SourceType::ts().with_script(true)],
        "cts" => vec![SourceType::ts().with_commonjs(true), SourceType::ts()],
        "tsx" => vec![SourceType::tsx()],
        _ => vec![module, script],
    }
}

fn parse(file: FileId, path: &str, text: &str, limits: &Limits) -> Module {
    let allocator = Allocator::default();
    let options = ParseOptions {
        allow_return_outside_function: true,
        preserve_parens: false,
        ..ParseOptions::default()
    };
    let mut best: Option<ParserReturn<'_>> = None;
    for source_type in source_types(path) {
        let parsed = Parser::new(&allocator, text, source_type).with_options(options).parse();
        if best.as_ref().is_none_or(|best| quality(&parsed) < quality(best)) {
            best = Some(parsed);
        }
        if best.as_ref().is_some_and(|best| best.diagnostics.is_empty()) {
            break;
        }
    }
    let mut module = Module {
        file,
        path: path.to_owned(),
        language: language(path),
        functions: Vec::new(),
        lost: Vec::new(),
    };
    let Some(parsed) = best else { return module };
    errors(&parsed, file, text, &mut module.lost);
    let semantic = SemanticBuilder::new().build(&parsed.program).semantic;
    let mut lowering = Lowering::new(file, text, semantic.scoping(), limits.nesting_max);
    lowering.program(&parsed.program);
    module.functions = lowering.functions;
    module.lost.append(&mut lowering.lost);
    module.lost.truncate(ERRORS_MAX);
    module
}

/// Less is better.
fn quality(parsed: &ParserReturn<'_>) -> (bool, usize) {
    (parsed.panicked, parsed.diagnostics.len())
}

fn errors(parsed: &ParserReturn<'_>, file: FileId, text: &str, lost: &mut Vec<Lost>) {
    if parsed.is_flow_language && !parsed.diagnostics.is_empty() {
        lost.push(Lost { at: Span::new(file, 0, text.len()), why: "is written in Flow".to_owned() });
    }
    for error in parsed.diagnostics.iter().take(ERRORS_MAX) {
        let label = error.labels.first();
        let start = label.map_or(0, |label| label.offset() as usize);
        let end = label.map_or(text.len(), |label| start.saturating_add(label.len() as usize));
        lost.push(Lost { at: Span::new(file, start, end), why: error.message.to_string() });
    }
}
