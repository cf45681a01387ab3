//! XML as a tree of elements with places. Entities of a document are never expanded.
use model::{FileId, Span};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{DEPTH_MAX, Trouble};

/// Elements of one document.
const ELEMENTS_MAX: usize = 1_000_000;

/// An element: name without prefix, attributes, text, children.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    /// Where the text stands; the tag when there is none.
    pub at: Span,
    pub children: Vec<Element>,
}

impl Element {
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads an XML document up to its end or the first error.
pub(crate) fn xml(text: &str, file: FileId) -> (Element, Vec<Trouble>) {
    let at = Span::new(file, 0, 0);
    let mut stack = vec![Element {
        name: String::new(),
        attributes: Vec::new(),
        text: String::new(),
        at,
        children: Vec::new(),
    }];
    let mut troubles = Vec::new();
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut made = 0_usize;
    loop {
        let place = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event();
        let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let at = Span::new(file, place, end);
        match event {
            Ok(Event::Eof) => break,
            Ok(Event::Start(start)) => {
                made += 1;
                if stack.len() > DEPTH_MAX || made > ELEMENTS_MAX {
                    troubles.push(Trouble::limit(at, "too many elements, or too many inside each other"));
                    break;
                }
                stack.push(element(&start, at));
            }
            Ok(Event::Text(words)) => add_text(stack.last_mut(), &words, at, text),
            Ok(Event::CData(words)) => add_text(stack.last_mut(), &words, at, text),
            Ok(Event::End(_)) => close(&mut stack),
            Ok(_) => {}
            Err(error) => {
                troubles.push(Trouble::unreadable(at, format!("not valid XML from here on: {error}")));
                break;
            }
        }
    }
    while stack.len() > 1 {
        close(&mut stack);
    }
    let root = stack.pop().unwrap_or_else(|| Element {
        name: String::new(),
        attributes: Vec::new(),
        text: String::new(),
        at,
        children: Vec::new(),
    });
    (root, troubles)
}

fn element(start: &BytesStart<'_>, at: Span) -> Element {
    let name = String::from_utf8_lossy(start.local_name().into_inner()).into_owned();
    let attributes = start.attributes().flatten().map(|attribute| {
        let key = String::from_utf8_lossy(attribute.key.local_name().into_inner()).into_owned();
        (key, String::from_utf8_lossy(&attribute.value).into_owned())
    });
    Element { name, attributes: attributes.collect(), text: String::new(), at, children: Vec::new() }
}

fn add_text(element: Option<&mut Element>, words: &[u8], at: Span, source: &str) {
    let Some(element) = element else { return };
    let words = String::from_utf8_lossy(words);
    let trimmed = words.trim();
    if trimmed.is_empty() {
        return;
    }
    let shown = source.get(at.start as usize..at.end as usize).unwrap_or_default();
    let before = shown.find(trimmed).unwrap_or(0);
    let start = at.start as usize + before;
    if element.text.is_empty() {
        element.at = Span::new(at.file, start, start + trimmed.len());
    }
    element.text.push_str(trimmed);
}

fn close(stack: &mut Vec<Element>) {
    if stack.len() < 2 {
        return;
    }
    if let Some(done) = stack.pop()
        && let Some(parent) = stack.last_mut()
    {
        parent.children.push(done);
    }
}
