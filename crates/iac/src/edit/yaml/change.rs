//! Finds the place of a value, and the smallest change that makes it what it is to be.
use granit_parser::ScalarStyle;

use super::Change;
use super::scalar::{Quotes, like};
use super::style::{Flow, Style, indent_at, is_json, line_indent, unit_of};
use super::tree::{Body, Item, Step, Tree};
use crate::edit::NotWritten;
use crate::edit::content::Content;
use model::Value;

/// A text with its tree and its habits.
#[derive(Debug)]
pub(in crate::edit) struct Doc<'t> {
    pub(super) text: &'t str,
    pub(super) tree: Tree,
    pub(super) style: Style,
}

/// Where a path leads.
enum Place {
    Exact(usize),
    /// The map lacks the key that the rest of the path begins with.
    Missing {
        map: usize,
        rest: usize,
    },
    /// Nothing is written there yet: `Properties:` without anything below.
    Blank {
        item: usize,
        rest: usize,
    },
}

type Changes = Result<Vec<Change>, NotWritten>;

impl<'t> Doc<'t> {
    pub(in crate::edit) fn parse(text: &'t str) -> Result<Self, NotWritten> {
        let tree =
            parse(text).ok_or_else(|| NotWritten::new("the file is not valid YAML or JSON throughout"))?;
        let style = Style::of(text, &tree);
        Ok(Self { text, tree, style })
    }

    pub(in crate::edit) fn tree(&self) -> &Tree {
        &self.tree
    }

    fn find(&self, path: &[Step]) -> Result<Place, NotWritten> {
        let mut at = self.tree.root();
        let mut done = 0;
        loop {
            let Some(item) = self.tree.item(at) else { return Err(NotWritten::new("the place is gone")) };
            let Some(step) = path.get(done) else { return Ok(Place::Exact(at)) };
            self.may_change(item)?;
            at = match (&item.body, step) {
                (Body::Map { .. }, Step::Key(key) | Step::Listed(key)) => match self.tree.get(item, key) {
                    Some((_, value)) => {
                        done += 1;
                        value
                    }
                    None => {
                        self.tell_merged(item, key, path.len() - done)?;
                        return Ok(Place::Missing { map: at, rest: done });
                    }
                },
                (Body::List { items, .. }, Step::Item(position)) => {
                    done += 1;
                    *items.get(*position).ok_or_else(|| NotWritten::new("the list is shorter"))?
                }
                (Body::List { items, .. }, Step::Key(_) | Step::Listed(_)) => match items.as_slice() {
                    [] => return Ok(Place::Blank { item: at, rest: done }),
                    [only] => *only,
                    _ => return Err(NotWritten::new("it is a list with several elements")),
                },
                // `url: true` is `url:` with nothing but what it takes by itself.
                _ if item.is_null() || item.scalar() == Some("true") => {
                    return Ok(Place::Blank { item: at, rest: done });
                }
                _ => return Err(NotWritten::new("what stands there has another form")),
            };
        }
    }

    /// What stands at a path, when it is written there and is no alias.
    pub(in crate::edit) fn value(&self, path: &[Step]) -> Option<Content> {
        match self.find(path) {
            Ok(Place::Exact(item)) => {
                self.content(self.tree.item(item)?).filter(|content| *content != Content::Null)
            }
            _ => None,
        }
    }

    /// The value that begins at this place.
    pub(in crate::edit) fn value_at(&self, start: usize) -> Option<Value> {
        let item = self.tree.item(self.tree.value_at(start)?)?;
        self.content(item).map(|content| content.into_value())
    }

    /// The value of the entry whose key begins at this place.
    pub(in crate::edit) fn entry_value_at(&self, start: usize) -> Option<Content> {
        let (_, value) = self.tree.entry_at(start)?;
        self.content(self.tree.item(value)?)
    }

    /// Whether an expression that decides the value may be written over.
    pub(in crate::edit) fn may_replace(&self, path: &[Step], value: &Content) -> Result<(), NotWritten> {
        let Ok(Place::Exact(item)) = self.find(path) else { return Ok(()) };
        let Some(known) = self.tree.item(item).and_then(|item| self.content(item)) else { return Ok(()) };
        if known == *value {
            return Ok(());
        }
        let Some((name, argument)) = known.call() else { return Ok(()) };
        let parameters = self.value(&[Step::Key("Parameters".to_owned())]);
        let is_parameter = |name: &str| match &parameters {
            Some(Content::Map(entries)) => entries.iter().any(|(key, _)| key == name),
            _ => false,
        };
        match (name, argument) {
            ("Ref", Content::Text(name)) if is_parameter(name) => {
                Err(NotWritten::new(format!("the value comes from parameter `{name}`")))
            }
            ("Ref" | "Fn::GetAtt", _) => Ok(()),
            ("Fn::Sub", Content::Text(text)) => {
                let names = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
                match names.into_iter().find(|name| is_parameter(name)) {
                    Some(name) => Err(NotWritten::new(format!("the value comes from parameter `{name}`"))),
                    None => Ok(()),
                }
            }
            _ => Err(NotWritten::new(format!("`{name}` makes the value"))),
        }
    }

