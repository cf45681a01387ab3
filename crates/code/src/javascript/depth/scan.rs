//! The scan itself.
use super::Depth;
use super::words::{Word, continues, is_control, is_word, nests, word};

/// The token before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    /// A value: `/` after it divides, `<` compares.
    Operand,
    /// An operator, or the beginning.
    Operator,
    /// A `.`: any word after it is a name.
    Dot,
    /// A `}`, or a word that may be a keyword: nobody knows without the grammar.
    Unclear,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Closed by this byte.
    Bracket(u8),
    /// `${ … }`.
    Hole,
    Template,
    JsxTag,
    JsxText,
}

/// One level of nesting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub(super) kind: Kind,
    /// Operators since the last statement or element ended.
    operators: usize,
    /// Those of them that a comma does not end.
    kept: usize,
    /// `<` without their `>`, which may be type arguments.
    angles: usize,
    /// `do` without their `while`.
    dos: usize,
    is_control: bool,
}

pub(super) struct Scan<'t> {
    pub(super) bytes: &'t [u8],
    pub(super) next: usize,
    pub(super) last: Last,
    may_be_jsx: bool,
    levels: Vec<Level>,
    operators: usize,
    /// Brackets in what is probably a regular expression.
    hidden: usize,
    /// A statement may have ended: the next token tells.
    may_end: bool,
    is_control: bool,
    deepest: Depth,
    max: Depth,
}

impl<'t> Scan<'t> {
    pub(super) fn new(bytes: &'t [u8], may_be_jsx: bool, max: Depth) -> Self {
        let mut scan = Self {
            bytes,
            next: 0,
            last: Last::Operator,
            may_be_jsx,
            levels: Vec::new(),
            operators: 0,
            hidden: 0,
            may_end: false,
            is_control: false,
            deepest: Depth::default(),
            max,
        };
        scan.push(Kind::Bracket(0));
        scan
    }

    pub(super) fn run(mut self) -> Result<Depth, String> {
        self.skip_over(b"\xEF\xBB\xBF");
        if self.bytes.get(self.next..).is_some_and(|rest| rest.starts_with(b"#!")) {
            self.line();
        }
        while let Some(byte) = self.peek(0) {
            match self.kind() {
                Kind::Template => self.template(byte),
                Kind::JsxTag => self.jsx_tag(byte)?,
                Kind::JsxText => self.jsx_text(byte),
                Kind::Bracket(_) | Kind::Hole => self.code(byte)?,
            }
            self.check()?;
        }
        match self.kind() {
            Kind::Template => Err("has a template literal without an end".to_owned()),
            Kind::JsxTag | Kind::JsxText => Err("has a JSX element without an end".to_owned()),
            _ => Ok(self.deepest),
        }
    }

