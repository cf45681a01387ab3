//! How a document is written, and how new content is written in the same way.
use granit_parser::ScalarStyle;

use super::scalar::{Quotes, scalar};
use super::tree::{Body, Item, Tree};
use crate::edit::content::Content;

/// The habits of a document.
#[derive(Debug, Clone)]
pub(super) struct Style {
    pub newline: &'static str,
    /// How far a level is indented.
    pub unit: String,
    /// `- ` stands further right than the key of its list.
    pub dashes_indented: bool,
    pub quotes: Quotes,
}

/// How brackets are filled.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub quotes: Quotes,
    /// Between a bracket and what is inside: nothing, or a blank.
    pub pad: &'static str,
    /// Between key and value.
    pub colon: &'static str,
    /// Functions as tags: `!Ref x`.
    pub tags: bool,
}

impl Style {
    pub(super) fn of(text: &str, tree: &Tree) -> Self {
        let newline = match text.find('\n') {
            Some(at) if text.get(..at).is_some_and(|line| line.ends_with('\r')) => "\r\n",
            _ => "\n",
        };
        let is_json = tree.item(tree.root()).is_some_and(|root| is_json(tree, root));
        let count = |wanted: ScalarStyle| {
            let is_wanted =
                |item: &&Item| matches!(&item.body, Body::Scalar { style, .. } if *style == wanted);
            tree.items().iter().filter(is_wanted).count()
        };
        let quotes = match (is_json, count(ScalarStyle::DoubleQuoted) > count(ScalarStyle::SingleQuoted)) {
            (true, _) => Quotes::Always,
            (false, true) => Quotes::Double,
            (false, false) => Quotes::Single,
        };
        let unit = first_unit(text, tree).unwrap_or_else(|| if is_json { "    " } else { "  " }.to_owned());
        Self { newline, unit, dashes_indented: dashes_indented(text, tree), quotes }
    }

    /// Lines of a map or list with something in it, as blocks.
    pub(super) fn block(&self, content: &Content, indent: &str) -> Vec<String> {
        match content {
            Content::Map(entries) => {
                entries.iter().flat_map(|(key, value)| self.entry(key, value, indent)).collect()
            }
            Content::List(items) => items.iter().flat_map(|item| self.element(item, indent)).collect(),
            other => vec![format!("{indent}{}", self.inline(other))],
        }
    }

    /// Lines of one entry of a block map.
    pub(super) fn entry(&self, key: &str, value: &Content, indent: &str) -> Vec<String> {
        let key = scalar(key, self.quotes, false);
        if !value.is_open() {
            return vec![format!("{indent}{key}: {}", self.inline(value))];
        }
        let mut lines = vec![format!("{indent}{key}:")];
        lines.extend(self.block(value, &self.below(value, indent)));
        lines
    }

    /// Lines of one element of a block list.
    pub(super) fn element(&self, item: &Content, indent: &str) -> Vec<String> {
        if !item.is_open() {
            return vec![format!("{indent}- {}", self.inline(item))];
        }
        let inner = format!("{indent}  ");
        let mut lines = self.block(item, &inner);
        if let Some(first) = lines.first_mut() {
            *first = format!("{indent}- {}", first.trim_start());
        }
        lines
    }

    /// Where the lines of a key's value begin.
    pub(super) fn below(&self, value: &Content, indent: &str) -> String {
        match value {
            Content::List(_) if !self.dashes_indented => indent.to_owned(),
            _ => format!("{indent}{}", self.unit),
        }
    }

    /// A value behind a key of a block map.
    pub(super) fn inline(&self, value: &Content) -> String {
        match value {
            Content::Text(text) => scalar(text, self.quotes, false),
            other => self.flow().inline(other),
        }
    }

    /// Brackets inside of a block document.
    pub(super) fn flow(&self) -> Flow {
        let is_json = self.quotes == Quotes::Always;
        Flow { quotes: self.quotes, pad: "", colon: ": ", tags: !is_json }
    }

    /// Brackets over several lines, as JSON is printed.
    pub(super) fn spread(&self, content: &Content, indent: &str, flow: &Flow) -> String {
        let inner = format!("{indent}{}", self.unit);
        let newline = self.newline;
        let lines: Vec<String> = match content {
            Content::Map(entries) if content.is_open() => entries
                .iter()
                .map(|(key, value)| {
                    let key = scalar(key, flow.quotes, true);
                    format!("{inner}{key}{}{}", flow.colon, self.spread(value, &inner, flow))
                })
                .collect(),
            Content::List(items) if content.is_open() => {
                items.iter().map(|item| format!("{inner}{}", self.spread(item, &inner, flow))).collect()
            }
            other => return flow.inline(other),
        };
        let (open, close) = if matches!(content, Content::List(_)) { ('[', ']') } else { ('{', '}') };
        format!("{open}{newline}{}{newline}{indent}{close}", lines.join(&format!(",{newline}")))
    }
}

