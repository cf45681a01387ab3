//! Python source to the intermediate language.
//!
//! The parser recovers from errors, so a broken file still gives most of its functions. Python 2 is read
//! as far as Python 3's grammar allows; its `print`, `exec`, `raise E, "x"` and `except E, e` are understood.
//!
//! INVARIANT: neither parsing nor lowering recurses deeper than [`Limits::nesting_max`] (times
//! [`nesting::CHAIN_FACTOR`] for the tree that the parser builds), so that no file overflows the stack.
mod class;
mod expression;
mod matching;
mod nesting;
mod python2;
mod scope;
mod statement;
mod target;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeSet;

use model::{FileId, Language, Span};
use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{Mode, ParseError, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::TextRange;

use crate::Limits;
use crate::ir::{Block, Function, FunctionId, Lost, Module};
use scope::Scope;

/// Reports of one file, at most.
const LOST_MAX: usize = 20;

/// Parses one file. Broken files give what could be read, and what was lost.
pub(crate) fn lower(file: FileId, path: &str, text: &str, limits: &Limits) -> Module {
    let mut lowering = Lowering {
        file,
        text,
        functions: Vec::new(),
        scopes: Vec::new(),
        lost: Vec::new(),
        depth: 0,
        depth_max: limits.nesting_max,
        made_up: 0,
        types_only: false,
        hoisted: Vec::new(),
        python2: false,
        understood: BTreeSet::new(),
    };
    lowering.module(limits);
    let Lowering { functions, lost, .. } = lowering;
    Module {
        file,
        path: path.to_owned(),
        language: Language::Python,
        functions: functions.into_iter().flatten().collect(),
        lost,
    }
}

/// What is known while one file is lowered.
struct Lowering<'a> {
    file: FileId,
    text: &'a str,
    /// `None` while the body of the function is being lowered.
    functions: Vec<Option<Function>>,
    /// The functions around what is being lowered, the module first.
    scopes: Vec<Scope>,
    lost: Vec<Lost>,
    depth: usize,
    depth_max: usize,
    /// Variables that were made up so far.
    made_up: usize,
    /// Inside of `if TYPE_CHECKING:`.
    types_only: bool,
    /// What goes in front of the class statement that is being lowered.
    hoisted: Block,
    /// Something in it is Python 2.
    python2: bool,
    /// Where that is, when the parser took it for an error and it was understood all the same.
    understood: BTreeSet<u32>,
}

impl Lowering<'_> {
    fn module(&mut self, limits: &Limits) {
        let whole = self.whole();
        let start = Span { end: whole.start, ..whole };
        self.functions.push(None);
        self.scopes.push(Scope::new(FunctionId(0), None));
        let mut body = Vec::new();
        if let Err(why) = nesting::check(self.text, limits.nesting_max) {
            self.lost.push(Lost { at: whole, why });
        } else {
            let parsed = self.parse();
            if let Mod::Module(module) = parsed.syntax() {
                self.block(&module.body, &mut body);
            }
            self.syntax_errors(parsed.errors());
        }
        let locals = self.scopes.pop().map(|scope| scope.locals).unwrap_or_default();
        let function = Function {
            name: "".into(),
            params: Vec::new(),
            body,
            locals,
            outer: None,
            decorators: Vec::new(),
            is_async: false,
            is_generator: false,
            is_arrow: false,
            is_method: false,
            at: whole,
            name_at: start,
        };
        if let Some(first) = self.functions.first_mut() {
            *first = Some(function);
        }
    }

    /// Reads Python 2 a second time, with what Python 3 has other words for replaced.
    fn parse(&mut self) -> Parsed<Mod> {
        let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY314);
        let parsed = parse_unchecked(self.text, options.clone());
        if parsed.has_valid_syntax() {
            return parsed;
        }
        match python2::modernized(self.text, parsed.tokens()) {
            Some(modern) => {
                self.python2 = true;
                parse_unchecked(&modern, options)
            }
            None => parsed,
        }
    }

    /// One report for each place that the parser did not understand, in front of the others.
    fn syntax_errors(&mut self, errors: &[ParseError]) {
        let mut seen = std::mem::take(&mut self.understood);
        let mut lost: Vec<Lost> = Vec::new();
        if self.python2 {
            let why = "Python 2 is read as if it were Python 3".to_owned();
            lost.push(Lost { at: self.whole(), why });
        }
        for error in errors {
            if seen.insert(error.location.start().to_u32()) {
                lost.push(Lost { at: self.at(error.location), why: error.error.to_string() });
            }
        }
        lost.append(&mut self.lost);
        let left_out = lost.len().saturating_sub(LOST_MAX);
        if left_out > 0 {
            lost.truncate(LOST_MAX - 1);
            let at = lost.last().map_or(self.whole(), |last| last.at);
            lost.push(Lost { at, why: format!("and {} more", left_out + 1) });
        }
        self.lost = lost;
    }

    fn whole(&self) -> Span {
        Span::new(self.file, 0, self.text.len())
    }

    fn at(&self, range: TextRange) -> Span {
        Span { file: self.file, start: range.start().to_u32(), end: range.end().to_u32() }
    }

    /// Python 2 that begins here was understood.
    fn understand(&mut self, range: TextRange) {
        self.python2 = true;
        self.understood.insert(range.start().to_u32());
    }

    fn lose(&mut self, at: Span, why: &str) {
        if self.lost.len() <= LOST_MAX {
            self.lost.push(Lost { at, why: why.to_owned() });
        }
    }

    /// Runs `lower` one level deeper; `None`, and told, when that is too deep.
    fn deeper<T>(&mut self, at: TextRange, lower: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= self.depth_max {
            self.lose(self.at(at), "is nested too deeply");
            return None;
        }
        self.depth += 1;
        let lowered = lower(self);
        self.depth -= 1;
        Some(lowered)
    }
}
