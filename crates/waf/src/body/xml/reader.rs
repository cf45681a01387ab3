//! Elements, attributes and text.
use super::dtd::{Dtd, Entity, comment, instruction};
use super::scanner::{Reference, Scanner, check, first_bad, predefined};
use super::{ENTITY_DEPTH_MAX, EXPANSION_FREE, EXPANSION_PER_BYTE, Fault};
use crate::Limits;
use crate::body::Body;

pub(super) struct Reader<'t, 'o> {
    scanner: Scanner<'t>,
    dtd: Dtd,
    /// Name of the root element, once it has begun, and the text within it.
    root: Option<String>,
    text: Vec<u8>,
    /// Elements that are open, in all entities together.
    depth: usize,
    /// Bytes that entities may still give.
    expansion: usize,
    attributes: Attributes,
    limits: &'o Limits,
    out: &'o mut Body,
}

/// The attributes of one tag, kept until the tag is complete.
#[derive(Default)]
struct Attributes {
    bytes: Vec<u8>,
    /// End of name and end of value in `bytes`.
    ends: Vec<(usize, usize)>,
}

impl<'t, 'o> Reader<'t, 'o> {
    pub(super) fn new(text: &'t str, body_bytes: usize, limits: &'o Limits, out: &'o mut Body) -> Self {
        Self {
            scanner: Scanner::new(text),
            dtd: Dtd::default(),
            root: None,
            text: Vec::new(),
            depth: 0,
            expansion: body_bytes.saturating_mul(EXPANSION_PER_BYTE).saturating_add(EXPANSION_FREE),
            attributes: Attributes::default(),
            limits,
            out,
        }
    }

    pub(super) fn at(&self) -> usize {
        self.scanner.at
    }

    /// The root element's name and all text within it.
    pub(super) fn take_text(&mut self) -> Option<(String, Vec<u8>)> {
        Some((self.root.take()?, std::mem::take(&mut self.text)))
    }

    pub(super) fn document(&mut self) -> Result<(), Fault> {
        let mut scanner = self.scanner;
        let read = self.whole(&mut scanner);
        self.scanner = scanner;
        read
    }

