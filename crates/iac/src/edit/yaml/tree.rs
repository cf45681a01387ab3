//! The first document of a YAML or JSON text with the place, style, tag and anchor of everything in it.
use std::collections::BTreeSet;
use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, StructureStyle};

/// Values at most: each change reads the text once.
const ITEMS_MAX: usize = 400_000;
const DEPTH_MAX: usize = 200;

/// A document as it is written.
#[derive(Debug)]
pub(in crate::edit) struct Tree {
    items: Vec<Item>,
    root: usize,
    /// Anchors that an alias names.
    aliased: BTreeSet<usize>,
}

/// One value of a document.
#[derive(Debug)]
pub(in crate::edit) struct Item {
    /// Without tag and anchor.
    pub at: Range<usize>,
    /// Where the tag begins, else the value.
    pub tagged: usize,
    /// Where tag or anchor begins, whichever comes first.
    pub outer: usize,
    pub tag: Option<String>,
    anchor: usize,
    /// The map or list that holds it.
    pub parent: Option<usize>,
    /// The key of which it is the value.
    pub key: Option<usize>,
    pub is_key: bool,
    pub body: Body,
}

#[derive(Debug)]
pub(in crate::edit) enum Body {
    Scalar { text: String, style: ScalarStyle },
    Alias,
    Map { flow: bool, entries: Vec<(usize, usize)> },
    List { flow: bool, items: Vec<usize> },
}

impl Item {
    /// Nothing is written here.
    pub(in crate::edit) fn is_blank(&self) -> bool {
        self.at.is_empty() && matches!(&self.body, Body::Scalar { style: ScalarStyle::Plain, .. })
    }