impl Flow {
    /// A value on one line.
    pub(super) fn inline(&self, value: &Content) -> String {
        if let Some((name, argument)) = value.call().filter(|_| self.tags) {
            return self.call(name, argument);
        }
        let pad = self.pad;
        match value {
            Content::Null => "null".to_owned(),
            Content::Bool(value) => value.to_string(),
            Content::Int(value) => value.to_string(),
            Content::Float(value) => value.to_string(),
            Content::Text(text) => scalar(text, self.quotes, true),
            Content::List(items) if items.is_empty() => "[]".to_owned(),
            Content::Map(entries) if entries.is_empty() => "{}".to_owned(),
            Content::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.inline(item)).collect();
                format!("[{pad}{}{pad}]", items.join(", "))
            }
            Content::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| self.entry(key, value)).collect();
                format!("{{{pad}{}{pad}}}", entries.join(", "))
            }
        }
    }

    pub(super) fn entry(&self, key: &str, value: &Content) -> String {
        format!("{}{}{}", scalar(key, self.quotes, true), self.colon, self.inline(value))
    }

    /// A function by its short tag. A tag cannot stand before another one: what is inside gets its long form.
    fn call(&self, name: &str, argument: &Content) -> String {
        let tag = name.strip_prefix("Fn::").unwrap_or(name);
        if let (Content::List(parts), "GetAtt") = (argument, tag)
            && let [Content::Text(id), Content::Text(attribute)] = parts.as_slice()
        {
            return format!("!GetAtt {id}.{attribute}");
        }
        let long = Self { tags: false, ..self.clone() };
        let argument = if argument.call().is_some() { long.inline(argument) } else { self.inline(argument) };
        format!("!{tag} {argument}")
    }
}

/// All keys of a map in brackets are in double quotes.
pub(super) fn is_json(tree: &Tree, item: &Item) -> bool {
    let is_quoted = |key: &usize| {
        let key = tree.item(*key).map(|key| &key.body);
        matches!(key, Some(Body::Scalar { style: ScalarStyle::DoubleQuoted, .. }))
    };
    item.is_flow() && item.entries().iter().all(|(key, _)| is_quoted(key))
}

/// The blanks that a line begins with; what else stands before the place counts as blanks.
pub(super) fn indent_at(text: &str, at: usize) -> String {
    let line = text.get(..at).map_or("", |before| before.rsplit('\n').next().unwrap_or_default());
    let blank = |character: char| if character == '\t' { '\t' } else { ' ' };
    line.trim_start_matches('\u{feff}').chars().map(blank).collect()
}

/// The blanks that the line of this place begins with.
pub(super) fn line_indent(text: &str, at: usize) -> String {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let line = text.get(start..).unwrap_or_default();
    line.chars().take_while(|character| matches!(character, ' ' | '\t')).collect()
}

/// What a map's own indentation adds to that of the map around it.
pub(super) fn unit_of(text: &str, tree: &Tree, map: &Item) -> Option<String> {
    let start = map.entries().first().and_then(|(key, _)| tree.item(*key))?.outer;
    let parent = tree.item(map.parent?)?;
    let (outer, _) = parent.entries().first()?;
    let outer = tree.item(*outer)?.outer;
    let is_own_line = |at: usize| line_indent(text, at).len() == indent_at(text, at).len();
    if !is_own_line(start) || !is_own_line(outer) {
        return None;
    }
    let (inner, outer) = (line_indent(text, start), line_indent(text, outer));
    inner.strip_prefix(outer.as_str()).filter(|unit| !unit.is_empty()).map(str::to_owned)
}

fn first_unit(text: &str, tree: &Tree) -> Option<String> {
    let maps = tree.items().iter().filter(|item| !item.entries().is_empty());
    maps.take(4000).find_map(|map| unit_of(text, tree, map)).or_else(|| {
        let root = tree.item(tree.root())?;
        let (key, _) = root.entries().first()?;
        let indent = line_indent(text, tree.item(*key)?.outer);
        (!indent.is_empty() && root.is_flow()).then_some(indent)
    })
}

fn dashes_indented(text: &str, tree: &Tree) -> bool {
    let (mut indented, mut flush) = (0_usize, 0_usize);
    for list in tree.items().iter().filter(|item| !item.list().is_empty() && !item.is_flow()) {
        let Some(key) = list.key.and_then(|key| tree.item(key)) else { continue };
        if line_indent(text, list.at.start).len() > indent_at(text, key.outer).len() {
            indented += 1;
        } else {
            flush += 1;
        }
    }
    indented >= flush
}