    fn whole(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Fault> {
        self.dtd.is_standalone = declaration(scanner)?;
        self.misc(scanner)?;
        if scanner.eat("<!DOCTYPE") {
            let at = scanner.at;
            let read = self.dtd.read(scanner);
            let (entities, is_open) = (self.dtd.entity_count, self.dtd.is_open);
            let outside = if is_open { ", parts of it elsewhere" } else { "" };
            self.out.tell(at, || format!("a document type declaration with {entities} entities{outside}"));
            read?;
            self.misc(scanner)?;
        }
        if scanner.peek() != Some(b'<') || scanner.rest().starts_with("<!") {
            return Err(if scanner.is_at_end() { Fault::End } else { Fault::Root });
        }
        self.content(scanner, 0, true)?;
        self.misc(scanner)?;
        if scanner.is_at_end() { Ok(()) } else { Err(Fault::Trailing) }
    }

    /// Comments, instructions and white space outside the root element.
    fn misc(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Fault> {
        loop {
            scanner.spaces();
            if scanner.eat("<!--") {
                comment(scanner)?;
            } else if scanner.eat("<?") {
                instruction(scanner)?;
            } else {
                return Ok(());
            }
        }
    }

    /// The root element, or the text of an entity: every element that begins in it must end in it.
    fn content(&mut self, scanner: &mut Scanner<'_>, nesting: usize, is_root: bool) -> Result<(), Fault> {
        let mut open: Vec<&str> = Vec::new();
        loop {
            if scanner.is_at_end() {
                return if open.is_empty() && !is_root { Ok(()) } else { Err(Fault::End) };
            }
            if scanner.peek() != Some(b'<') {
                if scanner.eat("&") {
                    self.reference(scanner, nesting)?;
                } else {
                    self.characters(scanner)?;
                }
            } else if scanner.eat("<!--") {
                comment(scanner)?;
            } else if scanner.eat("<![CDATA[") {
                self.section(scanner)?;
            } else if scanner.eat("<?") {
                instruction(scanner)?;
            } else if scanner.eat("</") {
                let expected = open.pop().ok_or(Fault::Trailing)?;
                end_tag(scanner, expected)?;
                self.depth -= 1;
                if is_root && open.is_empty() {
                    return Ok(());
                }
            } else {
                scanner.at += 1;
                let (name, is_empty) = self.start_tag(scanner)?;
                if !is_empty {
                    open.push(name);
                    self.descend()?;
                } else if is_root && open.is_empty() {
                    return Ok(());
                }
            }
        }
    }

    fn descend(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > self.limits.depth_max { Err(Fault::Depth) } else { Ok(()) }
    }

    fn start_tag<'s>(&mut self, scanner: &mut Scanner<'s>) -> Result<(&'s str, bool), Fault> {
        let name = scanner.name()?;
        self.attributes.bytes.clear();
        self.attributes.ends.clear();
        let read = self.attributes(scanner, name);
        if self.root.is_none() {
            self.root = Some(name.to_owned());
        }
        // Also those of a tag that breaks off.
        for (name, value) in self.attributes.iter() {
            if name == b"xmlns" || name.starts_with(b"xmlns:") {
                continue;
            }
            if self.out.xml_attributes.len() >= self.limits.arguments_max {
                return Err(Fault::Attributes);
            }
            self.out.xml_attributes.push(name, value);
        }
        Ok((name, read?))
    }

    /// The attributes of a tag; says whether it is an empty element.
    fn attributes(&mut self, scanner: &mut Scanner<'_>, element: &str) -> Result<bool, Fault> {
        let is_empty = loop {
            let spaced = scanner.spaces();
            if scanner.eat("/>") {
                break true;
            }
            if scanner.eat(">") {
                break false;
            }
            if !spaced {
                return Err(if scanner.is_at_end() { Fault::End } else { Fault::Expected(">") });
            }
            self.attribute(scanner, element)?;
        };
        self.attributes.check()?;
        self.add_defaults(element)?;
        Ok(is_empty)
    }

    fn attribute(&mut self, scanner: &mut Scanner<'_>, element: &str) -> Result<(), Fault> {
        let name = scanner.name()?;
        scanner.spaces();
        scanner.expect("=")?;
        scanner.spaces();
        let value = scanner.quoted()?;
        self.attributes.bytes.extend_from_slice(name.as_bytes());
        let middle = self.attributes.bytes.len();
        self.attribute_value(value, 0)?;
        let declared = self.dtd.attributes.get(element);
        if declared.is_some_and(|list| list.iter().any(|known| known.name == name && known.collapses)) {
            collapse(&mut self.attributes.bytes, middle);
        }
        self.attributes.ends.push((middle, self.attributes.bytes.len()));
        Ok(())
    }

    /// Appends a value with its references resolved and its white space as spaces (XML 1.0, 3.3.3).
    fn attribute_value(&mut self, raw: &str, nesting: usize) -> Result<(), Fault> {
        if raw.contains('<') {
            return Err(Fault::Less);
        }
        let mut scanner = Scanner::new(raw);
        loop {
            let rest = scanner.rest();
            let plain = rest.find(['&', '\t', '\n', '\r']).unwrap_or(rest.len());
            let text = rest.get(..plain).unwrap_or_default();
            check(text)?;
            self.attributes.bytes.extend_from_slice(text.as_bytes());
            scanner.at += plain;
            if scanner.is_at_end() {
                return Ok(());
            }
            if !scanner.eat("&") {
                if !scanner.eat("\r\n") {
                    scanner.at += 1;
                }
                self.attributes.bytes.push(b' ');
                continue;
            }
            match scanner.reference()? {
                Reference::Char(char) => push_char(&mut self.attributes.bytes, char),
                Reference::Entity(name) => {
                    if let Some(char) = predefined(name) {
                        push_char(&mut self.attributes.bytes, char);
                    } else if matches!(self.dtd.entities.get(name), Some(Entity::External)) {
                        return Err(Fault::External(name.to_owned()));
                    } else if let Some(text) = self.entity(name, nesting)? {
                        self.attribute_value(&text, nesting + 1)?;
                    }
                }
            }
        }
    }

    /// Attributes that the document type gives to an element.
    fn add_defaults(&mut self, element: &str) -> Result<(), Fault> {
        let Some(declared) = self.dtd.attributes.get(element) else { return Ok(()) };
        let mut missing = Vec::new();
        for attribute in declared {
            let Some(default) = &attribute.default else { continue };
            if !self.attributes.iter().any(|(name, _)| name == attribute.name.as_bytes()) {
                self.expansion = self
                    .expansion
                    .checked_sub(default.len() + attribute.name.len())
                    .ok_or(Fault::Expansion)?;
                missing.push((attribute.name.clone(), default.clone(), attribute.collapses));
            }
        }
        for (name, default, collapses) in missing {
            self.attributes.bytes.extend_from_slice(name.as_bytes());
            let middle = self.attributes.bytes.len();
            self.attribute_value(&default, 0)?;
            if collapses {
                collapse(&mut self.attributes.bytes, middle);
            }
            self.attributes.ends.push((middle, self.attributes.bytes.len()));
        }
        Ok(())
    }

    fn reference(&mut self, scanner: &mut Scanner<'_>, nesting: usize) -> Result<(), Fault> {
        match scanner.reference()? {
            Reference::Char(char) => push_char(&mut self.text, char),
            Reference::Entity(name) => {
                if let Some(char) = predefined(name) {
                    push_char(&mut self.text, char);
                } else if let Some(text) = self.entity(name, nesting)? {
                    self.content(&mut Scanner::new(&text), nesting + 1, false)?;
                }
            }
        }
        Ok(())
    }

    /// The replacement text of an entity; none when it stands elsewhere.
    fn entity(&mut self, name: &str, nesting: usize) -> Result<Option<String>, Fault> {
        let Some(known) = self.dtd.entities.get(name) else {
            if self.dtd.is_unknown_allowed() {
                return Ok(None);
            }
            return Err(Fault::Entity(name.to_owned()));
        };
        if nesting >= ENTITY_DEPTH_MAX {
            return Err(Fault::EntityDepth);
        }
        let text = match known {
            Entity::Text(text) => Some(text),
            Entity::External => None,
            Entity::Unparsed => return Err(Fault::External(name.to_owned())),
        };
        // Empty entities cost a step as well.
        let cost = text.map_or(0, String::len) + 1;
        self.expansion = self.expansion.checked_sub(cost).ok_or(Fault::Expansion)?;
        Ok(text.cloned())
    }

    fn section(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Fault> {
        let (text, read) = match scanner.until("]]>") {
            Ok(text) => (text, Ok(())),
            Err(fault) => (scanner.rest(), Err(fault)),
        };
        check(text)?;
        push_lines(&mut self.text, text);
        read
    }

    /// Text up to the next markup; there is some.
    fn characters(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Fault> {
        let rest = scanner.rest();
        let end = memchr::memchr2(b'<', b'&', rest.as_bytes()).unwrap_or(rest.len());
        let text = rest.get(..end).unwrap_or_default();
        let bad = first_bad(text).map(|at| (at, Fault::Character));
        let section_end = memchr::memmem::find(text.as_bytes(), b"]]>").map(|at| (at, Fault::SectionEnd));
        let fault = match (bad, section_end) {
            (Some(bad), Some(section)) => Some(if bad.0 < section.0 { bad } else { section }),
            (bad, section) => bad.or(section),
        };
        let good = fault.as_ref().map_or(end, |(at, _)| *at);
        push_lines(&mut self.text, text.get(..good).unwrap_or_default());
        scanner.at += good;
        fault.map_or(Ok(()), |(_, fault)| Err(fault))
    }
}

impl Attributes {
    fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |(middle, end)| {
            let name = self.bytes.get(start..*middle).unwrap_or_default();
            start = *end;
            (name, self.bytes.get(*middle..*end).unwrap_or_default())
        })
    }

    /// No name stands twice.
    fn check(&self) -> Result<(), Fault> {
        if self.ends.len() < 2 {
            return Ok(());
        }
        let mut names: Vec<&[u8]> = self.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair.first() == pair.last()) {
            Some(pair) => Err(Fault::Repeated(
                pair.first().map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default(),
            )),
            None => Ok(()),
        }
    }
}

