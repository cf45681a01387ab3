//! Random documents in random styles, and random changes: read again, they say what was asked for.
use crate::edit::content::Content;
use crate::edit::draft::Draft;
use crate::edit::yaml::{self, Doc, Step};

/// A small generator: the same seed gives the same document.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below as u64).unwrap()
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.next(words.len())]
    }

    fn scalar(&mut self) -> Content {
        match self.next(6) {
            0 => Content::Bool(self.next(2) == 0),
            1 => Content::Int(i64::try_from(self.next(2000)).unwrap() - 1000),
            2 => Content::Text(String::new()),
            _ => {
                let words = [
                    "yes",
                    "no",
                    "a: b",
                    "#x",
                    "x # y",
                    "*",
                    "@a",
                    "2012-10-17",
                    "1:30",
                    "a'b",
                    "c\"d",
                    "x\\y",
                    " lead",
                    "trail ",
                    "${A}",
                    "{b}",
                    "[c]",
                    "a, b",
                    "python3.13",
                    "-",
                    "- x",
                    "?",
                    "|",
                    ">",
                    "%",
                    "null",
                    "~",
                    "0x1f",
                    "é",
                    "a\nb",
                    "rate(5 minutes)",
                ];
                Content::text(self.pick(&words))
            }
        }
    }

    fn value(&mut self, depth: usize) -> Content {
        match self.next(if depth == 0 { 1 } else { 5 }) {
            0 | 1 => self.scalar(),
            2 => {
                let count = self.next(3);
                Content::List((0..count).map(|_| self.value(depth - 1)).collect())
            }
            _ => self.map(depth),
        }
    }

    fn map(&mut self, depth: usize) -> Content {
        let count = 1 + self.next(3);
        let keys = ["a", "b", "Long-Key", "c d", "e"];
        let mut entries = Vec::new();
        for key in keys.iter().take(count) {
            entries.push(((*key).to_owned(), self.value(depth.saturating_sub(1))));
        }
        Content::Map(entries)
    }
}

struct Written {
    unit: usize,
    newline: &'static str,
    dash: bool,
    comments: bool,
}

/// Quoted so that no rule of plain texts is needed here.
fn quoted(text: &str, random: &mut Random) -> String {
    let is_simple = text.chars().all(|c| !c.is_control());
    if is_simple && random.next(2) == 0 {
        return format!("'{}'", text.replace('\'', "''"));
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn scalar(value: &Content, random: &mut Random) -> String {
    match value {
        Content::Text(text) => quoted(text, random),
        Content::Bool(value) => value.to_string(),
        Content::Int(value) => value.to_string(),
        _ => flow(value, random, false),
    }
}

fn flow(value: &Content, random: &mut Random, json: bool) -> String {
    let text = |text: &str, random: &mut Random| match json {
        true => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")),
        false => quoted(text, random),
    };
    match value {
        Content::List(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, random, json)).collect();
            format!("[{}]", items.join(", "))
        }
        Content::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", text(key, random), flow(value, random, json)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Content::Text(value) => text(value, random),
        other => scalar(other, random),
    }
}

fn block(value: &Content, indent: usize, style: &Written, random: &mut Random) -> String {
    let pad = " ".repeat(indent);
    let comment = |random: &mut Random| if style.comments && random.next(3) == 0 { " # why" } else { "" };
    let mut text = String::new();
    let below = |value: &Content, is_entry: bool| match value {
        Content::List(_) if is_entry && !style.dash => indent,
        _ => indent + style.unit,
    };
    let entries: Vec<(String, &Content, bool)> = match value {
        Content::Map(entries) => {
            entries.iter().map(|(key, value)| (format!("{key}:"), value, true)).collect()
        }
        Content::List(items) => items.iter().map(|item| ("-".to_owned(), item, false)).collect(),
        _ => Vec::new(),
    };
    for (head, value, is_entry) in entries {
        let has_block = value.is_open() && random.next(4) > 0;
        if has_block {
            let inner = block(value, below(value, is_entry), style, random);
            text.push_str(&format!("{pad}{head}{}{}{inner}", comment(random), style.newline));
        } else {
            let inner = scalar(value, random);
            text.push_str(&format!("{pad}{head} {inner}{}{}", comment(random), style.newline));
        }
    }
    text
}

