//! JSX, where text is no code.
use super::scan::{Kind, Last, Scan};
use super::words::is_word;

impl Scan<'_> {
    /// Whether this `<` begins an element; then its name is next.
    ///
    /// # Errors
    /// When only the grammar could tell.
    pub(super) fn jsx_begins(&mut self) -> Result<bool, String> {
        let next = self.peek(1).unwrap_or_default();
        if !(next == b'>' || is_word(next) && !next.is_ascii_digit()) || self.is_type_parameter() {
            return Ok(false);
        }
        match self.last {
            Last::Operator => {
                self.next += 1;
                self.push(Kind::JsxTag);
                Ok(true)
            }
            Last::Unclear => Err("has a `<` that may compare or begin an element".to_owned()),
            Last::Operand | Last::Dot => Ok(false),
        }
    }

    /// `<T,>(x) => …` and `<T extends X>(x) => …` of TypeScript.
    fn is_type_parameter(&self) -> bool {
        let rest = self.bytes.get(self.next + 1..).unwrap_or_default();
        let name = rest.iter().take_while(|byte| is_word(**byte)).count();
        let after = rest.get(name..).unwrap_or_default().trim_ascii_start();
        match after.strip_prefix(b"extends") {
            Some(bound) => {
                bound.first().is_some_and(u8::is_ascii_whitespace)
                    && bound
                        .trim_ascii_start()
                        .first()
                        .is_some_and(|byte| !matches!(byte, b'=' | b'>' | b'/'))
            }
            None => after.first() == Some(&b','),
        }
    }

    /// The inside of `<a b="c" d={e}>`.
    pub(super) fn jsx_tag(&mut self, byte: u8) -> Result<(), String> {
        match byte {
            b'>' => {
                self.next += 1;
                self.replace(Kind::JsxText);
            }
            b'/' if self.peek(1) == Some(b'>') => {
                self.next += 2;
                self.pop();
            }
            b'/' if self.peek(1) == Some(b'*') => self.block_comment()?,
            b'/' if self.peek(1) == Some(b'/') => {
                while self.peek(0).is_some_and(|byte| byte != b'\n') {
                    self.next += 1;
                }
            }
            b'"' | b'\'' => {
                // No escapes, and over several lines.
                self.next += 1;
                while self.peek(0).is_some_and(|next| next != byte) {
                    self.next += 1;
                }
                self.next += 1;
            }
            b'{' => self.open(byte),
            b'<' if self.follows_equals() => {
                self.next += 1;
                self.push(Kind::JsxTag);
            }
            b'<' => self.type_arguments()?,
            _ => self.next += 1,
        }
        Ok(())
    }

    fn follows_equals(&self) -> bool {
        let before = self.bytes.get(..self.next).unwrap_or_default();
        before.trim_ascii_end().last() == Some(&b'=')
    }

    /// `<List<Item> of={x}>`: names in angle brackets.
    fn type_arguments(&mut self) -> Result<(), String> {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'<' => depth += 1,
                b'>' => depth = depth.saturating_sub(1),
                byte if is_word(byte) || matches!(byte, b' ' | b',' | b'.' | b'|' | b'&') => {}
                _ => return Err("has an element with types that are too complex".to_owned()),
            }
            self.next += 1;
            if depth == 0 {
                break;
            }
            if depth > 20 {
                return Err("has an element with types that are too complex".to_owned());
            }
        }
        Ok(())
    }

    /// Between `<a>` and `</a>`.
    pub(super) fn jsx_text(&mut self, byte: u8) {
        match byte {
            b'<' if self.closes() => {
                while self.peek(0).is_some_and(|byte| byte != b'>') {
                    self.next += 1;
                }
                self.next += 1;
                self.pop();
            }
            b'<' => {
                self.next += 1;
                self.push(Kind::JsxTag);
            }
            b'{' => self.open(byte),
            _ => self.next += 1,
        }
    }

    fn closes(&self) -> bool {
        let rest = self.bytes.get(self.next + 1..).unwrap_or_default();
        rest.trim_ascii_start().first() == Some(&b'/')
    }
}