    /// Whether something inside of this value may change.
    fn may_change(&self, item: &Item) -> Result<(), NotWritten> {
        if matches!(item.body, Body::Alias) {
            return Err(NotWritten::new("the value is an alias, and its anchor is used elsewhere, too"));
        }
        if self.tree.is_shared(item) {
            return Err(NotWritten::new("the value has an anchor that is used elsewhere, too"));
        }
        match self.tree.call(item) {
            Some(call) => Err(NotWritten::new(format!("`{call}` makes the value"))),
            None => Ok(()),
        }
    }

    /// A key of its own hides all that a merge key gives it.
    fn tell_merged(&self, map: &Item, key: &str, steps: usize) -> Result<(), NotWritten> {
        let is_merged = self.tree.get(map, "<<").is_some();
        if is_merged && steps > 1 {
            return Err(NotWritten::new(format!("`{key}` may come from a merge key (`<<`)")));
        }
        Ok(())
    }

    /// One step towards the value; nothing when it is there.
    pub(super) fn set(&self, path: &[Step], value: &Content) -> Changes {
        let nested = |rest: usize| nested(path.get(rest..).unwrap_or_default(), value);
        match self.find(path)? {
            Place::Exact(item) => self.assign(item, value),
            Place::Missing { map, rest } => match nested(rest) {
                Content::Map(entries) => {
                    let entry = entries.into_iter().next();
                    entry.map_or_else(|| Ok(Vec::new()), |(key, value)| self.add_entry(map, &key, &value))
                }
                _ => Ok(Vec::new()),
            },
            Place::Blank { item, rest } => {
                let is_list = self.tree.item(item).is_some_and(|item| matches!(item.body, Body::List { .. }));
                let listed = is_list
                    || matches!(rest.checked_sub(1).and_then(|step| path.get(step)), Some(Step::Listed(_)));
                let value = nested(rest);
                self.replace(item, &if listed { Content::List(vec![value]) } else { value })
            }
        }
    }

    /// The value of an item as content, functions in their long form. `None` for aliases.
    pub(super) fn content(&self, item: &Item) -> Option<Content> {
        let plain = match &item.body {
            Body::Alias => return None,
            Body::Scalar { text, style } => scalar(text, *style),
            Body::List { items, .. } => {
                let items = items.iter().map(|item| self.content(self.tree.item(*item)?));
                Content::List(items.collect::<Option<_>>()?)
            }
            Body::Map { entries, .. } => {
                let entries = entries.iter().map(|(key, value)| {
                    let key = self.tree.item(*key)?.scalar()?.to_owned();
                    Some((key, self.content(self.tree.item(*value)?)?))
                });
                Content::Map(entries.collect::<Option<_>>()?)
            }
        };
        let plain = match self.tree.call(item) {
            Some(name) if item.tag.is_some() => plain.inside(&name),
            _ => plain,
        };
        Some(match plain.call() {
            Some(("Fn::GetAtt", Content::Text(text))) => {
                let (id, attribute) = text.split_once('.').unwrap_or((text, ""));
                Content::List(vec![Content::text(id), Content::text(attribute)]).inside("Fn::GetAtt")
            }
            _ => plain,
        })
    }

    pub(super) fn assign(&self, index: usize, value: &Content) -> Changes {
        let Some(item) = self.tree.item(index) else { return Ok(Vec::new()) };
        if self.content(item).as_ref() == Some(value) {
            return Ok(Vec::new());
        }
        if self.tree.is_shared(item) {
            return Err(NotWritten::new("the value has an anchor that is used elsewhere, too"));
        }
        let is_call = self.tree.call(item).is_some() || value.call().is_some();
        match (&item.body, value) {
            (Body::Map { .. }, Content::Map(wanted)) if !is_call && !wanted.is_empty() => {
                self.assign_map(index, item, wanted)
            }
            (Body::List { .. }, Content::List(wanted)) if !is_call && !wanted.is_empty() => {
                self.assign_list(index, item, wanted)
            }
            _ => self.replace(index, value),
        }
    }