fn paths(value: &Content, at: &[Step], found: &mut Vec<Vec<Step>>) {
    match value {
        Content::Map(entries) => {
            for (key, value) in entries {
                let mut path = at.to_vec();
                path.push(Step::Key(key.clone()));
                found.push(path.clone());
                paths(value, &path, found);
            }
        }
        Content::List(items) => {
            for (position, value) in items.iter().enumerate() {
                let mut path = at.to_vec();
                path.push(Step::Item(position));
                paths(value, &path, found);
            }
        }
        _ => {}
    }
}

/// The expected document, changed in memory.
fn put(value: &mut Content, path: &[Step], new: &Content) -> bool {
    match (path, value) {
        ([], value) => {
            *value = new.clone();
            true
        }
        ([Step::Key(key), rest @ ..], Content::Map(entries)) => {
            if !entries.iter().any(|(known, _)| known == key) {
                if !rest.is_empty() {
                    return false;
                }
                entries.push((key.clone(), new.clone()));
                return true;
            }
            let entry = entries.iter_mut().find(|(known, _)| known == key).unwrap();
            put(&mut entry.1, rest, new)
        }
        ([Step::Item(position), rest @ ..], Content::List(items)) => put(&mut items[*position], rest, new),
        _ => false,
    }
}

/// Maps as sets of entries: where a new key stands is the writer's choice.
fn sorted(value: &Content) -> Content {
    match value {
        Content::Map(entries) => {
            let mut entries: Vec<_> =
                entries.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Content::Map(entries)
        }
        Content::List(items) => Content::List(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

fn one(seed: u64) {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let document = random.map(4);
    let json = random.next(3) == 0;
    let style = Written {
        unit: 1 + random.next(4),
        newline: ["\n", "\r\n"][random.next(2)],
        dash: random.next(2) == 0,
        comments: random.next(2) == 0,
    };
    let mut text =
        if json { flow(&document, &mut random, true) } else { block(&document, 0, &style, &mut random) };
    if random.next(3) == 0 {
        text.truncate(text.trim_end().len());
    }
    let whole = |text: &str| Doc::parse(text).ok().and_then(|doc| doc.value(&[]));
    assert_eq!(whole(&text).as_ref(), Some(&document), "the test writes\n{text}");
    let mut found = Vec::new();
    paths(&document, &[], &mut found);
    let mut path = found[random.next(found.len())].clone();
    let mut expected = document.clone();
    let mut draft = Draft::new(text.as_str().into());
    if random.next(3) == 0 {
        path.push(Step::Key("new".to_owned()));
    }
    let new = random.value(3);
    if !put(&mut expected, &path, &new) {
        return;
    }
    // An empty map without a document around it is nothing that can be told from nothing.
    yaml::set(&mut draft, &path, &new).unwrap_or_else(|why| panic!("{why}: {path:?} in\n{text}"));
    let now = whole(draft.text()).map(|value| sorted(&value));
    assert_eq!(now, Some(sorted(&expected)), "seed {seed}: {path:?} in\n{text}\nis\n{}", draft.text());
    // A second time nothing changes.
    let before = draft.text().to_owned();
    yaml::set(&mut draft, &path, &new).unwrap();
    assert_eq!(draft.text(), before);
    let bare = draft.text().replace("\r\n", "");
    assert!(!text.contains("\r\n") || json || !bare.contains('\n'), "mixed line breaks: {:?}", draft.text());
}

#[test]
fn random_values_are_read_again() {
    let count = if cfg!(debug_assertions) { 3_000 } else { 100_000 };
    (1..count).for_each(one);
}
