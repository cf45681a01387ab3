//! Folding: neighbours that mean one thing become one token.
use super::table::{lookup, same};
use super::token::{Kind, TEXT_BYTES_MAX, Token};
use super::{Reader, TOKENS_MAX};

/// Bare words that are functions before a parenthesis.
const FUNCTIONS: [&[u8]; 11] = [
    b"USER_ID",
    b"USER_NAME",
    b"DATABASE",
    b"PASSWORD",
    b"USER",
    b"CURRENT_USER",
    b"CURRENT_DATE",
    b"CURRENT_TIME",
    b"CURRENT_TIMESTAMP",
    b"LOCALTIME",
    b"LOCALTIMESTAMP",
];

/// What to do after a look at two or three tokens.
enum Step {
    /// Look again, from this token on.
    Again(usize),
    /// The first of them stays as it is.
    Next,
    /// The fingerprint is these tokens.
    Stop(usize),
}

/// Where folding stands.
struct Fold {
    /// Tokens before this one are done.
    left: usize,
    /// Where the next token goes.
    end: usize,
    more: bool,
    /// A comment after the last token.
    comment: Option<Token>,
}

fn one_of(kind: Kind, kinds: &[Kind]) -> bool {
    kinds.contains(&kind)
}

impl Reader<'_> {
    /// Reads and folds; how many tokens stand.
    pub(super) fn fold(&mut self) -> usize {
        // comments, parentheses, types and signs at the start do not count
        loop {
            if !self.read(0) {
                return 0;
            }
            let first = self.token(0);
            if !(one_of(first.kind, &[Kind::COMMENT, Kind::LEFT, Kind::SQL_TYPE]) || first.is_unary()) {
                break;
            }
        }
        let mut fold = Fold { left: 0, end: 1, more: true, comment: None };
        loop {
            if fold.end >= TOKENS_MAX && self.begins_anew() {
                if fold.end > TOKENS_MAX {
                    let sixth = self.token(TOKENS_MAX);
                    self.put(1, sixth);
                    fold.end = 2;
                } else {
                    fold.end = 1;
                }
                fold.left = 0;
            }
            if !fold.more || fold.left >= TOKENS_MAX {
                fold.left = fold.end;
                break;
            }
            self.fetch(&mut fold, 2);
            if fold.end - fold.left < 2 {
                fold.left = fold.end;
                continue;
            }
            let step = match self.two(&mut fold) {
                Step::Next => {
                    self.fetch(&mut fold, 3);
                    if fold.end - fold.left < 3 {
                        fold.left = fold.end;
                        continue;
                    }
                    self.three(&mut fold)
                }
                step => step,
            };
            match step {
                Step::Again(left) => fold.left = left,
                Step::Next => fold.left += 1,
                Step::Stop(count) => return count,
            }
        }
        if let (true, Some(comment)) = (fold.left < TOKENS_MAX, fold.comment) {
            self.put(fold.left, comment);
            fold.left += 1;
        }
        fold.left.min(TOKENS_MAX)
    }

    /// Reads until `wanted` tokens stand from the left one on.
    fn fetch(&mut self, fold: &mut Fold, wanted: usize) {
        while fold.more && fold.end <= TOKENS_MAX && fold.end - fold.left < wanted {
            fold.more = self.read(fold.end);
            if fold.more {
                if self.kind(fold.end) == Kind::COMMENT {
                    fold.comment = Some(self.token(fold.end));
                } else {
                    fold.comment = None;
                    fold.end += 1;
                }
            }
        }
    }

    /// Five tokens that are no more than their first.
    fn begins_anew(&self) -> bool {
        let (first, second, third, fourth, fifth) =
            (self.kind(0), self.kind(1), self.kind(2), self.kind(3), self.kind(4));
        match (first, third) {
            (Kind::NUMBER, Kind::LEFT) => {
                one_of(second, &[Kind::OPERATOR, Kind::COMMA])
                    && fourth == Kind::NUMBER
                    && fifth == Kind::RIGHT
            }
            (Kind::BAREWORD, Kind::LEFT) => {
                second == Kind::OPERATOR
                    && one_of(fourth, &[Kind::BAREWORD, Kind::NUMBER])
                    && fifth == Kind::RIGHT
            }
            (Kind::NUMBER, Kind::COMMA) => {
                second == Kind::RIGHT && fourth == Kind::LEFT && fifth == Kind::NUMBER
            }
            (Kind::BAREWORD, Kind::OPERATOR) => {
                second == Kind::RIGHT && fourth == Kind::LEFT && fifth == Kind::BAREWORD
            }
            _ => false,
        }
    }

    fn two(&mut self, fold: &mut Fold) -> Step {
        let left = fold.left;
        let (first, second) = (self.token(left), self.token(left + 1));
        let back = left.saturating_sub(1);
        let mut drop_second = |left: usize| {
            fold.end -= 1;
            Step::Again(left)
        };
        if first.kind == second.kind && one_of(first.kind, &[Kind::STRING, Kind::SEMICOLON]) {
            return drop_second(left);
        }
        if one_of(first.kind, &[Kind::OPERATOR, Kind::LOGIC])
            && (second.is_unary() || second.kind == Kind::SQL_TYPE)
        {
            return drop_second(0);
        }
        if first.kind == Kind::LEFT && second.is_unary() {
            return drop_second(back);
        }
        if let Some(merged) = merged(&first, &second) {
            self.put(left, merged);
            return drop_second(back);
        }
        if first.kind == Kind::SEMICOLON
            && second.kind == Kind::FUNCTION
            && second.text().get(..2).is_some_and(|start| same(start, b"IF"))
        {
            self.set_kind(left + 1, Kind::TSQL);
            return Step::Again(left);
        }
        if one_of(first.kind, &[Kind::BAREWORD, Kind::VARIABLE])
            && second.kind == Kind::LEFT
            && FUNCTIONS.iter().any(|name| same(first.text(), name))
        {
            self.set_kind(left, Kind::FUNCTION);
            return Step::Again(left);
        }
        if first.kind == Kind::KEYWORD && (same(first.text(), b"IN") || same(first.text(), b"NOT IN")) {
            self.set_kind(left, if second.kind == Kind::LEFT { Kind::OPERATOR } else { Kind::BAREWORD });
            return Step::Again(left);
        }
        self.two_rare(fold, &first, &second)
    }

    fn two_rare(&mut self, fold: &mut Fold, first: &Token, second: &Token) -> Step {
        let left = fold.left;
        match (first.kind, second.kind) {
            (Kind::OPERATOR, next) if same(first.text(), b"LIKE") || same(first.text(), b"NOT LIKE") => {
                if next == Kind::LEFT {
                    self.set_kind(left, Kind::FUNCTION);
                }
                Step::Next
            }
            (
                Kind::SQL_TYPE,
                Kind::BAREWORD
                | Kind::NUMBER
                | Kind::SQL_TYPE
                | Kind::LEFT
                | Kind::FUNCTION
                | Kind::VARIABLE
                | Kind::STRING,
            ) => {
                self.put(left, *second);
                fold.end -= 1;
                Step::Again(0)
            }
            (Kind::COLLATE, Kind::BAREWORD) => {
                let name = second.text().split(|&byte| byte == 0).next().unwrap_or_default();
                if name.contains(&b'_') {
                    self.set_kind(left + 1, Kind::SQL_TYPE);
                    // not looked at again, but counted from the start
                    fold.left = 0;
                }
                Step::Next
            }
            (Kind::BACKSLASH, _) => {
                if second.is_arithmetic() {
                    self.set_kind(left, Kind::NUMBER);
                } else {
                    self.put(left, *second);
                    fold.end -= 1;
                }
                Step::Again(0)
            }
            (Kind::LEFT, Kind::LEFT) | (Kind::RIGHT, Kind::RIGHT) => {
                fold.end -= 1;
                Step::Again(0)
            }
            (Kind::LEFT_BRACE, Kind::BAREWORD) => {
                if second.text().is_empty() {
                    self.set_kind(left + 1, Kind::EVIL);
                    return Step::Stop(left + 2);
                }
                fold.end -= 2;
                Step::Again(0)
            }
            (_, Kind::RIGHT_BRACE) => {
                fold.end -= 1;
                Step::Again(0)
            }
            _ => Step::Next,
        }
    }

    fn three(&mut self, fold: &mut Fold) -> Step {
        let left = fold.left;
        let (first, second, third) = (self.token(left), self.token(left + 1), self.token(left + 2));
        if is_one(&first, &second, &third) {
            fold.end -= 2;
            return Step::Again(0);
        }
        // a sign before what follows
        if second.is_unary() {
            let value = one_of(third.kind, &[Kind::NUMBER, Kind::BAREWORD, Kind::VARIABLE, Kind::STRING]);
            let function = third.kind == Kind::FUNCTION;
            let goes = match first.kind {
                Kind::KEYWORD => value || function,
                Kind::EXPRESSION | Kind::GROUP => value || function || third.kind == Kind::LEFT,
                Kind::COMMA => function || third.kind == Kind::LEFT,
                _ => false,
            };
            if goes {
                self.put(left + 1, third);
                fold.end -= 1;
                return Step::Again(0);
            }
            if first.kind == Kind::COMMA && value {
                self.put(left + 1, third);
                fold.end -= 3;
                return Step::Again(0);
            }
        }
        if first.kind == Kind::EXPRESSION && second.kind == Kind::DOT && third.kind == Kind::BAREWORD {
            self.put(left + 1, third);
            fold.end -= 1;
            return Step::Again(0);
        }
        if first.kind == Kind::FUNCTION
            && second.kind == Kind::LEFT
            && third.kind != Kind::RIGHT
            && same(first.text(), b"USER")
        {
            self.set_kind(left, Kind::BAREWORD);
        }
        Step::Next
    }
}