    fn assign_map(&self, index: usize, item: &Item, wanted: &[(String, Content)]) -> Changes {
        for (key, value) in wanted {
            let changes = match self.tree.get(item, key) {
                Some((_, known)) => self.assign(known, value)?,
                None => return self.add_entry(index, key, value),
            };
            if !changes.is_empty() {
                return Ok(changes);
            }
        }
        let is_left = |(key, _): &&(usize, usize)| {
            let key = self.tree.item(*key).and_then(Item::scalar).unwrap_or_default();
            !wanted.iter().any(|(wanted, _)| wanted == key)
        };
        match item.entries().iter().find(is_left) {
            Some((_, value)) => self.remove(*value),
            None => Ok(Vec::new()),
        }
    }

    /// Writes a value where another one stands.
    pub(super) fn replace(&self, index: usize, value: &Content) -> Changes {
        let Some(item) = self.tree.item(index) else { return Ok(Vec::new()) };
        self.tell_anchors(item)?;
        if self.in_flow(item) || (item.is_flow() && !self.may_unfold(item)) {
            let text = self.flow_text(item, value);
            return Ok(vec![self.written(item, &text)]);
        }
        if !value.is_open() {
            let text = match (value, &item.body) {
                (Content::Text(text), Body::Scalar { style, .. }) if !item.is_blank() => {
                    like(text, *style, self.style.quotes, false)
                }
                _ => self.style.inline(value),
            };
            return Ok(vec![self.written(item, &text)]);
        }
        let newline = self.style.newline;
        if let Some(key) = item.key.and_then(|key| self.tree.item(key)) {
            let style = self.style_for(item);
            let indent = indent_at(self.text, key.outer);
            let lines = style.block(value, &style.below(value, &indent));
            let text = format!("{newline}{}", lines.join(newline));
            // A comment behind the key stays there.
            let range = if item.is_blank() {
                let end = self.line_end(key.at.end);
                end..end
            } else {
                self.colon_end(key)?..self.content_end(item)
            };
            return Ok(vec![Change { range, text }]);
        }
        let indent = indent_at(self.text, item.tagged);
        let lines = self.style.block(value, &indent);
        Ok(vec![self.written(item, lines.join(newline).trim_start())])
    }

    /// A value of one line, or with brackets, in the place of an item.
    fn written(&self, item: &Item, text: &str) -> Change {
        let key = item.key.and_then(|key| self.tree.item(key));
        let colon = key.and_then(|key| self.colon_end(key).ok());
        match colon {
            Some(colon) if item.is_blank() => Change { range: colon..colon, text: format!(" {text}") },
            Some(colon) if self.is_below(item) => {
                Change { range: colon..self.content_end(item), text: format!(" {text}") }
            }
            _ => Change { range: item.tagged..self.content_end(item), text: text.to_owned() },
        }
    }

    /// Begins on a line below its key.
    fn is_below(&self, item: &Item) -> bool {
        let key = item.key.and_then(|key| self.tree.item(key));
        key.is_some_and(|key| self.text.get(key.at.end..item.tagged).is_some_and(|gap| gap.contains('\n')))
    }

    /// A value in brackets, on one line or several, as its neighbours are.
    fn flow_text(&self, item: &Item, value: &Content) -> String {
        let parent = item.parent.and_then(|parent| self.tree.item(parent));
        let flow = self.flow_of(parent.filter(|parent| parent.is_flow()).unwrap_or(item));
        match (value, &item.body) {
            (Content::Text(text), Body::Scalar { style, .. })
                if flow.quotes != Quotes::Always && !item.is_blank() =>
            {
                like(text, *style, flow.quotes, true)
            }
            _ if value.is_open() && parent.is_some_and(|parent| self.is_spread(parent)) => {
                self.style_for(item).spread(value, &line_indent(self.text, item.tagged), &flow)
            }
            _ => flow.inline(value),
        }
    }

    /// Brackets with nothing inside, where a block may stand.
    fn may_unfold(&self, item: &Item) -> bool {
        item.entries().is_empty() && item.list().is_empty()
    }

    /// Inside of brackets.
    pub(super) fn in_flow(&self, item: &Item) -> bool {
        let mut at = item.parent;
        while let Some(parent) = at.and_then(|at| self.tree.item(at)) {
            if parent.is_flow() {
                return true;
            }
            at = parent.parent;
        }
        self.style.quotes == Quotes::Always
    }

