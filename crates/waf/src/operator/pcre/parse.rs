//! From the text of a pattern to its tree.
use super::class::set_of_escape;
use super::{Bytes, DEPTH_MAX, Look, Node, Pattern, PatternError, REPEAT_MAX, RepeatKind};

/// Reads a pattern with the options that libmodsecurity sets: `DOTALL` and `MULTILINE`.
pub(in crate::operator) fn parse(text: &[u8]) -> Result<Pattern, PatternError> {
    let flags =
        Flags { caseless: false, lines: true, dot_all: true, extended: false, lazy: false, explicit: false };
    let mut parser = Parser { text, at: 0, flags, groups: 0, names: Vec::new(), depth: 0 };
    let node = parser.alternation()?;
    if parser.at < text.len() {
        return Err(parser.error("a `)` without its `(`"));
    }
    Ok(Pattern { node, groups: parser.groups })
}

/// The options that `(?i)` and its sisters change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flags {
    pub(super) caseless: bool,
    lines: bool,
    dot_all: bool,
    extended: bool,
    /// `(?U)`: quantifiers are lazy unless `?` follows.
    lazy: bool,
    /// `(?n)`: only named groups capture.
    explicit: bool,
}

pub(super) struct Parser<'a> {
    text: &'a [u8],
    pub(super) at: usize,
    pub(super) flags: Flags,
    groups: u32,
    names: Vec<(&'a [u8], u32)>,
    depth: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn error(&self, message: &'static str) -> PatternError {
        PatternError { message, at: self.at }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn next(&mut self) -> Option<u8> {
        let byte = self.text.get(self.at).copied()?;
        self.at += 1;
        Some(byte)
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.rest().first() == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn take_text(&mut self, text: &[u8]) -> bool {
        let found = self.rest().starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    /// Up to `)` or the end.
    fn alternation(&mut self) -> Result<Node, PatternError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.error("groups nest too deep"));
        }
        let mut branches = Vec::new();
        loop {
            branches.push(self.branch()?);
            if !self.take(b'|') {
                break;
            }
        }
        self.depth -= 1;
        Ok(if branches.len() == 1 {
            branches.pop().unwrap_or(Node::Empty)
        } else {
            Node::Alternate(branches)
        })
    }

    fn branch(&mut self) -> Result<Node, PatternError> {
        let mut nodes = Vec::new();
        while let Some(&byte) = self.rest().first() {
            match byte {
                b'|' | b')' => break,
                b'*' | b'+' | b'?' => return Err(self.error("a quantifier without something to repeat")),
                _ => {}
            }
            if self.skip_ignored()? {
                continue;
            }
            if self.take_text(b"\\Q") {
                self.quoted(&mut nodes)?;
                continue;
            }
            if self.take_text(b"\\E") {
                continue;
            }
            let Some(node) = self.atom()? else { continue };
            let node = self.quantified(node)?;
            nodes.push(node);
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.pop().unwrap_or(Node::Empty),
            _ => Node::Concat(nodes),
        })
    }

    /// Comments, and with `(?x)` white space.
    fn skip_ignored(&mut self) -> Result<bool, PatternError> {
        if self.take_text(b"(?#") {
            let Some(end) = memchr::memchr(b')', self.rest()) else {
                return Err(self.error("a comment is not closed"));
            };
            self.at += end + 1;
            return Ok(true);
        }
        if !self.flags.extended {
            return Ok(false);
        }
        match self.rest() {
            [b' ' | b'\t'..=b'\r', ..] => self.at += 1,
            [b'#', rest @ ..] => {
                self.at += memchr::memchr(b'\n', rest).map_or(self.rest().len(), |end| end + 2)
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The bytes between `\Q` and `\E`.
    fn quoted(&mut self, nodes: &mut Vec<Node>) -> Result<(), PatternError> {
        let length = memchr::memmem::find(self.rest(), b"\\E").unwrap_or(self.rest().len());
        for place in 0..length {
            let Some(byte) = self.next() else { break };
            let mut node = self.byte(byte);
            if place + 1 == length {
                self.take_text(b"\\E");
                node = self.quantified(node)?;
            }
            nodes.push(node);
        }
        Ok(())
    }

    fn byte(&self, byte: u8) -> Node {
        if self.flags.caseless && byte.is_ascii_alphabetic() {
            Node::Class(Bytes::of([byte]).caseless())
        } else {
            Node::Byte(byte)
        }
    }

    /// One item; `None` when it only sets options.
    fn atom(&mut self) -> Result<Option<Node>, PatternError> {
        let Some(byte) = self.next() else { return Ok(None) };
        Ok(Some(match byte {
            b'.' if self.flags.dot_all => Node::Class(Bytes::ALL),
            b'.' => Node::Class(Bytes::of([b'\n']).negated()),
            b'^' => Node::Look(if self.flags.lines { Look::LineStart } else { Look::Start }),
            b'$' => Node::Look(if self.flags.lines { Look::LineEnd } else { Look::FinalEnd }),
            b'[' => self.bracket()?,
            b'(' => return self.group(),
            b'\\' => self.escape()?,
            byte => self.byte(byte),
        }))
    }

    /// After a `(`.
    fn group(&mut self) -> Result<Option<Node>, PatternError> {
        if self.take(b'*') {
            return Err(self.error("control verbs are not supported"));
        }
        let before = self.flags;
        let node = if !self.take(b'?') {
            let index = (!self.flags.explicit).then(|| self.number());
            Node::Group(index, Box::new(self.alternation()?))
        } else {
            match self.special()? {
                Some(node) => node,
                // the options hold for the rest of the group around
                None => return Ok(None),
            }
        };
        if !self.take(b')') {
            return Err(self.error("a `(` without its `)`"));
        }
        self.flags = before;
        Ok(Some(node))
    }

    fn number(&mut self) -> u32 {
        self.groups += 1;
        self.groups
    }

    /// After `(?`, without the closing `)` unless it only sets options.
    fn special(&mut self) -> Result<Option<Node>, PatternError> {
        for (mark, behind, negated) in
            [(b"=".as_slice(), false, false), (b"!", false, true), (b"<=", true, false), (b"<!", true, true)]
        {
            if self.take_text(mark) {
                let node = Box::new(self.alternation()?);
                let fixed = |node: &Node| node.length_fixed().is_some();
                let allowed = match node.as_ref() {
                    Node::Alternate(branches) => branches.iter().all(fixed),
                    node => fixed(node),
                };
                if behind && !allowed {
                    return Err(self.error("a lookbehind whose length is not fixed"));
                }
                return Ok(Some(Node::Around { behind, negated, node }));
            }
        }
        if self.take(b'>') {
            return Ok(Some(Node::Atomic(Box::new(self.alternation()?))));
        }
        if self.take(b':') {
            return Ok(Some(Node::Group(None, Box::new(self.alternation()?))));
        }
        if self.take_text(b"P=") {
            let name = self.name(b')')?;
            self.at -= 1;
            return self.reference_by_name(name).map(Some);
        }
        for (open, close) in [(b"P<".as_slice(), b'>'), (b"<", b'>'), (b"'", b'\'')] {
            if self.take_text(open) {
                let name = self.name(close)?;
                let index = self.number();
                self.names.push((name, index));
                return Ok(Some(Node::Group(Some(index), Box::new(self.alternation()?))));
            }
        }
        self.options()
    }

    fn name(&mut self, close: u8) -> Result<&'a [u8], PatternError> {
        let rest = self.rest();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let name = rest.get(..length).unwrap_or_default();
        self.at += length;
        if length == 0 || name.first().is_some_and(u8::is_ascii_digit) || !self.take(close) {
            return Err(self.error("a wrong group name"));
        }
        Ok(name)
    }

    /// `i`, `-i`, `^`, then `)` or `:`.
    fn options(&mut self) -> Result<Option<Node>, PatternError> {
        let mut flags = self.flags;
        let mut on = true;
        loop {
            let Some(byte) = self.next() else { return Err(self.error("a `(` without its `)`")) };
            match byte {
                b'^' => {
                    flags = Flags {
                        caseless: false,
                        lines: false,
                        dot_all: false,
                        extended: false,
                        explicit: false,
                        ..flags
                    };
                }
                b'-' => on = false,
                b'i' => flags.caseless = on,
                b'm' => flags.lines = on,
                b's' => flags.dot_all = on,
                b'x' => flags.extended = on,
                b'n' => flags.explicit = on,
                b'U' => flags.lazy = on,
                b'J' => {}
                b')' => {
                    self.flags = flags;
                    return Ok(None);
                }
                b':' => {
                    self.flags = flags;
                    return Ok(Some(Node::Group(None, Box::new(self.alternation()?))));
                }
                _ => return Err(self.error("an unknown or unsupported group")),
            }
        }
    }

    /// After a backslash, outside a class.
    fn escape(&mut self) -> Result<Node, PatternError> {
        let Some(letter) = self.next() else { return Err(self.error("a backslash ends the pattern")) };
        if let Some(set) = set_of_escape(letter) {
            return Ok(Node::Class(set));
        }
        Ok(match letter {
            b'A' | b'G' => Node::Look(Look::Start),
            b'Z' => Node::Look(Look::FinalEnd),
            b'z' => Node::Look(Look::End),
            b'b' => Node::Look(Look::Word),
            b'B' => Node::Look(Look::NotWord),
            b'K' => Node::Keep,
            b'C' => Node::Class(Bytes::ALL),
            b'R' => {
                let one = Bytes::of([b'\n', 0x0b, 0x0c, b'\r', 0x85]);
                let pair = Node::Concat(vec![Node::Byte(b'\r'), Node::Byte(b'\n')]);
                Node::Atomic(Box::new(Node::Alternate(vec![pair, Node::Class(one)])))
            }
            b'k' => {
                let close = match self.next() {
                    Some(b'{') => b'}',
                    Some(b'<') => b'>',
                    Some(b'\'') => b'\'',
                    _ => return Err(self.error("a wrong back reference")),
                };
                let name = self.name(close)?;
                self.reference_by_name(name)?
            }
            b'g' => self.reference_by_number()?,
            b'1'..=b'9' => self.digits(letter)?,
            b'X' | b'p' | b'P' => return Err(self.error("Unicode properties are not supported")),
            _ => {
                let byte = self.byte_escape(letter, false)?;
                self.byte(byte)
            }
        })
    }

    fn reference(&self, group: u32) -> Node {
        Node::Backreference { group, caseless: self.flags.caseless }
    }

    fn reference_by_name(&self, name: &[u8]) -> Result<Node, PatternError> {
        match self.names.iter().find(|(known, _)| *known == name) {
            Some(&(_, group)) => Ok(self.reference(group)),
            None => Err(self.error("a back reference to an unknown group")),
        }
    }

    /// `\g1`, `\g{1}`, `\g{-1}`, `\g{name}`
    fn reference_by_number(&mut self) -> Result<Node, PatternError> {
        let braced = self.take(b'{');
        if braced && self.rest().first().is_some_and(u8::is_ascii_alphabetic) {
            let name = self.name(b'}')?;
            return self.reference_by_name(name);
        }
        let back = self.take(b'-');
        let Some(number) = self.decimal() else { return Err(self.error("a wrong back reference")) };
        let group = if back { (self.groups + 1).checked_sub(number) } else { Some(number) };
        let Some(group) = group.filter(|&group| group > 0 && (!braced || self.take(b'}'))) else {
            return Err(self.error("a wrong back reference"));
        };
        Ok(self.reference(group))
    }

    fn decimal(&mut self) -> Option<u32> {
        let rest = self.rest();
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = std::str::from_utf8(rest.get(..length)?).ok()?;
        let number = digits.parse().ok()?;
        self.at += length;
        Some(number)
    }

    /// `\1` to `\9`, and greater numbers of groups that exist, are back references; else they are octal.
    fn digits(&mut self, first: u8) -> Result<Node, PatternError> {
        let start = self.at;
        self.at -= 1;
        let number = self.decimal().unwrap_or(u32::MAX);
        if number < 10 || number <= self.groups {
            return Ok(self.reference(number));
        }
        self.at = start;
        let byte = if first >= b'8' { first } else { self.octal(u32::from(first - b'0'), 2)? };
        Ok(self.byte(byte))
    }

    /// At most `more` further octal digits.
    fn octal(&mut self, start: u32, more: usize) -> Result<u8, PatternError> {
        let mut number = start;
        for _ in 0..more {
            match self.rest().first() {
                Some(&digit @ b'0'..=b'7') => number = number * 8 + u32::from(digit - b'0'),
                _ => break,
            }
            self.at += 1;
        }
        u8::try_from(number).map_err(|_| self.error("a character code above 255"))
    }

    /// An escape that means one byte, after its backslash and letter.
    pub(super) fn byte_escape(&mut self, letter: u8, in_class: bool) -> Result<u8, PatternError> {
        Ok(match letter {
            b'a' => 7,
            b'e' => 27,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'0' => self.octal(0, 2)?,
            b'1'..=b'7' if in_class => self.octal(u32::from(letter - b'0'), 2)?,
            b'c' => match self.next() {
                Some(byte) if byte.is_ascii() && !byte.is_ascii_control() => byte.to_ascii_uppercase() ^ 0x40,
                _ => return Err(self.error("`\\c` needs a printable character")),
            },
            b'o' | b'x' if self.take(b'{') => {
                let length = memchr::memchr(b'}', self.rest()).unwrap_or(0);
                let digits =
                    std::str::from_utf8(self.rest().get(..length).unwrap_or_default()).unwrap_or_default();
                let number = u8::from_str_radix(digits, if letter == b'x' { 16 } else { 8 });
                self.at += length + 1;
                number.map_err(|_| self.error("a wrong character code"))?
            }
            b'x' => {
                let mut number = 0;
                for _ in 0..2 {
                    let Some(digit) = self.rest().first().and_then(|&byte| char::from(byte).to_digit(16))
                    else {
                        break;
                    };
                    number = number * 16 + digit as u8;
                    self.at += 1;
                }
                number
            }
            letter if letter.is_ascii_alphanumeric() && !(in_class && letter.is_ascii_digit()) => {
                return Err(self.error("an unknown escape"));
            }
            byte => byte,
        })
    }

    /// `*`, `+`, `?`, `{2,3}`, with `?` or `+` after; more of them may follow.
    fn quantified(&mut self, node: Node) -> Result<Node, PatternError> {
        let mut node = node;
        loop {
            while self.skip_ignored()? {}
            let (min, max) = match self.rest().first() {
                Some(b'*') => (0, None),
                Some(b'+') => (1, None),
                Some(b'?') => (0, Some(1)),
                Some(b'{') => match self.counts()? {
                    Some(counts) => counts,
                    None => return Ok(node),
                },
                _ => return Ok(node),
            };
            self.at += 1;
            let kind = if self.take(b'+') {
                RepeatKind::Possessive
            } else if self.take(b'?') != self.flags.lazy {
                RepeatKind::Lazy
            } else {
                RepeatKind::Greedy
            };
            node = Node::Repeat { node: Box::new(node), min, max, kind };
        }
    }

    /// `{n}`, `{n,}`, `{n,m}`: `at` is left on the closing brace. Anything else means itself.
    fn counts(&mut self) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        let start = self.at;
        self.at += 1;
        let counts = self.decimal_or_text().and_then(|min| {
            let max = if self.take(b',') {
                if self.rest().first() == Some(&b'}') { None } else { Some(self.decimal_or_text()?) }
            } else {
                Some(min)
            };
            (self.rest().first() == Some(&b'}')).then_some((min, max))
        });
        match counts {
            None => {
                self.at = start;
                Ok(None)
            }
            Some((min, max)) if min > REPEAT_MAX || max.is_some_and(|max| max > REPEAT_MAX || max < min) => {
                Err(self.error("a wrong count in a quantifier"))
            }
            Some(counts) => Ok(Some(counts)),
        }
    }

    /// A number, or the greatest when it does not fit.
    fn decimal_or_text(&mut self) -> Option<u32> {
        let length = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length > 9 {
            self.at += length;
            return Some(u32::MAX);
        }
        self.decimal()
    }
}
