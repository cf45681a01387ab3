//! How deep a parser would recurse, by one linear scan.
//!
//! Not a lexer for all of JavaScript, but strict where it matters: wherever the scan cannot tell what
//! the parser will see (a `/` or `<` that depends on the grammar, text without its end), the file is
//! refused. Otherwise code could hide its nesting in what looks like a string.
//!
//! INVARIANT: the parser's nesting is at most what is measured here.
mod jsx;
mod scan;
mod words;

use self::scan::Scan;

/// Operators in one statement, for each level of nesting that is allowed: sums of thousands of terms
/// are ordinary source, and cost less stack than brackets.
const OPERATORS_PER_LEVEL: usize = 50;

/// Stack for one bracket, and for one operator: twice what the worst kind of each was measured to need
/// (6.6 KiB for a class in a class, 2.9 KiB for `A<A<…`).
const BRACKET_BYTES: usize = 16 << 10;
const OPERATOR_BYTES: usize = 6 << 10;

/// Stack that any file needs.
const BASE_BYTES: usize = 1 << 20;

/// Nesting up to this is parsed on the caller's stack, of which it needs less than half in truth.
const SHALLOW_BYTES: usize = 3 << 19;

/// The deepest place of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Depth {
    /// Brackets, braces, template holes and JSX elements inside each other.
    pub(super) brackets: usize,
    /// Operators and keywords that may nest without brackets: `a + b`, `!x`, `if (x) if (y)`.
    pub(super) operators: usize,
}

impl Depth {
    fn bytes(self) -> usize {
        self.brackets * BRACKET_BYTES + self.operators * OPERATOR_BYTES
    }

    /// Whether an ordinary stack is enough.
    pub(super) fn is_shallow(self) -> bool {
        self.bytes() <= SHALLOW_BYTES
    }

    pub(super) fn stack_bytes(self) -> usize {
        BASE_BYTES + self.bytes()
    }
}

/// Measures a file.
///
/// # Errors
/// Why the file cannot be parsed safely: too deep, or not to be told apart.
pub(super) fn measure(text: &str, may_be_jsx: bool, nesting_max: usize) -> Result<Depth, String> {
    let operators_max = nesting_max.saturating_mul(OPERATORS_PER_LEVEL);
    Scan::new(text.as_bytes(), may_be_jsx, Depth { brackets: nesting_max, operators: operators_max }).run()
}
