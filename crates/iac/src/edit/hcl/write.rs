//! New attributes, blocks and values of HCL, laid out like their neighbours.
use model::Span;

use super::Hcl;
use super::change::{quoted, range};
use crate::edit::content::Content;
use crate::edit::yaml::Change;
use crate::terraform::syntax::{Block, Body, Expr};

impl Hcl<'_> {
    fn newline(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text.get(..at).is_some_and(|line| line.ends_with('\r')) => "\r\n",
            _ => "\n",
        }
    }

    /// The blanks that the line of a place begins with.
    pub(super) fn indent_of(&self, at: Span) -> String {
        let start = self.line_start(at.start as usize);
        let line = self.text.get(start..).unwrap_or_default();
        line.chars().take_while(|character| matches!(character, ' ' | '\t')).collect()
    }

    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + rest.split('\n').next().unwrap_or_default().trim_end_matches('\r').len()
    }

    /// A value, with lists and objects over several lines when they are long.
    pub(super) fn value(&self, value: &Content, indent: &str) -> String {
        let newline = self.newline();
        let inner = format!("{indent}  ");
        match value.call() {
            Some(("Ref", Content::Text(expression))) => return expression.clone(),
            Some(("Fn::Sub", Content::Text(text))) => return format!("\"{text}\""),
            Some(("Fn::Json", value)) => return format!("jsonencode({})", self.value(value, indent)),
            _ => {}
        }
        match value {
            Content::Null => "null".to_owned(),
            Content::Bool(value) => value.to_string(),
            Content::Int(value) => value.to_string(),
            Content::Float(value) => value.to_string(),
            Content::Text(text) => quoted(text),
            Content::List(items) if items.iter().any(|item| item.is_open()) => {
                let items = items.iter().map(|item| format!("{inner}{},{newline}", self.value(item, &inner)));
                format!("[{newline}{}{indent}]", items.collect::<String>())
            }
            Content::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.value(item, indent)).collect();
                format!("[{}]", items.join(", "))
            }
            Content::Map(entries) if entries.is_empty() => "{}".to_owned(),
            Content::Map(entries) => {
                let keys: Vec<String> = entries.iter().map(|(key, _)| object_key(key)).collect();
                let width = keys.iter().map(String::len).max().unwrap_or(0);
                let lines = keys.iter().zip(entries).map(|(key, (_, value))| {
                    format!("{inner}{key:width$} = {}{newline}", self.value(value, &inner))
                });
                format!("{{{newline}{}{indent}}}", lines.collect::<String>())
            }
        }
    }

    /// The lines of a block, its header first.
    fn block(&self, header: &str, value: &Content, indent: &str) -> Vec<String> {
        let Content::Map(entries) = value else {
            return vec![format!("{indent}{header} = {}", self.value(value, indent))];
        };
        let inner = format!("{indent}  ");
        let is_block = |value: &Content| match value {
            Content::Map(_) => value.call().is_none(),
            Content::List(items) => {
                !items.is_empty()
                    && items.iter().all(|item| matches!(item, Content::Map(_)) && item.call().is_none())
            }
            _ => false,
        };
        // Maps of free keys are attributes.
        let is_attribute = |key: &str, value: &Content| FREE.contains(&key) || !is_block(value);
        let width =
            entries.iter().filter(|(key, value)| is_attribute(key, value)).map(|(key, _)| key.len()).max();
        let width = width.unwrap_or(0);
        let mut lines = vec![format!("{indent}{header} {{")];
        for (key, value) in entries.iter().filter(|(key, value)| is_attribute(key, value)) {
            lines.push(format!("{inner}{key:width$} = {}", self.value(value, &inner)));
        }
        for (key, value) in entries.iter().filter(|(key, value)| !is_attribute(key, value)) {
            let blocks = match value {
                Content::List(items) => items.iter().collect(),
                one => vec![one],
            };
            for block in blocks {
                if lines.len() > 1 {
                    lines.push(String::new());
                }
                lines.extend(self.block(key, block, &inner));
            }
        }
        lines.push(format!("{indent}}}"));
        lines
    }

    /// A new block at the end of the file.
    pub(super) fn append(&self, header: &str, value: &Content) -> Change {
        let newline = self.newline();
        let lines = self.block(header, value, "").join(newline);
        let end = self.text.len();
        let gap = if self.text.is_empty() || self.text.ends_with("\n\n") || self.text.ends_with("\r\n\r\n") {
            String::new()
        } else if self.text.ends_with('\n') {
            newline.to_owned()
        } else {
            newline.repeat(2)
        };
        Change { range: end..end, text: format!("{gap}{lines}{newline}") }
    }

    /// A new attribute behind the last one, or a new block behind everything else.
    pub(super) fn add_to_block(&self, block: &Block, name: &str, value: &Content, is_block: bool) -> Change {
        let newline = self.newline();
        let outer = self.indent_of(block.at);
        let (open, close) = self.braces(block);
        let indent = self.first_indent(&block.body, open).unwrap_or_else(|| format!("{outer}  "));
        let is_one_line = !self.text.get(open..close).unwrap_or_default().contains('\n');
        let lines = |indent: &str| {
            let is_open_map = matches!(value, Content::Map(_)) && value.call().is_none();
            match value {
                Content::List(items) if is_block => items
                    .iter()
                    .flat_map(|item| self.block(name, item, indent))
                    .collect::<Vec<_>>()
                    .join(newline),
                _ if is_block && is_open_map => self.block(name, value, indent).join(newline),
                _ => format!(
                    "{indent}{} = {}",
                    self.padded(&block.body, name, is_block),
                    self.value(value, indent)
                ),
            }
        };
        if is_one_line {
            let indent = format!("{outer}  ");
            let inside = self.text.get(open + 1..close).unwrap_or_default().trim();
            let inside = if inside.is_empty() { String::new() } else { format!("{newline}{indent}{inside}") };
            let text = format!("{inside}{newline}{}{newline}{outer}", lines(&indent));
            return Change { range: open + 1..close, text };
        }
        let attributes = block.body.attributes.iter().map(|attribute| attribute.value.at.end as usize).max();
        let blocks = block.body.blocks.iter().map(|block| block.at.end as usize).max();
        let last = if is_block { attributes.max(blocks) } else { attributes };
        let gap = if is_block && last.is_some() { newline } else { "" };
        let at = self.line_end(last.map_or(open + 1, |last| last.min(close)));
        Change { range: at..at, text: format!("{gap}{newline}{}", lines(&indent)) }
    }

    /// The name with blanks behind it, as far as its neighbours have theirs.
    fn padded(&self, body: &Body, name: &str, is_block: bool) -> String {
        let last = body.attributes.iter().max_by_key(|attribute| attribute.key.at.start);
        let width = last.filter(|_| !is_block).and_then(|last| {
            let between = self.text.get(last.key.at.start as usize..last.value.at.start as usize)?;
            between.find('=').map(|at| at.saturating_sub(1))
        });
        format!("{name:width$}", width = width.unwrap_or(0))
    }

    fn first_indent(&self, body: &Body, open: usize) -> Option<String> {
        let attributes = body.attributes.iter().map(|attribute| attribute.key.at);
        let starts = attributes.chain(body.blocks.iter().map(|block| block.at));
        let own_line = |at: &Span| self.line_start(at.start as usize) > open;
        starts.filter(own_line).min_by_key(|at| at.start).map(|at| self.indent_of(at))
    }

    /// Where the braces of a block stand.
    fn braces(&self, block: &Block) -> (usize, usize) {
        let head = block.labels.last().map_or(block.name.at.end, |label| label.at.end) as usize;
        let rest = self.text.get(head..block.at.end as usize).unwrap_or_default();
        let open = head + rest.find('{').unwrap_or(0);
        let close = head + rest.rfind('}').unwrap_or(rest.len());
        (open, close.max(open))
    }

    /// A new last element of a list.
    pub(super) fn add_item(&self, list: &Expr, last: Span, value: &Content) -> Change {
        let after = last.end as usize;
        let rest = self.text.get(after..list.at.end as usize).unwrap_or_default();
        let has_comma = rest.trim_start().starts_with(',');
        let at = if has_comma { after + rest.find(',').unwrap_or(0) + 1 } else { after };
        let comma = if has_comma { "" } else { "," };
        if !rest.contains('\n') {
            return Change {
                range: at..at,
                text: format!("{comma} {}", self.value(value, &self.indent_of(list.at))),
            };
        }
        let indent = self.indent_of(last);
        let tail = if has_comma { "," } else { "" };
        let text = format!("{comma}{}{indent}{}{tail}", self.newline(), self.value(value, &indent));
        Change { range: at..at, text }
    }

    /// A new entry of an object.
    pub(super) fn add_pair(
        &self,
        object: &Expr,
        pairs: &[(Expr, Expr)],
        name: &str,
        value: &Content,
    ) -> Vec<Change> {
        let (start, end) = (object.at.start as usize, object.at.end as usize);
        let newline = self.newline();
        let key = object_key(name);
        let Some((last_key, last)) = pairs.last() else {
            let indent = self.indent_of(object.at);
            let inner = format!("{indent}  ");
            let text = format!("{{{newline}{inner}{key} = {}{newline}{indent}}}", self.value(value, &inner));
            return vec![Change { range: start..end, text }];
        };
        let between = self.text.get(last_key.at.end as usize..last.at.start as usize).unwrap_or_default();
        let sign = if between.trim() == ":" { ": " } else { " = " };
        let after = last.at.end as usize;
        let rest = self.text.get(after..end).unwrap_or_default();
        if !rest.contains('\n') {
            let comma = if rest.trim_start().starts_with(',') { "" } else { "," };
            let at = after + if comma.is_empty() { rest.find(',').unwrap_or(0) + 1 } else { 0 };
            let text = format!("{comma} {key}{sign}{}", self.value(value, ""));
            return vec![Change { range: at..at, text }];
        }
        let indent = self.indent_of(last_key.at);
        let comma = if rest.trim_start().starts_with(',') { "," } else { "" };
        let at = self.line_end(after);
        let text = format!("{newline}{indent}{key}{sign}{}{comma}", self.value(value, &indent));
        vec![Change { range: at..at, text }]
    }

    /// Takes lines away that hold nothing else; inside a line, only the range.
    pub(super) fn remove_lines(&self, at: Span) -> Change {
        let found = range(at);
        let start = self.line_start(found.start);
        let end = self.line_end(found.end);
        let before = self.text.get(start..found.start).unwrap_or_default();
        let behind = self.text.get(found.end..end).unwrap_or_default().trim_start();
        let has_comment = behind.starts_with('#') || behind.starts_with("//");
        if !before.trim().is_empty() || !(behind.is_empty() || has_comment) {
            return Change { range: found, text: String::new() };
        }
        let rest = self.text.get(end..).unwrap_or_default();
        let newline = rest.find('\n').map_or(rest.len(), |at| at + 1);
        Change { range: start..end + newline, text: String::new() }
    }

    /// Takes an entry of an object away, with its comma.
    pub(super) fn remove_pair(&self, at: Span) -> Change {
        let change = self.remove_lines(at);
        let rest = self.text.get(change.range.end..).unwrap_or_default();
        let is_inside = change.range == range(at);
        if !is_inside {
            return change;
        }
        if rest.trim_start().starts_with(',') {
            let comma = rest.find(',').unwrap_or(0) + 1;
            let behind = rest.get(comma..).unwrap_or_default();
            let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
            return self.remove_lines(Span::new(
                at.file,
                change.range.start,
                change.range.end + comma + blanks,
            ));
        }
        let before = self.text.get(..change.range.start).unwrap_or_default();
        let trimmed = before.trim_end();
        let start = if trimmed.ends_with(',') { trimmed.len() - 1 } else { change.range.start };
        Change { range: start..change.range.end, text: String::new() }
    }
}

/// Maps whose keys people choose.
const FREE: &[&str] = &["tags", "variables", "tags_all", "parameters", "labels", "metadata"];

fn object_key(key: &str) -> String {
    let mut characters = key.chars();
    let begins = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let is_name =
        begins && characters.all(|other| other.is_ascii_alphanumeric() || matches!(other, '_' | '-'));
    if is_name { key.to_owned() } else { quoted(key) }
}