    fn check(&mut self) -> Result<(), String> {
        let now = Depth { brackets: self.levels.len() + self.hidden, operators: self.operators };
        self.deepest.brackets = self.deepest.brackets.max(now.brackets);
        self.deepest.operators = self.deepest.operators.max(now.operators);
        if now.brackets > self.max.brackets || now.operators > self.max.operators {
            return Err(format!("is nested deeper than {} levels", self.max.brackets));
        }
        Ok(())
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.next + ahead).copied()
    }

    fn kind(&self) -> Kind {
        self.levels.last().map_or(Kind::Bracket(0), |level| level.kind)
    }

    pub(super) fn push(&mut self, kind: Kind) {
        let is_control = std::mem::take(&mut self.is_control);
        self.levels.push(Level { kind, operators: 0, kept: 0, angles: 0, dos: 0, is_control });
        self.last = Last::Operator;
        self.may_end = false;
    }

    /// Leaves a level; what stood in it is a value.
    pub(super) fn pop(&mut self) {
        if self.levels.len() > 1
            && let Some(level) = self.levels.pop()
        {
            self.operators -= level.operators;
            self.last = if level.is_control { Last::Operator } else { Last::Operand };
        }
        self.may_end = false;
    }

    pub(super) fn replace(&mut self, kind: Kind) {
        if let Some(level) = self.levels.last_mut() {
            level.kind = kind;
        }
    }

    fn operator(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            level.operators += 1;
            self.operators += 1;
        }
    }

    /// Forgets the operators of this level, down to a number that is kept.
    fn forget(&mut self, all: bool) {
        if let Some(level) = self.levels.last_mut() {
            if all {
                (level.kept, level.angles) = (0, 0);
            }
            let left = (level.kept + level.angles).min(level.operators);
            self.operators -= level.operators - left;
            level.operators = left;
        }
    }

    /// One token, blank or comment.
    fn code(&mut self, byte: u8) -> Result<(), String> {
        match byte {
            b'\n' | b'\r' => {
                self.may_end |= matches!(self.last, Last::Operand | Last::Unclear);
                self.next += 1;
            }
            b' ' | b'\t' | 0x0B | 0x0C => self.next += 1,
            b'\'' | b'"' => {
                self.string(byte);
                self.last = Last::Operand;
            }
            b'`' => {
                self.operator();
                self.push(Kind::Template);
                self.next += 1;
            }
            b'/' if self.peek(1) == Some(b'/') => self.line(),
            b'/' if self.peek(1) == Some(b'*') => self.block_comment()?,
            b'/' => self.slash()?,
            b'(' | b'[' | b'{' => self.open(byte),
            b')' | b']' | b'}' => self.close(byte),
            b'0'..=b'9' => self.number(),
            b'\\' | b'#' if !self.begins_name(byte) => {
                return Err(format!("has a `{}` that means nothing", char::from(byte)));
            }
            byte if is_word(byte) => self.word(),
            byte => self.punctuation(byte)?,
        }
        Ok(())
    }

    /// To the end of the line, which three bytes may be too (U+2028, U+2029).
    fn line(&mut self) {
        while let Some(byte) = self.peek(0) {
            let separator = self.bytes.get(self.next..self.next + 3);
            if matches!(byte, b'\n' | b'\r') || matches!(separator, Some(b"\xE2\x80\xA8" | b"\xE2\x80\xA9")) {
                return;
            }
            self.next += 1;
        }
    }

    pub(super) fn block_comment(&mut self) -> Result<(), String> {
        self.next += 2;
        while let Some(byte) = self.peek(0) {
            if byte == b'*' && self.peek(1) == Some(b'/') {
                self.next += 2;
                return Ok(());
            }
            self.may_end |= byte == b'\n' && self.last == Last::Operand;
            self.next += 1;
        }
        Err("has a comment without an end".to_owned())
    }

    /// A string ends with its line at the latest.
    fn string(&mut self, quote: u8) {
        self.next += 1;
        while let Some(byte) = self.peek(0) {
            self.next += 1;
            match byte {
                b'\\' => {
                    self.next +=
                        if self.peek(0) == Some(b'\r') && self.peek(1) == Some(b'\n') { 2 } else { 1 }
                }
                b'\n' | b'\r' => return,
                byte if byte == quote => return,
                _ => {}
            }
        }
    }

    fn template(&mut self, byte: u8) {
        match byte {
            b'\\' => self.next += 2,
            b'`' => {
                self.next += 1;
                self.pop();
            }
            b'$' if self.peek(1) == Some(b'{') => {
                self.next += 2;
                self.push(Kind::Hole);
            }
            _ => self.next += 1,
        }
    }

    pub(super) fn open(&mut self, byte: u8) {
        // A call, an item: `f()()()` nests to the left.
        if self.last != Last::Operator && byte != b'{' {
            self.operator();
        }
        self.push(Kind::Bracket(match byte {
            b'(' => b')',
            b'[' => b']',
            _ => b'}',
        }));
        self.next += 1;
    }

    /// A bracket that does not fit is a syntax error; it closes nothing.
    fn close(&mut self, byte: u8) {
        self.next += 1;
        match self.kind() {
            Kind::Bracket(expected) if expected == byte => {
                self.pop();
                if byte == b'}' {
                    self.last = Last::Unclear;
                    self.may_end = true;
                }
            }
            Kind::Hole if byte == b'}' => self.pop(),
            _ => {}
        }
    }

    fn number(&mut self) {
        while self.peek(0).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')) {
            self.next += 1;
        }
        self.last = Last::Operand;
    }

    /// Whether this is an escape in a name, or the mark of a private one. Nobody knows where a parser goes
    /// on after anything else.
    fn begins_name(&self, byte: u8) -> bool {
        match (byte, self.peek(1)) {
            (b'\\', Some(b'u')) => self.peek(2).is_some_and(|next| next == b'{' || next.is_ascii_hexdigit()),
            (b'#', Some(next)) => is_word(next) && !next.is_ascii_digit() && next != b'#',
            _ => false,
        }
    }

    fn word(&mut self) {
        let start = self.next;
        self.next += 1;
        while self.peek(0).is_some_and(|byte| is_word(byte) && !matches!(byte, b'\\' | b'#'))
            || self.peek(0) == Some(b'\\') && self.begins_name(b'\\')
        {
            self.next += 1;
        }
        let text = self.bytes.get(start..self.next).unwrap_or_default();
        let may_end = std::mem::take(&mut self.may_end);
        let what = if self.last == Last::Dot { Word::Operand } else { word(text) };
        let ends_do = may_end && what == Word::Statement && self.ends_do(text);
        if may_end && !continues(text) && self.levels.last().is_none_or(|level| level.dos == 0) {
            self.forget(true);
        }
        // `for await (…)` keeps the `for`.
        self.is_control =
            is_control(text) && self.last != Last::Dot && !ends_do || self.is_control && text == b"await";
        if what != Word::Operand || nests(text) {
            self.operator();
        }
        if matches!(what, Word::Statement | Word::Else)
            && let Some(level) = self.levels.last_mut()
        {
            level.kept += 1;
            level.dos += usize::from(text == b"do");
        }
        self.last = match what {
            Word::Operand => Last::Operand,
            Word::Operator | Word::Statement | Word::Else => Last::Operator,
            Word::Unclear => Last::Unclear,
        };
    }

    /// Whether this `while` is the end of a `do`.
    fn ends_do(&mut self, text: &[u8]) -> bool {
        let Some(level) = self.levels.last_mut() else { return false };
        let ends = text == b"while" && level.dos > 0;
        if ends {
            level.dos -= 1;
        }
        ends
    }

    fn punctuation(&mut self, byte: u8) -> Result<(), String> {
        let rest = self.bytes.get(self.next..).unwrap_or_default();
        self.is_control = false;
        if rest.starts_with(b"<!--") || (rest.starts_with(b"-->") && self.last == Last::Operator) {
            return Err("has a comment in the style of HTML".to_owned());
        }
        if byte == b'<' && self.may_be_jsx && self.jsx_begins()? {
            return Ok(());
        }
        if rest.starts_with(b"++") || rest.starts_with(b"--") {
            self.operator();
            self.next += 2;
            // After a value it belongs to that.
            self.last =
                if self.last == Last::Operand && !self.may_end { Last::Operand } else { Last::Operator };
            return Ok(());
        }
        self.next += 1;
        if rest.starts_with(b"<<") {
            // A shift, or two lists of type parameters; no element in either case.
            self.angle(byte);
            self.next += 1;
        }
        match byte {
            b';' => {
                self.may_end = true;
                self.last = Last::Operator;
                return Ok(());
            }
            b',' => self.forget(false),
            _ => {
                self.operator();
                self.angle(byte);
            }
        }
        self.may_end = false;
        self.last = match byte {
            b'.' if !rest.starts_with(b"...") => Last::Dot,
            b'.' => {
                self.next += 2;
                Last::Operator
            }
            // `x!` of TypeScript.
            b'!' if self.last == Last::Operand && rest.get(1) != Some(&b'=') => Last::Operand,
            _ => Last::Operator,
        };
        Ok(())
    }

    fn angle(&mut self, byte: u8) {
        let before = self.next.checked_sub(2).and_then(|at| self.bytes.get(at));
        if let Some(level) = self.levels.last_mut() {
            match byte {
                b'<' => level.angles += 1,
                b'>' if before != Some(&b'=') => level.angles = level.angles.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// A division or a regular expression.
    fn slash(&mut self) -> Result<(), String> {
        let body = self.regex();
        if self.last == Last::Operand || body.is_none() {
            return self.punctuation(b'/');
        }
        let body = body.unwrap_or_default();
        if self.last == Last::Unclear {
            let after = self.peek(body.len() + 2);
            let hides = body.iter().any(|byte| matches!(byte, b'\'' | b'"' | b'`' | b'<'));
            if hides || matches!(after, Some(b'*' | b'/')) {
                return Err("has a `/` that may divide or begin a regular expression".to_owned());
            }
            self.hidden += body.iter().filter(|byte| matches!(byte, b'(' | b'[' | b'{')).count();
        }
        self.next += body.len() + 2;
        self.last = Last::Operand;
        self.may_end = false;
        Ok(())
    }

    /// What stands between this `/` and the one that ends the regular expression, on the same line.
    fn regex(&self) -> Option<&'t [u8]> {
        let rest = self.bytes.get(self.next + 1..)?;
        let (mut at, mut is_class) = (0, false);
        while let Some(byte) = rest.get(at) {
            match byte {
                b'\n' | b'\r' => return None,
                b'\\' => at += 1,
                b'[' => is_class = true,
                b']' => is_class = false,
                b'/' if !is_class => return rest.get(..at),
                _ => {}
            }
            at += 1;
        }
        None
    }

    fn skip_over(&mut self, mark: &[u8]) {
        if self.bytes.starts_with(mark) {
            self.next += mark.len();
        }
    }
}
