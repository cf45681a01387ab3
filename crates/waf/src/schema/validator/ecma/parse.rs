//! From the text of a pattern to its tree.
use super::tree::Tree;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// How deep groups may nest.
const DEPTH_MAX: usize = 100;
/// The greatest count of a repetition; greater ones are no limit that a text could reach.
const COUNT_MAX: u32 = 100_000;

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// ECMA-262 alone: what `format: regex` asks for.
    Standard,
    /// And what other readers of schemas read.
    Everything,
}

/// Bytes of a pattern that somebody sends.
const SENT_BYTES_MAX: usize = 16_384;

/// Whether a text that somebody sends is a pattern of ECMA-262.
pub(in crate::schema::validator) fn is_pattern(text: &str) -> bool {
    text.len() <= SENT_BYTES_MAX && parse(text, Dialect::Standard).is_ok()
}

/// The tree, and how many groups it has.
pub(super) fn parse(text: &str, dialect: Dialect) -> Result<(Tree, u32), String> {
    let mut parser = Parser {
        rest: text,
        dialect,
        flags: Flags::default(),
        groups: 0,
        depth: 0,
        names: names_of(text),
        referred: 0,
    };
    let tree = parser.alternation()?;
    if !parser.rest.is_empty() {
        return Err("a `)` without its `(`".to_owned());
    }
    if parser.referred > parser.groups {
        return Err(format!("a reference to the group {}, which is not there", parser.referred));
    }
    Ok((tree, parser.groups))
}

#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    is_caseless: bool,
    /// `^` and `$` match at lines.
    has_lines: bool,
    is_dot_all: bool,
}

struct Parser<'t> {
    rest: &'t str,
    dialect: Dialect,
    flags: Flags,
    groups: u32,
    depth: usize,
    /// Names of groups, also of those that come later.
    names: Vec<(&'t str, u32)>,
    /// The greatest group that something refers to.
    referred: u32,
}

/// Names of groups with their numbers: a reference may stand before its group.
fn names_of(text: &str) -> Vec<(&str, u32)> {
    let (mut names, mut number, mut in_class) = (Vec::new(), 0, false);
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let skipped = if char == '\\' { rest.chars().nth(1).map_or(0, char::len_utf8) } else { 0 };
        rest = rest.get(char.len_utf8() + skipped..).unwrap_or_default();
        match char {
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let name = name_of_group(rest);
                number += u32::from(name.is_some() || !rest.starts_with('?'));
                names.extend(name.map(|name| (name, number)));
            }
            _ => {}
        }
    }
    names
}

/// Behind a `(`.
fn name_of_group(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix("?P<").or_else(|| rest.strip_prefix("?<"))?;
    if rest.starts_with(['=', '!']) {
        return None;
    }
    rest.split_once('>').map(|(name, _)| name)
}

fn class_of(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|(first, last)| ClassUnicodeRange::new(*first, *last)))
}

fn negated(mut class: ClassUnicode, is_negated: bool) -> ClassUnicode {
    if is_negated {
        class.negate();
    }
    class
}

const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
const SPACE: &[(char, char)] = &[
    ('\t', '\r'),
    (' ', ' '),
    ('\u{A0}', '\u{A0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200A}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202F}', '\u{202F}'),
    ('\u{205F}', '\u{205F}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{FEFF}', '\u{FEFF}'),
];
const LINE_ENDS: &[(char, char)] = &[('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')];

