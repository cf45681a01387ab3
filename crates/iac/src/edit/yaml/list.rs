//! Entries of maps and elements of lists come and go.
use super::Change;
use super::change::Doc;
use super::style::{indent_at, line_indent};
use super::tree::{Body, Item, Step};
use crate::edit::NotWritten;
use crate::edit::content::Content;

type Changes = Result<Vec<Change>, NotWritten>;

impl Doc<'_> {
    /// A new last entry of a map.
    pub(super) fn add_entry(&self, map: usize, key: &str, value: &Content) -> Changes {
        let Some(item) = self.tree.item(map) else { return Ok(Vec::new()) };
        if item.entries().is_empty() {
            return self.replace(map, &value.clone().inside(key));
        }
        if item.is_flow() {
            let flow = self.flow_of(item);
            let text = match self.is_spread(item) {
                true => {
                    let indent = self.first_indent(item);
                    let value = self.style_for(item).spread(value, &indent, &flow);
                    format!("{}{}{value}", super::scalar::scalar(key, flow.quotes, true), flow.colon)
                }
                false => flow.entry(key, value),
            };
            return Ok(self.add_in_brackets(item, &text));
        }
        let first = item.entries().first().and_then(|(key, _)| self.tree.item(*key));
        let indent = first.map(|key| indent_at(self.text, key.outer)).unwrap_or_default();
        let mut style = self.style_for(item);
        if let Some(unit) = self.unit_below(item) {
            style.unit = unit;
        }
        Ok(self.add_lines(item, &style.entry(key, value, &indent)))
    }

    /// How far the values of a map's entries are indented.
    fn unit_below(&self, map: &Item) -> Option<String> {
        let children = map.entries().iter().filter_map(|(_, value)| self.tree.item(*value));
        children.into_iter().find_map(|child| super::style::unit_of(self.text, &self.tree, child))
    }

    /// A new last element of a list.
    fn add_element(&self, list: &Item, value: &Content) -> Changes {
        if list.is_flow() {
            let flow = self.flow_of(list);
            let text = match self.is_spread(list) {
                true => self.style_for(list).spread(value, &self.first_indent(list), &flow),
                false => flow.inline(value),
            };
            return Ok(self.add_in_brackets(list, &text));
        }
        let dash = list.list().first().and_then(|first| self.dash(*first));
        let dash = dash.ok_or_else(|| NotWritten::new("the list is written in an unusual way"))?;
        let indent = indent_at(self.text, dash);
        Ok(self.add_lines(list, &self.style_for(list).element(value, &indent)))
    }

    fn first_indent(&self, item: &Item) -> String {
        let first = item.entries().first().map(|(key, _)| *key).or_else(|| item.list().first().copied());
        let first = first.and_then(|first| self.tree.item(first));
        first.map(|first| line_indent(self.text, first.outer)).unwrap_or_default()
    }

    /// Lines below the last one of a block. Where the block ends with a text that keeps its blank lines,
    /// nothing may stand below: then above the first one.
    fn add_lines(&self, block: &Item, lines: &[String]) -> Vec<Change> {
        let newline = self.style.newline;
        if self.keeps_blank_lines(block) {
            let first = block.entries().first().map(|(key, _)| *key);
            let start = first.and_then(|key| self.tree.item(key)).map_or(block.at.start, |key| key.outer);
            let text = lines.join(newline);
            return vec![Change {
                range: start..start,
                text: format!("{}{newline}{}", text.trim_start(), indent_at(self.text, start)),
            }];
        }
        let end = self.line_end(self.content_end(block));
        vec![Change { range: end..end, text: format!("{newline}{}", lines.join(newline)) }]
    }

    fn keeps_blank_lines(&self, block: &Item) -> bool {
        let mut last = block;
        loop {
            let next = match &last.body {
                Body::Map { entries, flow: false } => entries.last().map(|(_, value)| *value),
                Body::List { items, flow: false } => items.last().copied(),
                _ => None,
            };
            match next.and_then(|next| self.tree.item(next)) {
                Some(next) => last = next,
                None => break,
            }
        }
        let start = last.key.and_then(|key| self.tree.item(key)).map_or(last.outer, |key| key.at.end);
        let header = self.text.get(start..).and_then(|text| text.lines().next()).unwrap_or_default();
        let header = header.split('#').next().unwrap_or_default();
        matches!(&last.body, Body::Scalar { style, .. }
            if matches!(style, granit_parser::ScalarStyle::Literal | granit_parser::ScalarStyle::Folded))
            && header.contains('+')
    }

    /// A new last value between brackets.
    fn add_in_brackets(&self, item: &Item, text: &str) -> Vec<Change> {
        let last = match &item.body {
            Body::Map { entries, .. } => entries.last().map(|(_, value)| *value),
            Body::List { items, .. } => items.last().copied(),
            _ => None,
        };
        let Some(last) = last.and_then(|last| self.tree.item(last)) else {
            let at = item.at.start + 1;
            return vec![Change { range: at..at, text: text.to_owned() }];
        };
        let end = self
            .content_end(last)
            .max(last.key.and_then(|key| self.tree.item(key)).map_or(0, |key| key.at.end));
        let rest = self.text.get(end..item.at.end).unwrap_or_default();
        let has_comma = rest.trim_start().starts_with(',');
        let comma_end = if has_comma { end + rest.find(',').unwrap_or(0) + 1 } else { end };
        let comma = Change { range: end..end, text: ",".to_owned() };
        if !self.is_spread(item) {
            let text = if has_comma { format!(" {text}") } else { format!(", {text}") };
            return vec![Change { range: comma_end..comma_end, text }];
        }
        let line = format!("{}{}{text}", self.style.newline, self.first_indent(item));
        let line_end = self.line_end(comma_end);
        // A comment behind the last value stays with it, unless the bracket closes on that line.
        let at = if line_end < item.at.end { line_end } else { comma_end };
        let text = if has_comma { format!("{line},") } else { line };
        if has_comma || at == end {
            let comma = if has_comma { "" } else { "," };
            return vec![Change { range: at..at, text: format!("{comma}{text}") }];
        }
        vec![comma, Change { range: at..at, text }]
    }

    /// One step towards the list.
    pub(super) fn assign_list(&self, index: usize, item: &Item, wanted: &[Content]) -> Changes {
        let known: Vec<Option<Content>> = item
            .list()
            .iter()
            .map(|item| self.tree.item(*item).and_then(|item| self.content(item)))
            .collect();
        if known.len() > wanted.len() && is_subsequence(wanted, &known) {
            let mut left = wanted.iter().peekable();
            let gone = known.iter().position(|known| {
                let stays = left.peek().is_some_and(|next| known.as_ref() == Some(next));
                if stays {
                    left.next();
                }
                !stays
            });
            let gone = gone.and_then(|gone| item.list().get(gone)).copied();
            return gone.map_or_else(|| Ok(Vec::new()), |gone| self.remove(gone));
        }
        let is_prefix = known.len() < wanted.len()
            && known.iter().zip(wanted).all(|(known, wanted)| known.as_ref() == Some(wanted));
        if let Some(next) = wanted.get(known.len()).filter(|_| is_prefix && !known.is_empty()) {
            return self.add_element(item, next);
        }
        if known.len() == wanted.len() {
            for (item, wanted) in item.list().iter().zip(wanted) {
                let changes = self.assign(*item, wanted)?;
                if !changes.is_empty() {
                    return Ok(changes);
                }
            }
        }
        self.replace(index, &Content::List(wanted.to_vec()))
    }

    /// Where the dash of a list's element stands.
    fn dash(&self, element: usize) -> Option<usize> {
        let item = self.tree.item(element)?;
        let before = self.text.get(..item.outer)?.trim_end();
        before.ends_with('-').then(|| before.len() - 1)
    }

    /// Takes a value away, with its key or dash, and what is empty then.
    pub(in crate::edit) fn unset(&self, path: &[Step], floor: usize) -> Changes {
        let mut at = self.tree.root();
        let mut chain = Vec::new();
        for step in path {
            // Lists of one are stepped through.
            while let (Some(item), Step::Key(_) | Step::Listed(_)) = (self.tree.item(at), step)
                && let [only] = item.list()
            {
                at = *only;
            }
            let Some(item) = self.tree.item(at) else { return Ok(Vec::new()) };
            let next = match step {
                Step::Key(key) | Step::Listed(key) => self.tree.get(item, key).map(|(_, value)| value),
                Step::Item(position) => item.list().get(*position).copied(),
            };
            let Some(next) = next else {
                return Err(NotWritten::new("it is not written there"));
            };
            chain.push(next);
            at = next;
        }
        // Up to the last one that still holds something else.
        let mut gone = at;
        let mut depth = path.len();
        while depth > floor + 1 {
            let Some(parent) = self.tree.item(gone).and_then(|item| item.parent) else { break };
            let Some(holder) = self.tree.item(parent) else { break };
            if holder.entries().len() + holder.list().len() > 1 {
                break;
            }
            gone = parent;
            depth -= usize::from(chain.contains(&parent));
            if depth == floor {
                break;
            }
        }
        self.remove(gone)
    }

    /// Takes one value away, with its key or dash.
    pub(super) fn remove(&self, index: usize) -> Changes {
        let Some(item) = self.tree.item(index) else { return Ok(Vec::new()) };
        self.tell_anchors(item)?;
        let Some(parent) = item.parent.and_then(|parent| self.tree.item(parent)) else {
            return Err(NotWritten::new("it is the whole document"));
        };
        if self.tree.is_shared(parent) {
            return Err(NotWritten::new("the value has an anchor that is used elsewhere, too"));
        }
        let starts = self.starts(parent);
        let own = item.key.unwrap_or(index);
        let position = starts.iter().position(|(known, _)| *known == own);
        let Some(position) = position else { return Ok(Vec::new()) };
        let Some((_, start)) = starts.get(position).copied() else { return Ok(Vec::new()) };
        let key_end = item.key.and_then(|key| self.tree.item(key)).and_then(|key| self.colon_end(key).ok());
        let end = self.content_end(item).max(key_end.unwrap_or(0));
        if starts.len() == 1 {
            let empty = if matches!(parent.body, Body::List { .. }) {
                Content::List(Vec::new())
            } else {
                Content::Map(Vec::new())
            };
            return item.parent.map_or_else(|| Ok(Vec::new()), |parent| self.replace(parent, &empty));
        }
        let next = starts.get(position + 1).map(|(_, start)| *start);
        let range = if parent.is_flow() {
            match next {
                Some(next) => start..next,
                None => {
                    let before = position.checked_sub(1).and_then(|before| self.end_of(parent, before));
                    before.unwrap_or(start)..end
                }
            }
        } else {
            self.lines_of(start, end, next)
        };
        Ok(vec![Change { range, text: String::new() }])
    }

    /// The lines of an entry; or up to the next entry when it shares its first line with a dash.
    fn lines_of(&self, start: usize, end: usize, next: Option<usize>) -> std::ops::Range<usize> {
        let line = self.line_start(start);
        let shares = self
            .text
            .get(line..start)
            .is_some_and(|before| !before.trim_start_matches('\u{feff}').trim().is_empty());
        if let Some(next) = next.filter(|_| shares) {
            return start..next;
        }
        let bom = self.text.get(line..start).is_some_and(|before| before.starts_with('\u{feff}'));
        let line = if bom { line + '\u{feff}'.len_utf8() } else { line };
        let rest = self.text.get(end..).unwrap_or_default();
        match rest.find('\n') {
            Some(newline) => line..end + newline + 1,
            // The last line of a text that does not end with a line break: the one before it does not, either.
            None => {
                let before = self.text.get(..line).unwrap_or_default();
                let before =
                    before.strip_suffix('\n').map_or(before, |text| text.strip_suffix('\r').unwrap_or(text));
                before.len()..self.text.len()
            }
        }
    }

    /// What begins each entry: key or element, and its place with a dash.
    fn starts(&self, parent: &Item) -> Vec<(usize, usize)> {
        let place = |index: usize| self.tree.item(index).map_or(0, |item| item.outer);
        match &parent.body {
            Body::Map { entries, .. } => entries.iter().map(|(key, _)| (*key, place(*key))).collect(),
            Body::List { items, flow: true } => items.iter().map(|item| (*item, place(*item))).collect(),
            Body::List { items, flow: false } => {
                items.iter().map(|item| (*item, self.dash(*item).unwrap_or_else(|| place(*item)))).collect()
            }
            _ => Vec::new(),
        }
    }

    fn end_of(&self, parent: &Item, position: usize) -> Option<usize> {
        let item = match &parent.body {
            Body::Map { entries, .. } => entries.get(position).map(|(_, value)| *value),
            Body::List { items, .. } => items.get(position).copied(),
            _ => None,
        }?;
        self.tree.item(item).map(|item| self.content_end(item))
    }
}

fn is_subsequence(wanted: &[Content], known: &[Option<Content>]) -> bool {
    let mut known = known.iter();
    wanted.iter().all(|wanted| known.any(|known| known.as_ref() == Some(wanted)))
}
