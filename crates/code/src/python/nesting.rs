//! How deep a file nests, counted on its tokens before anything recurses.
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// The tree of `a.b.c.d` or `a + b + c` is as deep as the chain is long, without a bracket. Chains may be
/// this many times as long as brackets and blocks may be deep.
pub(super) const CHAIN_FACTOR: usize = 5;

/// Checks that brackets and blocks nest at most `nesting_max` deep, and that no tree is deeper than
/// [`CHAIN_FACTOR`] times as much; else says why the file is not read. Linear in the text.
pub(super) fn check(text: &str, nesting_max: usize) -> Result<(), String> {
    let mut tokens = lexer::lex(text, Mode::Module);
    let mut scan = Scan { blocks: 0, chains: vec![0], chained: 0 };
    loop {
        let kind = tokens.next_token();
        if kind == TokenKind::EndOfFile {
            return Ok(());
        }
        scan.see(kind);
        let nested = scan.blocks + scan.chains.len();
        let too_much = if nested > nesting_max + 1 {
            format!("nests deeper than {nesting_max} brackets and blocks, so it was not read")
        } else if nested + scan.chained > nesting_max.saturating_mul(CHAIN_FACTOR) {
            let length = nesting_max.saturating_mul(CHAIN_FACTOR);
            format!("an expression of more than {length} operators, so it was not read")
        } else {
            continue;
        };
        return Err(too_much);
    }
}

struct Scan {
    blocks: usize,
    /// Operators so far of the expression in each open bracket, the statement's own first.
    chains: Vec<usize>,
    /// The sum of `chains`.
    chained: usize,
}

impl Scan {
    fn see(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Indent => self.blocks += 1,
            TokenKind::Dedent => self.blocks = self.blocks.saturating_sub(1),
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => {
                self.grow();
                self.chains.push(0);
            }
            TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
            | TokenKind::FStringEnd
            | TokenKind::TStringEnd => self.close(),
            TokenKind::Newline => self.chains.truncate(1),
            _ => {}
        }
        if ends_expression(kind) {
            self.reset();
        } else if grows_chain(kind) {
            self.grow();
        }
    }

    fn grow(&mut self) {
        if let Some(last) = self.chains.last_mut() {
            *last += 1;
            self.chained += 1;
        }
    }

    fn close(&mut self) {
        if self.chains.len() > 1
            && let Some(inner) = self.chains.pop()
        {
            self.chained -= inner;
        }
    }

    fn reset(&mut self) {
        if let Some(last) = self.chains.last_mut() {
            *last = 0;
        }
        self.chained = self.chains.iter().sum();
    }
}

/// After these no operator continues what stands before.
fn ends_expression(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Newline
            | TokenKind::Comma
            | TokenKind::Semi
            | TokenKind::Def
            | TokenKind::Class
            | TokenKind::Return
            | TokenKind::Import
            | TokenKind::Raise
            | TokenKind::While
            | TokenKind::Try
            | TokenKind::Except
            | TokenKind::Finally
            | TokenKind::Elif
            | TokenKind::Pass
            | TokenKind::Assert
            | TokenKind::Del
            | TokenKind::Global
            | TokenKind::Nonlocal
    )
}

/// Each of these can make the tree one deeper.
fn grows_chain(kind: TokenKind) -> bool {
    (kind.is_operator() && kind != TokenKind::Equal)
        || matches!(
            kind,
            TokenKind::Dot
                | TokenKind::Not
                | TokenKind::Lambda
                | TokenKind::If
                | TokenKind::Else
                | TokenKind::Await
                | TokenKind::Async
                | TokenKind::Yield
                | TokenKind::From
                | TokenKind::For
                | TokenKind::And
                | TokenKind::Or
                | TokenKind::In
                | TokenKind::Is
                | TokenKind::Colon
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(text: &str) -> bool {
        check(text, 10).is_ok()
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        assert!(fits(&format!("x = '{}' # {}\n", "(".repeat(99), "[".repeat(99))));
    }

    #[test]
    fn brackets_count_while_they_are_open() {
        assert!(fits(&"(())\n".repeat(99)));
        assert!(fits(&format!("{}{}", "(".repeat(10), ")".repeat(10))));
        assert!(!fits(&"(".repeat(11)));
    }

    #[test]
    fn values_inside_of_text_count() {
        assert!(!fits(&format!("f'{{{}'", "(".repeat(99))));
    }

    #[test]
    fn long_chains_count_and_long_lists_do_not() {
        assert!(!fits(&"a.".repeat(60)));
        assert!(!fits(&format!("({})", "not ".repeat(60))));
        assert!(fits(&format!("[{}]", "a + b, ".repeat(60))));
        assert!(fits(&"a.b.c()\n".repeat(60)));
    }

    #[test]
    fn blocks_count() {
        let blocks: String = (0..12).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
        assert!(!fits(&blocks));
    }
}