    /// How these brackets are filled.
    pub(super) fn flow_of(&self, item: &Item) -> Flow {
        let is_json = is_json(&self.tree, item) && !item.entries().is_empty();
        let quotes = if is_json { Quotes::Always } else { self.style.quotes };
        let inner = self.text.get(item.at.start + 1..).unwrap_or_default();
        let pad = if inner.starts_with(' ') { " " } else { "" };
        let between = item.entries().first().and_then(|(key, value)| {
            self.text.get(self.tree.item(*key)?.at.end..self.tree.item(*value)?.outer)
        });
        let colon = match between.map(str::trim_end) {
            _ if quotes != Quotes::Always => ": ",
            Some(_) if between == Some(":") => ":",
            Some(" :") => " : ",
            _ => ": ",
        };
        Flow { quotes, pad, colon, tags: quotes != Quotes::Always }
    }

    /// Its first value stands on a line of its own.
    pub(super) fn is_spread(&self, item: &Item) -> bool {
        let entry = item.entries().first().map(|(key, _)| *key);
        let first = entry.or_else(|| item.list().first().copied()).and_then(|first| self.tree.item(first));
        first.is_some_and(|first| {
            self.text.get(item.at.start..first.outer).is_some_and(|gap| gap.contains('\n'))
        })
    }

    /// The document's habits, with the indentation of the neighbourhood.
    pub(super) fn style_for(&self, item: &Item) -> Style {
        let mut style = self.style.clone();
        let mut at = Some(item);
        while let Some(item) = at {
            if let Some(unit) = unit_of(self.text, &self.tree, item) {
                style.unit = unit;
                break;
            }
            at = item.parent.and_then(|parent| self.tree.item(parent));
        }
        style
    }

    /// An anchor in what is to go may be named from elsewhere.
    pub(super) fn tell_anchors(&self, item: &Item) -> Result<(), NotWritten> {
        let is_inside = |other: &&Item| item.outer <= other.outer && other.at.end <= item.at.end;
        let mut inside = self.tree.items().iter().filter(is_inside);
        if inside.any(|other| self.tree.is_shared(other)) {
            return Err(NotWritten::new("the value has an anchor that is used elsewhere, too"));
        }
        Ok(())
    }

    /// Behind the colon of a key.
    pub(super) fn colon_end(&self, key: &Item) -> Result<usize, NotWritten> {
        let rest = self.text.get(key.at.end..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let has_colon = rest.get(blanks..).is_some_and(|rest| rest.starts_with(':'));
        has_colon
            .then(|| key.at.end + blanks + 1)
            .ok_or_else(|| NotWritten::new("the key is written in an unusual way"))
    }

    /// The end of a value, without the line breaks that a text in block style ends with.
    pub(super) fn content_end(&self, item: &Item) -> usize {
        if item.is_blank() {
            let key = item.key.and_then(|key| self.tree.item(key));
            return key.and_then(|key| self.colon_end(key).ok()).unwrap_or(item.at.start);
        }
        let written = self.text.get(item.outer..item.at.end).unwrap_or_default();
        item.outer + written.trim_end().len()
    }

    /// The end of the line of a place, before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.trim_end_matches('\r').len()
    }

    /// The beginning of the line of a place.
    pub(super) fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
    }
}

/// The value inside of the maps and lists that the rest of a path names.
fn nested(rest: &[Step], value: &Content) -> Content {
    rest.iter().rev().fold(value.clone(), |inner, step| match step {
        Step::Key(key) => inner.inside(key),
        Step::Listed(key) if matches!(inner, Content::List(_)) => inner.inside(key),
        Step::Listed(key) => Content::List(vec![inner]).inside(key),
        Step::Item(_) => inner,
    })
}

/// A scalar as the readers take it.
fn scalar(text: &str, style: ScalarStyle) -> Content {
    if style != ScalarStyle::Plain {
        return Content::text(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "true" | "True" | "TRUE" => Content::Bool(true),
        "false" | "False" | "FALSE" => Content::Bool(false),
        _ => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) if number.to_string() == text => Content::Int(number),
            (_, Ok(number)) if number.to_string() == text => Content::Float(number),
            _ => Content::text(text),
        },
    }
}

/// The tree of a text; comments of JSON are no part of it.
fn parse(text: &str) -> Option<Tree> {
    match crate::doc::without_comments(text) {
        Some(text) => Tree::parse(&text),
        None => Tree::parse(text),
    }
}