/// `[:alpha:]` and its sisters.
const POSIX: &[(&str, &[(char, char)])] = &[
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("ascii", &[('\0', '\x7F')]),
    ("blank", &[('\t', '\t'), (' ', ' ')]),
    ("cntrl", &[('\0', '\x1F'), ('\x7F', '\x7F')]),
    ("digit", &[('0', '9')]),
    ("graph", &[('!', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '~')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[('\t', '\r'), (' ', ' ')]),
    ("upper", &[('A', 'Z')]),
    ("word", WORD),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

/// An item of a class.
enum Item {
    One(char),
    Set(ClassUnicode),
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.rest = self.rest.get(char.len_utf8()..).unwrap_or_default();
        Some(char)
    }

    fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn alternation(&mut self) -> Result<Tree, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("groups nest too deep".to_owned());
        }
        let before = self.flags;
        let mut branches = vec![self.branch()?];
        while self.take("|") {
            branches.push(self.branch()?);
        }
        self.flags = before;
        self.depth -= 1;
        Ok(if branches.len() > 1 { Tree::Alternate(branches) } else { Tree::Concat(branches) })
    }

    fn branch(&mut self) -> Result<Tree, String> {
        let mut trees = Vec::new();
        while let Some(char) = self.peek().filter(|char| !matches!(char, '|' | ')')) {
            if matches!(char, '*' | '+' | '?') {
                return Err("a quantifier without something to repeat".to_owned());
            }
            let Some(tree) = self.atom()? else { continue };
            trees.push(self.repeated(tree)?);
        }
        Ok(Tree::Concat(trees))
    }

    /// One item; none when it only sets flags.
    fn atom(&mut self) -> Result<Option<Tree>, String> {
        let Some(char) = self.next() else { return Ok(None) };
        Ok(Some(match char {
            '.' if self.flags.is_dot_all => Tree::Class(class_of(&[('\0', char::MAX)])),
            '.' => Tree::Class(negated(class_of(LINE_ENDS), true)),
            '^' if self.flags.has_lines => Tree::LineStart,
            '^' => Tree::Start,
            '$' if self.flags.has_lines => Tree::LineEnd,
            '$' => Tree::End,
            '[' => self.class()?,
            '(' => return self.group(),
            '\\' => self.escape()?,
            char => self.one(char),
        }))
    }

    fn one(&self, char: char) -> Tree {
        Tree::Class(self.cased(class_of(&[(char, char)])))
    }

    fn cased(&self, mut class: ClassUnicode) -> ClassUnicode {
        if self.flags.is_caseless && self.dialect == Dialect::Everything {
            class.case_fold_simple();
        }
        class
    }

    /// Behind `(`.
    fn group(&mut self) -> Result<Option<Tree>, String> {
        let flags = self.flags;
        let around = [("?=", false, false), ("?!", false, true), ("?<=", true, false), ("?<!", true, true)];
        let found = around.into_iter().find(|(mark, ..)| self.take(mark));
        let tree = if let Some((_, is_behind, is_negated)) = found {
            Tree::Around { is_behind, is_negated, tree: Box::new(self.alternation()?) }
        } else if self.take("?:") {
            Tree::Group(None, Box::new(self.alternation()?))
        } else if let Some(name) = name_of_group(self.rest) {
            self.named(name)?
        } else if self.take("?") {
            self.set_flags()?;
            if self.take(")") {
                // They hold for what follows in the group around.
                return Ok(None);
            }
            self.take(":");
            Tree::Group(None, Box::new(self.alternation()?))
        } else {
            self.groups += 1;
            let group = self.groups;
            Tree::Group(Some(group), Box::new(self.alternation()?))
        };
        self.flags = flags;
        if self.take(")") { Ok(Some(tree)) } else { Err("a `(` without its `)`".to_owned()) }
    }

    fn named(&mut self, name: &str) -> Result<Tree, String> {
        let is_first = |char: char| char.is_alphabetic() || matches!(char, '_' | '$');
        let is_name =
            name.starts_with(is_first) && name.chars().all(|char| is_first(char) || char.is_numeric());
        let is_foreign = self.rest.starts_with("?P") && self.dialect == Dialect::Standard;
        if !is_name || is_foreign {
            return Err("a wrong name of a group".to_owned());
        }
        if self.names.iter().filter(|(known, _)| *known == name).count() > 1 {
            return Err(format!("two groups are called `{name}`"));
        }
        self.rest = self.rest.split_once('>').map_or("", |(_, rest)| rest);
        self.groups += 1;
        let group = self.groups;
        Ok(Tree::Group(Some(group), Box::new(self.alternation()?)))
    }

    /// `i`, `ms-i`, up to the `:` or `)` behind them.
    fn set_flags(&mut self) -> Result<(), String> {
        let mut is_on = true;
        while let Some(char) = self.peek().filter(|char| !matches!(char, ':' | ')')) {
            match char {
                '-' => is_on = false,
                'i' => self.flags.is_caseless = is_on,
                'm' => self.flags.has_lines = is_on,
                's' => self.flags.is_dot_all = is_on,
                // Code points are what a pattern is over.
                'u' if is_on => {}
                _ => return Err("a group that is not known".to_owned()),
            }
            self.next();
        }
        let is_foreign = self.dialect == Dialect::Standard && self.rest.starts_with(')');
        if is_foreign { Err("flags without a group".to_owned()) } else { Ok(()) }
    }

    /// Quantifiers behind an item.
    fn repeated(&mut self, tree: Tree) -> Result<Tree, String> {
        let mut tree = tree;
        let mut is_first = true;
        loop {
            let (least, most) = match self.peek() {
                Some('*') => (0, None),
                Some('+') => (1, None),
                Some('?') => (0, Some(1)),
                Some('{') => match self.counts()? {
                    Some(counts) => counts,
                    None => return Ok(tree),
                },
                _ => return Ok(tree),
            };
            if !is_first && self.dialect == Dialect::Standard {
                return Err("a quantifier without something to repeat".to_owned());
            }
            let takes_nothing =
                matches!(tree, Tree::Around { is_behind: true, .. } | Tree::Start | Tree::End);
            if takes_nothing && self.dialect == Dialect::Standard {
                return Err("a quantifier behind something that takes no text".to_owned());
            }
            self.next();
            let is_greedy = !self.take("?");
            is_first = false;
            tree = Tree::Repeat { tree: Box::new(tree), least, most, is_greedy };
        }
    }

    /// `{n}`, `{n,}`, `{n,m}`, left on the closing brace. Anything else means itself.
    fn counts(&mut self) -> Result<Option<(u32, Option<u32>)>, String> {
        let Some((inner, _)) = self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
            return Ok(None);
        };
        let (least, most) = inner
            .split_once(',')
            .map_or((inner, Some(inner)), |(least, most)| (least, (!most.is_empty()).then_some(most)));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(least) || !most.is_none_or(is_number) {
            return Ok(None);
        }
        let number = |text: &str| text.parse::<u32>().unwrap_or(u32::MAX);
        let (least, most) = (number(least), most.map(number));
        if least > COUNT_MAX || most.is_some_and(|most| most < least) {
            return Err("a wrong count in a quantifier".to_owned());
        }
        self.rest = self.rest.get(inner.len() + 1..).unwrap_or_default();
        Ok(Some((least, most.filter(|most| *most <= COUNT_MAX))))
    }

    /// Behind a backslash, outside of a class.
    fn escape(&mut self) -> Result<Tree, String> {
        let is_free = self.dialect == Dialect::Everything;
        Ok(match self.peek() {
            Some('b') if self.take("b") => Tree::Word,
            Some('B') if self.take("B") => Tree::NotWord,
            Some('A') if is_free && self.take("A") => Tree::Start,
            Some('z' | 'Z') if is_free && self.next().is_some() => Tree::End,
            Some('k') if self.take("k<") => {
                let (name, rest) = self.rest.split_once('>').unwrap_or((self.rest, ""));
                self.rest = rest;
                let group = self.names.iter().find(|(known, _)| *known == name);
                let Some((_, group)) = group else { return Err("a reference to no group".to_owned()) };
                Tree::Reference { group: *group, is_caseless: self.flags.is_caseless }
            }
            Some('1'..='9') => {
                let length = self.rest.bytes().take_while(u8::is_ascii_digit).count();
                let (number, rest) = self.rest.split_at_checked(length).unwrap_or_default();
                let group = number.parse().map_err(|_| "a reference to no group".to_owned())?;
                self.rest = rest;
                self.referred = self.referred.max(group);
                Tree::Reference { group, is_caseless: self.flags.is_caseless }
            }
            _ => match self.class_escape()? {
                Item::One(char) => self.one(char),
                Item::Set(class) => Tree::Class(self.cased(class)),
            },
        })
    }

    /// Behind a backslash: a character or a set.
    fn class_escape(&mut self) -> Result<Item, String> {
        let Some(letter) = self.next() else { return Err("a backslash ends the pattern".to_owned()) };
        let set = |ranges, is_negated| Ok(Item::Set(negated(class_of(ranges), is_negated)));
        Ok(Item::One(match letter {
            'd' | 'D' => return set(&[('0', '9')], letter == 'D'),
            'w' | 'W' => return set(WORD, letter == 'W'),
            's' | 'S' => return set(SPACE, letter == 'S'),
            'p' | 'P' => return self.property(letter == 'P'),
            't' => '\t',
            'n' => '\n',
            'v' => '\x0B',
            'f' => '\x0C',
            'r' => '\r',
            '0' if !self.rest.starts_with(|next: char| next.is_ascii_digit()) => '\0',
            'c' => match self.next().filter(char::is_ascii_alphabetic) {
                Some(letter) => char::from(letter as u8 % 32),
                None => return Err("`\\c` needs a letter".to_owned()),
            },
            'x' if !self.rest.starts_with('{') => {
                self.hexadecimal(2).and_then(char::from_u32).ok_or("a wrong `\\x`")?
            }
            'x' | 'u' => return self.code_point(),
            letter if letter.is_ascii_alphanumeric() => {
                return Err(format!("the escape `\\{letter}` is not known"));
            }
            other => other,
        }))
    }

    fn hexadecimal(&mut self, length: usize) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(length)?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_number)?;
        self.rest = rest;
        Some(number)
    }

    /// `\u0041`, `\uD83D\uDE00`, `\u{1F600}`.
    fn code_point(&mut self) -> Result<Item, String> {
        let wrong = || "a wrong character code".to_owned();
        if self.take("{") {
            let length = self.rest.find('}').ok_or_else(wrong)?;
            let code = self.hexadecimal(length).ok_or_else(wrong)?;
            self.take("}");
            return char::from_u32(code).map(Item::One).ok_or_else(wrong);
        }
        let high = self.hexadecimal(4).ok_or_else(wrong)?;
        if let Some(char) = char::from_u32(high) {
            return Ok(Item::One(char));
        }
        let before = self.rest;
        let low = if self.take("\\u") { self.hexadecimal(4) } else { None };
        if let (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) = (high, low) {
            return char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))
                .map(Item::One)
                .ok_or_else(wrong);
        }
        // Half of a pair stands in no text.
        self.rest = before;
        Ok(Item::Set(ClassUnicode::empty()))
    }

    /// `\p{…}`, by the tables of regex-syntax.
    fn property(&mut self, is_negated: bool) -> Result<Item, String> {
        let length = match self.peek() {
            Some('{') => self.rest.find('}').map(|end| end + 1),
            Some(letter) if self.dialect == Dialect::Everything => Some(letter.len_utf8()),
            _ => None,
        };
        let name = length.and_then(|length| self.rest.split_at_checked(length));
        let Some((name, rest)) = name else { return Err("a wrong `\\p`".to_owned()) };
        self.rest = rest;
        let read = regex_syntax::Parser::new().parse(&format!("\\p{name}"));
        match read.map(|hir| hir.into_kind()) {
            // Only whether it is known is asked.
            Ok(HirKind::Class(Class::Unicode(_))) if self.dialect == Dialect::Standard => {
                Ok(Item::Set(ClassUnicode::empty()))
            }
            Ok(HirKind::Class(Class::Unicode(class))) => Ok(Item::Set(negated(class, is_negated))),
            _ => Err(format!("the property `{name}` is not known")),
        }
    }

    /// Behind `[`.
    fn class(&mut self) -> Result<Tree, String> {
        let is_negated = self.take("^");
        // Put in order once: one by one would be quadratic.
        let mut ranges = Vec::new();
        while !self.take("]") {
            match self.item()? {
                Item::Set(set) => ranges.extend_from_slice(set.ranges()),
                Item::One(first) => ranges.extend_from_slice(self.range_end(first)?.ranges()),
            }
        }
        Ok(Tree::Class(negated(self.cased(ClassUnicode::new(ranges)), is_negated)))
    }

    /// What a character begins: itself, or a range.
    fn range_end(&mut self, first: char) -> Result<ClassUnicode, String> {
        let one = class_of(&[(first, first)]);
        if !self.rest.starts_with('-') || self.rest.starts_with("-]") {
            return Ok(one);
        }
        self.take("-");
        match self.item()? {
            Item::One(last) if last < first => Err("a range is out of order".to_owned()),
            Item::One(last) => Ok(class_of(&[(first, last)])),
            // Annex B: the hyphen is one of the characters.
            Item::Set(mut set) => {
                set.union(&class_of(&[(first, first), ('-', '-')]));
                Ok(set)
            }
        }
    }

    fn item(&mut self) -> Result<Item, String> {
        if self.dialect == Dialect::Everything
            && let Some((name, rest)) = self.rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]"))
        {
            let is_negated = name.starts_with('^');
            let known = POSIX.iter().find(|(known, _)| *known == name.trim_start_matches('^'));
            if let Some((_, ranges)) = known {
                self.rest = rest;
                return Ok(Item::Set(negated(class_of(ranges), is_negated)));
            }
        }
        match self.next() {
            None => Err("a class is not closed".to_owned()),
            Some('\\') if self.take("b") => Ok(Item::One('\x08')),
            Some('\\') if self.take("-") => Ok(Item::One('-')),
            Some('\\') => self.class_escape(),
            Some(char) => Ok(Item::One(char)),
        }
    }
}
