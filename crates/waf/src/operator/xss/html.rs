//! A tokenizer of HTML that is as lenient as old browsers are.
use memchr::memchr;

/// Where a value stands in a page.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    Data,
    /// Before the name of an attribute.
    NoQuote,
    /// In the value of an attribute, in these quotes.
    Quote(u8),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Token<'a> {
    TagOpen(&'a [u8]),
    AttributeName(&'a [u8]),
    AttributeValue(&'a [u8]),
    Comment(&'a [u8]),
    Doctype,
    Other,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Data,
    TagOpen,
    /// At the `>` of a tag.
    TagEnd,
    BeforeName,
    AfterName,
    BeforeValue,
    Quoted(u8),
    AfterQuoted,
    SelfClosing,
    End,
}

pub(super) struct Tokenizer<'a> {
    text: &'a [u8],
    at: usize,
    state: State,
    /// In `</name`.
    closing: bool,
}

/// A NUL is white too.
fn is_white(byte: u8) -> bool {
    matches!(byte, 0 | b' ' | b'\t'..=b'\r')
}

impl<'a> Iterator for Tokenizer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        match self.state {
            State::Data => self.data(),
            State::TagOpen => self.tag_open(),
            State::TagEnd => self.tag_end(),
            State::BeforeName => self.before_name(),
            State::AfterName => self.after_name(),
            State::BeforeValue => self.before_value(),
            State::Quoted(quote) => self.quoted(quote),
            State::AfterQuoted => self.after_quoted(),
            State::SelfClosing => self.self_closing(),
            State::End => None,
        }
    }
}

impl<'a> Tokenizer<'a> {
    pub(super) fn new(text: &'a [u8], start: Start) -> Self {
        let state = match start {
            Start::Data => State::Data,
            Start::NoQuote => State::BeforeName,
            Start::Quote(quote) => State::Quoted(quote),
        };
        Self { text, at: 0, state, closing: false }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    fn slice(&self, start: usize, end: usize) -> &'a [u8] {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The rest of the text is this token, and the last one.
    fn last(&mut self) -> &'a [u8] {
        let rest = self.rest();
        self.state = State::End;
        rest
    }