/// Whether three tokens are no more than the first.
fn is_one(first: &Token, second: &Token, third: &Token) -> bool {
    match (first.kind, second.kind, third.kind) {
        (Kind::NUMBER, Kind::OPERATOR, Kind::NUMBER) => true,
        (Kind::OPERATOR, middle, Kind::OPERATOR) if middle != Kind::LEFT => true,
        (Kind::LOGIC, _, Kind::LOGIC) => true,
        (Kind::VARIABLE, Kind::OPERATOR, Kind::VARIABLE | Kind::NUMBER | Kind::BAREWORD) => true,
        (Kind::BAREWORD | Kind::NUMBER, Kind::OPERATOR, Kind::NUMBER | Kind::BAREWORD) => true,
        (Kind::BAREWORD | Kind::NUMBER | Kind::VARIABLE | Kind::STRING, Kind::OPERATOR, Kind::SQL_TYPE) => {
            second.text() == b"::"
        }
        (
            Kind::BAREWORD | Kind::NUMBER | Kind::STRING | Kind::VARIABLE,
            Kind::COMMA,
            Kind::NUMBER | Kind::BAREWORD | Kind::STRING | Kind::VARIABLE,
        ) => true,
        (Kind::BAREWORD, Kind::DOT, Kind::BAREWORD) => true,
        _ => false,
    }
}

/// Two words that SQL knows as one: `UNION ALL`.
fn merged(first: &Token, second: &Token) -> Option<Token> {
    const WORDS: [Kind; 8] = [
        Kind::KEYWORD,
        Kind::BAREWORD,
        Kind::OPERATOR,
        Kind::UNION,
        Kind::FUNCTION,
        Kind::EXPRESSION,
        Kind::TSQL,
        Kind::SQL_TYPE,
    ];
    if !one_of(first.kind, &WORDS) || !(one_of(second.kind, &WORDS) || second.kind == Kind::LOGIC) {
        return None;
    }
    let length = first.text().len() + second.text().len() + 1;
    if length > TEXT_BYTES_MAX {
        return None;
    }
    let mut phrase = [b' '; TEXT_BYTES_MAX];
    phrase.get_mut(..first.text().len())?.copy_from_slice(first.text());
    phrase.get_mut(first.text().len() + 1..length)?.copy_from_slice(second.text());
    let phrase = phrase.get(..length)?;
    let kind = lookup(phrase)?;
    Some(Token { open: first.open, close: first.close, ..Token::new(kind, phrase) })
}