/// `<?xml version="1.0" encoding="…" standalone="…"?>`, if it stands here; says whether the document stands alone.
fn declaration(scanner: &mut Scanner<'_>) -> Result<bool, Fault> {
    let rest = scanner.rest();
    if !rest.starts_with("<?xml")
        || !rest.get(5..).is_some_and(|rest| rest.starts_with([' ', '\t', '\r', '\n']))
    {
        return Ok(false);
    }
    scanner.eat("<?xml");
    let mut is_standalone = false;
    for (position, name) in ["version", "encoding", "standalone"].into_iter().enumerate() {
        let before = *scanner;
        let spaced = scanner.spaces();
        if !spaced || !scanner.eat(name) {
            if position == 0 {
                return Err(Fault::Declaration);
            }
            *scanner = before;
            continue;
        }
        scanner.spaces();
        scanner.expect("=")?;
        scanner.spaces();
        let value = scanner.quoted()?;
        let is_valid = match position {
            0 => value
                .strip_prefix("1.")
                .is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit())),
            1 => {
                value.starts_with(|char: char| char.is_ascii_alphabetic())
                    && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
            }
            _ => matches!(value, "yes" | "no"),
        };
        if !is_valid {
            return Err(Fault::Declaration);
        }
        is_standalone |= position == 2 && value == "yes";
    }
    scanner.spaces();
    scanner.expect("?>")?;
    Ok(is_standalone)
}

fn end_tag(scanner: &mut Scanner<'_>, expected: &str) -> Result<(), Fault> {
    if scanner.name()? != expected {
        return Err(Fault::Mismatch(expected.chars().take(40).collect()));
    }
    scanner.spaces();
    scanner.expect(">")
}

fn push_char(out: &mut Vec<u8>, char: char) {
    out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Appends text with its line ends as line feeds (XML 1.0, 2.11).
fn push_lines(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let Some(at) = memchr::memchr(b'\r', rest) {
        let (head, tail) = rest.split_at(at);
        out.extend_from_slice(head);
        out.push(b'\n');
        rest = tail.strip_prefix(b"\r\n").or_else(|| tail.get(1..)).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

/// Removes spaces at both ends of what stands behind `from`, and all but one within.
fn collapse(bytes: &mut Vec<u8>, from: usize) {
    let words: Vec<u8> = bytes
        .get(from..)
        .unwrap_or_default()
        .split(|byte| *byte == b' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(&b' ');
    bytes.truncate(from);
    bytes.extend_from_slice(&words);
}