    fn data(&mut self) -> Option<Token<'a>> {
        let Some(found) = memchr(b'<', self.rest()) else {
            self.last();
            return None;
        };
        self.at += found + 1;
        self.state = State::TagOpen;
        if found == 0 { self.tag_open() } else { Some(Token::Other) }
    }

    fn tag_open(&mut self) -> Option<Token<'a>> {
        match self.byte(self.at)? {
            b'!' => {
                self.at += 1;
                Some(self.declaration())
            }
            b'/' => {
                self.at += 1;
                self.closing = true;
                self.end_tag_open()
            }
            b'?' => {
                self.at += 1;
                Some(self.bogus_comment())
            }
            b'%' => {
                self.at += 1;
                Some(self.percent_comment())
            }
            byte if byte.is_ascii_alphabetic() || byte == 0 => Some(self.tag_name()),
            _ => {
                self.state = State::Data;
                Some(Token::Other)
            }
        }
    }

    fn end_tag_open(&mut self) -> Option<Token<'a>> {
        match self.byte(self.at)? {
            b'>' => self.data(),
            byte if byte.is_ascii_alphabetic() => Some(self.tag_name()),
            _ => {
                self.closing = false;
                Some(self.bogus_comment())
            }
        }
    }

    fn tag_name(&mut self) -> Token<'a> {
        let start = self.at;
        let ends = |&byte: &u8| byte != 0 && is_white(byte) || matches!(byte, b'/' | b'>');
        let Some(length) = self.rest().iter().position(ends) else { return Token::TagOpen(self.last()) };
        let end = start + length;
        let name = self.slice(start, end);
        self.at = end + 1;
        match self.byte(end) {
            Some(b'/') => self.state = State::SelfClosing,
            Some(b'>') if self.closing => {
                self.closing = false;
                self.state = State::Data;
                return Token::Other;
            }
            Some(b'>') => {
                self.at = end;
                self.state = State::TagEnd;
            }
            _ => self.state = State::BeforeName,
        }
        Token::TagOpen(name)
    }

    fn tag_end(&mut self) -> Option<Token<'a>> {
        self.closing = false;
        self.at += 1;
        self.state = if self.at < self.text.len() { State::Data } else { State::End };
        Some(Token::Other)
    }

    /// The next byte that is not white. libinjection takes 0xFF for the end of the text.
    fn skip_white(&mut self) -> Option<u8> {
        let white = self.rest().iter().take_while(|&&byte| is_white(byte)).count();
        self.at += white;
        self.byte(self.at).filter(|&byte| byte != 0xff)
    }

    fn before_name(&mut self) -> Option<Token<'a>> {
        loop {
            match self.skip_white()? {
                b'/' => {
                    self.at += 1;
                    if self.byte(self.at).is_none_or(|byte| byte == b'>') {
                        return self.self_closing();
                    }
                }
                b'>' => {
                    self.at += 1;
                    self.state = State::Data;
                    return Some(Token::Other);
                }
                _ => return Some(self.name()),
            }
        }
    }

    fn name(&mut self) -> Token<'a> {
        let start = self.at;
        let ends = |&byte: &u8| is_white(byte) || matches!(byte, b'/' | b'=' | b'>');
        let Some(length) = self.rest().iter().skip(1).position(ends) else {
            return Token::AttributeName(self.last());
        };
        let end = start + 1 + length;
        self.at = end + 1;
        self.state = match self.byte(end) {
            Some(b'/') => State::SelfClosing,
            Some(b'=') => State::BeforeValue,
            Some(b'>') => {
                self.at = end;
                State::TagEnd
            }
            _ => State::AfterName,
        };
        Token::AttributeName(self.slice(start, end))
    }

    fn after_name(&mut self) -> Option<Token<'a>> {
        match self.skip_white()? {
            b'/' => {
                self.at += 1;
                self.self_closing()
            }
            b'=' => {
                self.at += 1;
                self.before_value()
            }
            b'>' => self.tag_end(),
            _ => Some(self.name()),
        }
    }

    fn before_value(&mut self) -> Option<Token<'a>> {
        match self.skip_white()? {
            quote @ (b'"' | b'\'' | b'`') => self.quoted(quote),
            _ => Some(self.unquoted()),
        }
    }

    fn quoted(&mut self, quote: u8) -> Option<Token<'a>> {
        // at the start of the text the quote stands before it
        if self.at > 0 {
            self.at += 1;
        }
        let start = self.at;
        let Some(length) = memchr(quote, self.rest()) else {
            return Some(Token::AttributeValue(self.last()));
        };
        self.at = start + length + 1;
        self.state = State::AfterQuoted;
        Some(Token::AttributeValue(self.slice(start, start + length)))
    }

    fn unquoted(&mut self) -> Token<'a> {
        let start = self.at;
        let ends = |&byte: &u8| is_white(byte) || byte == b'>';
        let Some(length) = self.rest().iter().position(ends) else {
            return Token::AttributeValue(self.last());
        };
        let end = start + length;
        if self.byte(end) == Some(b'>') {
            self.at = end;
            self.state = State::TagEnd;
        } else {
            self.at = end + 1;
            self.state = State::BeforeName;
        }
        Token::AttributeValue(self.slice(start, end))
    }

    fn after_quoted(&mut self) -> Option<Token<'a>> {
        match self.byte(self.at)? {
            byte if is_white(byte) => {
                self.at += 1;
                self.before_name()
            }
            b'/' => {
                self.at += 1;
                self.self_closing()
            }
            b'>' => {
                self.at += 1;
                self.state = State::Data;
                Some(Token::Other)
            }
            _ => self.before_name(),
        }
    }

    fn self_closing(&mut self) -> Option<Token<'a>> {
        if self.byte(self.at)? == b'>' {
            self.at += 1;
            self.state = State::Data;
            return Some(Token::Other);
        }
        self.before_name()
    }

    /// After `<!`.
    fn declaration(&mut self) -> Token<'a> {
        let rest = self.rest();
        if rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"doctype")) {
            return Token::Doctype;
        }
        if rest.starts_with(b"[CDATA[") {
            self.at += 7;
            return self.cdata();
        }
        if rest.starts_with(b"--") {
            self.at += 2;
            return self.comment();
        }
        self.bogus_comment()
    }

    /// A comment that goes on at a place.
    fn comment_until(&mut self, length: usize, after: usize) -> Token<'a> {
        let text = self.slice(self.at, self.at + length);
        self.at += length + after;
        self.state = State::Data;
        Token::Comment(text)
    }

    fn bogus_comment(&mut self) -> Token<'a> {
        match memchr(b'>', self.rest()) {
            Some(length) => self.comment_until(length, 1),
            None => Token::Comment(self.last()),
        }
    }

    /// `<% %>`
    fn percent_comment(&mut self) -> Token<'a> {
        match memchr::memmem::find(self.rest(), b"%>") {
            Some(length) => self.comment_until(length, 2),
            None => Token::Comment(self.last()),
        }
    }

    /// `<!-- -->`, also `-!>`, with NULs between the dashes.
    fn comment(&mut self) -> Token<'a> {
        let rest = self.rest();
        let mut from = 0;
        while let Some(found) = memchr(b'-', rest.get(from..).unwrap_or_default()) {
            let dash = from + found;
            if dash + 3 > rest.len() {
                break;
            }
            let nuls = rest.get(dash + 1..).unwrap_or_default().iter().take_while(|&&byte| byte == 0).count();
            let second = dash + 1 + nuls;
            match (rest.get(second), rest.get(second + 1)) {
                (None, _) | (Some(b'-' | b'!'), None) => break,
                (Some(b'-' | b'!'), Some(b'>')) => return self.comment_until(dash, 3 + nuls),
                // nothing can end between here and there
                _ => from = dash + 1,
            }
        }
        Token::Comment(self.last())
    }

    fn cdata(&mut self) -> Token<'a> {
        match memchr::memmem::find(self.rest(), b"]]>") {
            Some(length) => {
                self.at += length + 3;
                self.state = State::Data;
            }
            None => self.state = State::End,
        }
        Token::Other
    }
}
