//! CSV as Athena writes it: a header, quoted cells, and structures as `{type=AssumedRole, arn=…}`.
use serde_json::{Map, Value as Json};

use super::record::Event;
use super::{Trail, json};

/// Structures inside of each other.
const DEPTH_MAX: usize = 16;

/// Columns that are structures.
const STRUCTURES: &[&str] = &["useridentity", "resources", "requestparameters"];

pub(super) fn read(trail: &mut Trail, path: &str, text: &str) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.trim().to_ascii_lowercase()).collect(),
        Err(error) => {
            trail.tell(path, 1, format!("neither JSON nor CSV: {error}"));
            return;
        }
    };
    for wanted in ["eventsource", "eventname", "useridentity"] {
        if !header.iter().any(|name| name == wanted) {
            let message = format!("neither JSON nor CSV with a column `{wanted}`");
            trail.tell(path, 1, message);
            return;
        }
    }
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                trail.tell(path, usize::try_from(line).unwrap_or(0), format!("no row: {error}"));
                continue;
            }
        };
        let record: Map<String, Json> =
            header.iter().zip(&row).map(|(name, cell)| cell_of(name, cell)).collect();
        match Event::read(&Json::Object(record)) {
            Some(event) => trail.count(path, &event),
            None => {
                let line = row.position().map_or(0, csv::Position::line);
                let message = "a row without `eventsource` or `eventname`".to_owned();
                trail.tell(path, usize::try_from(line).unwrap_or(0), message);
            }
        }
    }
}

fn cell_of(name: &str, cell: &str) -> (String, Json) {
    let value = if STRUCTURES.contains(&name) {
        // Some tables keep JSON.
        json::embedded(cell).unwrap_or_else(|| Reader { rest: cell.trim() }.value(0))
    } else {
        Json::String(cell.to_owned())
    };
    (name.to_owned(), value)
}

/// Reads what Athena prints of a structure. It does not quote, so that a text with `, x=` in it is read as two.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn eat(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Json {
        if depth < DEPTH_MAX && self.eat('{') {
            return self.map(depth);
        }
        if depth < DEPTH_MAX && self.eat('[') {
            return self.list(depth);
        }
        let end = self.end_of_text();
        let (text, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        match text.trim() {
            "null" | "" => Json::Null,
            text => Json::String(text.to_owned()),
        }
    }

    fn map(&mut self, depth: usize) -> Json {
        let mut map = Map::new();
        while !self.rest.is_empty() && !self.eat('}') {
            let Some((key, behind)) = self.rest.split_once('=') else { break };
            let key = key.trim().to_owned();
            self.rest = behind;
            let value = self.value(depth + 1);
            map.insert(key, value);
            self.eat(',');
        }
        Json::Object(map)
    }

    fn list(&mut self, depth: usize) -> Json {
        let mut list = Vec::new();
        while !self.rest.is_empty() && !self.eat(']') {
            let before = self.rest.len();
            list.push(self.value(depth + 1));
            self.eat(',');
            // A sign that nothing reads.
            if self.rest.len() == before {
                break;
            }
        }
        Json::Array(list)
    }

    /// Where a plain text ends: at a bracket that closes what is around it, or at the next key or element.
    fn end_of_text(&self) -> usize {
        let mut open = 0_usize;
        for (at, sign) in self.rest.char_indices() {
            match sign {
                '{' | '[' => open += 1,
                '}' | ']' if open == 0 => return at,
                '}' | ']' => open -= 1,
                ',' if open == 0 && self.rest.get(at + 1..).is_some_and(starts_element) => return at,
                _ => {}
            }
        }
        self.rest.len()
    }
}

/// ` key=` of a structure, or ` arn:…` and ` {` of a list.
fn starts_element(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix(' ') else { return false };
    let word: usize = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    rest.starts_with('{')
        || rest.starts_with("arn:")
        || (word > 0 && rest.as_bytes().get(word) == Some(&b'='))
}