    pub(in crate::edit) fn is_null(&self) -> bool {
        matches!(&self.body, Body::Scalar { text, style: ScalarStyle::Plain }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    pub(in crate::edit) fn scalar(&self) -> Option<&str> {
        match &self.body {
            Body::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    pub(in crate::edit) fn entries(&self) -> &[(usize, usize)] {
        match &self.body {
            Body::Map { entries, .. } => entries,
            _ => &[],
        }
    }

    pub(in crate::edit) fn list(&self) -> &[usize] {
        match &self.body {
            Body::List { items, .. } => items,
            _ => &[],
        }
    }

    pub(in crate::edit) fn is_flow(&self) -> bool {
        matches!(&self.body, Body::Map { flow: true, .. } | Body::List { flow: true, .. })
    }
}

struct Frame {
    item: usize,
    key: Option<usize>,
}

impl Tree {
    /// `None` when the text is not valid, or too large to be changed.
    pub(in crate::edit) fn parse(text: &str) -> Option<Self> {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let skipped = text.len() - body.len();
        let mut options = Options::default();
        options.set_emit_comments(false);
        options.emit_anchor_events = true;
        options.flow_nesting_limit = DEPTH_MAX;
        options.block_nesting_limit = DEPTH_MAX;
        options.simple_key_max_lookahead = 1 << 16;
        let mut tree = Self { items: Vec::new(), root: 0, aliased: BTreeSet::new() };
        let mut stack: Vec<Frame> = Vec::new();
        let mut is_read = false;
        for event in Parser::new_from_str_with_options(body, options) {
            let (event, span) = event.ok()?;
            if is_read || tree.items.len() > ITEMS_MAX {
                // What follows must be valid, too.
                continue;
            }
            let range = span.byte_range().unwrap_or_default();
            let at = range.start + skipped..range.end + skipped;
            let tag_at = span.tag_start().and_then(|mark| mark.byte_offset()).map(|at| at + skipped);
            let (body, anchor, tag) = match event {
                Event::Scalar(text, style, anchor, tag) => {
                    (Body::Scalar { text: text.into_owned(), style }, anchor, tag)
                }
                Event::SequenceStart(style, anchor, tag) => {
                    (Body::List { flow: style == StructureStyle::Flow, items: Vec::new() }, anchor, tag)
                }
                Event::MappingStart(style, anchor, tag) => {
                    (Body::Map { flow: style == StructureStyle::Flow, entries: Vec::new() }, anchor, tag)
                }
                Event::Alias(anchor) => {
                    tree.aliased.insert(anchor);
                    (Body::Alias, 0, None)
                }
                Event::Anchor(..) => {
                    if let Some(item) = tree.items.last_mut() {
                        item.outer = item.outer.min(at.start);
                    }
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    tree.close(&mut stack, at.end);
                    is_read = stack.is_empty();
                    continue;
                }
                _ => continue,
            };
            let is_open = matches!(body, Body::Map { .. } | Body::List { .. });
            let tagged = tag_at.unwrap_or(at.start);
            let tag = tag.map(|tag| tag.to_string());
            tree.items.push(Item {
                at,
                tagged,
                outer: tagged,
                tag,
                anchor,
                parent: None,
                key: None,
                is_key: false,
                body,
            });
            let item = tree.items.len() - 1;
            tree.attach(&mut stack, item);
            if is_open {
                stack.push(Frame { item, key: None });
            } else {
                is_read = stack.is_empty();
            }
        }
        (is_read && tree.items.len() <= ITEMS_MAX).then_some(tree)
    }

    fn attach(&mut self, stack: &mut [Frame], item: usize) {
        let Some(frame) = stack.last_mut() else {
            self.root = item;
            return;
        };
        let (mut its_key, mut is_key) = (None, false);
        match self.items.get_mut(frame.item).map(|parent| &mut parent.body) {
            Some(Body::List { items, .. }) => items.push(item),
            Some(Body::Map { entries, .. }) => match frame.key.take() {
                Some(key) => {
                    entries.push((key, item));
                    its_key = Some(key);
                }
                None => {
                    frame.key = Some(item);
                    is_key = true;
                }
            },
            _ => {}
        }
        if let Some(item) = self.items.get_mut(item) {
            item.parent = Some(frame.item);
            item.key = its_key;
            item.is_key = is_key;
        }
    }

    /// A block ends where its last value ends; brackets end with the bracket.
    fn close(&mut self, stack: &mut Vec<Frame>, end: usize) {
        let Some(frame) = stack.pop() else { return };
        let Some(item) = self.items.get(frame.item) else { return };
        let last = match &item.body {
            Body::List { items, .. } => items.last().copied(),
            Body::Map { entries, .. } => entries.last().map(|(_, value)| *value),
            _ => None,
        };
        let before = match &item.body {
            Body::Map { entries, .. } => entries.last().and_then(|(key, _)| self.items.get(*key)),
            _ => None,
        };
        let end = match last.and_then(|last| self.items.get(last)) {
            _ if item.is_flow() => end,
            Some(last) if last.is_blank() => before.map_or(item.at.start, |key| key.at.end),
            Some(last) => last.at.end,
            None => end,
        };
        if let Some(item) = self.items.get_mut(frame.item) {
            item.at.end = end.max(item.at.start);
        }
    }

    pub(in crate::edit) fn root(&self) -> usize {
        self.root
    }

    pub(in crate::edit) fn item(&self, index: usize) -> Option<&Item> {
        self.items.get(index)
    }

    pub(in crate::edit) fn items(&self) -> &[Item] {
        &self.items
    }

    /// Whether changing this value changes it elsewhere, too.
    pub(in crate::edit) fn is_shared(&self, item: &Item) -> bool {
        item.anchor != 0 && self.aliased.contains(&item.anchor)
    }

    /// The value of a key; with a key written twice, the last one counts.
    pub(in crate::edit) fn get(&self, map: &Item, key: &str) -> Option<(usize, usize)> {
        let is_it = |(name, _): &&(usize, usize)| {
            self.item(*name).and_then(Item::scalar).is_some_and(|name| name == key)
        };
        map.entries().iter().rev().find(is_it).copied()
    }

    /// The short tag or long key of an intrinsic function: `Fn::If`, `Ref`.
    pub(in crate::edit) fn call(&self, item: &Item) -> Option<String> {
        if let Some(name) = item.tag.as_deref().and_then(|tag| tag.strip_prefix('!')) {
            let is_own = !name.is_empty() && !name.starts_with('!');
            return is_own.then(|| match name {
                "Ref" | "Condition" => name.to_owned(),
                _ => format!("Fn::{name}"),
            });
        }
        let [(key, _)] = item.entries() else { return None };
        let key = self.item(*key)?.scalar()?;
        (key == "Ref" || key.starts_with("Fn::")).then(|| key.to_owned())
    }

    /// The map entry whose key stands at this place: key and value.
    pub(in crate::edit) fn entry_at(&self, start: usize) -> Option<(usize, usize)> {
        let entries = self.items.iter().flat_map(Item::entries);
        entries.copied().find(|(key, _)| self.item(*key).is_some_and(|key| key.at.start == start))
    }

    /// The map that begins at this place.
    pub(in crate::edit) fn map_at(&self, start: usize) -> Option<usize> {
        let is_it = |item: &Item| matches!(item.body, Body::Map { .. }) && item.at.start == start;
        self.items.iter().position(is_it)
    }

    /// The value, tag included, that begins at this place.
    pub(in crate::edit) fn value_at(&self, start: usize) -> Option<usize> {
        let is_it = |item: &Item| !item.is_key && item.tagged == start;
        self.items.iter().position(is_it)
    }

    /// The keys and positions that lead from the root to an item.
    pub(in crate::edit) fn path_to(&self, target: usize) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        let mut at = target;
        while at != self.root {
            let item = self.item(at)?;
            let parent = item.parent?;
            steps.push(match item.key {
                Some(key) => Step::Key(self.item(key)?.scalar()?.to_owned()),
                None => Step::Item(self.item(parent)?.list().iter().position(|known| *known == at)?),
            });
            at = parent;
        }
        steps.reverse();
        Some(steps)
    }
}

/// One step into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edit) enum Step {
    /// The value of this key. Lists of one are stepped through.
    Key(String),
    /// The value of this key, which is a list of one map where nothing is written yet.
    Listed(String),
    Item(usize),
}
