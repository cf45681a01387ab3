//! Records as JSON: CloudTrail's files, lists, lines, and what wraps single records.
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use super::Trail;
use super::record::{Event, get};

/// One document, or one a line.
pub(super) fn read(trail: &mut Trail, path: &str, text: &str) {
    let first = text.trim_start();
    let (line, behind) = first.split_once('\n').unwrap_or((first, ""));
    if behind.trim().is_empty() || serde_json::from_str::<IgnoredAny>(line).is_err() {
        document(trail, path, 0, text);
        return;
    }
    // A broken line is told, and the next ones are read.
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        document(trail, path, at, line);
    }
}

fn document(trail: &mut Trail, path: &str, lines_before: usize, text: &str) {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = (Top { trail, path, line: lines_before + 1 }).deserialize(&mut deserializer);
    if let Err(error) = read.and_then(|()| deserializer.end()) {
        let line = lines_before + error.line();
        let told = error.to_string();
        // Its line is that of one line's text.
        let why = told.rsplit_once(" at line ").map_or(told.as_str(), |(why, _)| why);
        trail.tell(path, line, format!("no records from here on: {why}"));
    }
}

/// A whole document: a map or a list.
struct Top<'a> {
    trail: &'a mut Trail,
    path: &'a str,
    line: usize,
}

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record, a list of records, or an object with `Records`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(record) = list.next_element::<Json>()? {
            one(self.trail, (self.path, self.line), &record);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut single = serde_json::Map::new();
        let mut listed = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "Records" || key == "Events" {
                listed = true;
                map.next_value_seed(List { trail: self.trail, path: self.path, line: self.line })?;
            } else if listed {
                map.next_value::<IgnoredAny>()?;
            } else {
                single.insert(key, map.next_value()?);
            }
        }
        if !listed {
            one(self.trail, (self.path, self.line), &Json::Object(single));
        }
        Ok(())
    }
}

/// The list of a file: counted record by record.
struct List<'a> {
    trail: &'a mut Trail,
    path: &'a str,
    line: usize,
}

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(record) = list.next_element::<Json>()? {
            one(self.trail, (self.path, self.line), &record);
        }
        Ok(())
    }
}

/// A record, or what `lookup-events` and EventBridge make of one.
fn one(trail: &mut Trail, (path, line): (&str, usize), value: &Json) {
    let inner = get(value, "CloudTrailEvent").and_then(Json::as_str);
    let inner = inner.and_then(|text| serde_json::from_str::<Json>(text).ok());
    let record = inner.as_ref().or_else(|| get(value, "detail")).unwrap_or(value);
    match Event::read(record) {
        Some(event) => trail.count(path, &event),
        None => trail.tell(path, line, "a record without `eventSource` or `eventName`".to_owned()),
    }
}

/// A value that is JSON text itself; anything else as it is.
pub(super) fn embedded(text: &str) -> Option<Json> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Json::deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}
