//! A JSON Schema from values: types, formats, lengths, bounds.
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Values without which a format, an enumeration or a requirement is not believed.
const SAMPLES_MIN: u64 = 20;
/// The same for closing an object against further members.
const CLOSED_SAMPLES_MIN: u64 = 50;
/// Different values that can be an enumeration, and how often each must have come.
const ENUM_MAX: usize = 8;
const ENUM_EACH_MIN: u64 = 5;
/// Different members of an object that are told apart, and levels.
const MEMBERS_MAX: usize = 200;
const LEVELS_MAX: usize = 12;

/// What was seen at one place.
#[derive(Debug, Default)]
pub(super) struct Seen {
    count: u64,
    types: BTreeMap<&'static str, u64>,
    text: Text,
    least: Option<f64>,
    most: Option<f64>,
    items_max: usize,
    item: Option<Box<Seen>>,
    objects: u64,
    members: BTreeMap<String, Seen>,
    /// The object with which the last new member came.
    newest: u64,
    /// More members than are told apart: names are data here.
    is_map: bool,
}

#[derive(Debug, Default)]
struct Text {
    shortest: usize,
    longest: usize,
    count: u64,
    formats: BTreeMap<&'static str, u64>,
    /// None: too many.
    values: Option<BTreeMap<String, u64>>,
    is_over: bool,
}

impl Seen {
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn add(&mut self, value: &Value) {
        self.add_at(value, 0);
    }

    fn add_at(&mut self, value: &Value, level: usize) {
        self.count += 1;
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        *self.types.entry(kind).or_default() += 1;
        match value {
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or(0.0);
                self.least = Some(self.least.map_or(number, |least| least.min(number)));
                self.most = Some(self.most.map_or(number, |most| most.max(number)));
            }
            Value::String(text) => self.text.add(text),
            Value::Array(items) if level < LEVELS_MAX => {
                self.items_max = self.items_max.max(items.len());
                let item = self.item.get_or_insert_with(Box::default);
                items.iter().for_each(|value| item.add_at(value, level + 1));
            }
            Value::Object(members) if level < LEVELS_MAX => self.object(members, level),
            _ => {}
        }
    }

    fn object(&mut self, members: &Map<String, Value>, level: usize) {
        self.objects += 1;
        for (name, value) in members {
            if !self.members.contains_key(name) {
                if self.members.len() >= MEMBERS_MAX {
                    self.is_map = true;
                    continue;
                }
                self.newest = self.objects;
            }
            self.members.entry(name.clone()).or_default().add_at(value, level + 1);
        }
    }

    /// The schema that everything so far fits, with head-room.
    pub(super) fn schema(&self) -> Value {
        let mut out = Map::new();
        let mut types: BTreeSet<&str> = self.types.keys().copied().collect();
        if types.contains("number") {
            types.remove("integer");
        }
        match types.iter().collect::<Vec<_>>().as_slice() {
            [] => {}
            [one] => drop(out.insert("type".to_owned(), json!(one))),
            _ => drop(out.insert("type".to_owned(), json!(types))),
        }
        if types.contains("string") {
            self.text.write(&mut out);
        }
        if let (Some(least), Some(most)) = (self.least, self.most)
            && self.count >= SAMPLES_MIN
        {
            // Ten times what was seen, and no other sign.
            const ROOM: f64 = 10.0;
            out.insert("minimum".to_owned(), number(if least < 0.0 { least * ROOM } else { 0.0 }));
            out.insert(
                "maximum".to_owned(),
                number(if most > 0.0 { (most * ROOM).max(100.0) } else { 0.0_f64.max(most) + 100.0 }),
            );
        }
        if let Some(item) = &self.item {
            out.insert("maxItems".to_owned(), json!((self.items_max * 4).max(100)));
            if item.count > 0 {
                out.insert("items".to_owned(), item.schema());
            }
        }
        if self.objects > 0 {
            self.members_of(&mut out);
        }
        Value::Object(out)
    }

    fn members_of(&self, out: &mut Map<String, Value>) {
        // New names until late: they are data, not members.
        let is_settled = self.newest * 2 <= self.objects;
        if self.is_map || (!is_settled && self.members.len() > ENUM_MAX) {
            out.insert("maxProperties".to_owned(), json!((self.members.len() * 4).max(100)));
            return;
        }
        let members: Map<String, Value> =
            self.members.iter().map(|(name, seen)| (name.clone(), seen.schema())).collect();
        out.insert("properties".to_owned(), Value::Object(members));
        if self.objects >= SAMPLES_MIN {
            let always: Vec<&String> = self
                .members
                .iter()
                .filter(|(_, seen)| seen.count == self.objects)
                .map(|(name, _)| name)
                .collect();
            if !always.is_empty() {
                out.insert("required".to_owned(), json!(always));
            }
        }
        if self.objects >= CLOSED_SAMPLES_MIN && is_settled {
            out.insert("additionalProperties".to_owned(), json!(false));
        }
    }
}

fn number(value: f64) -> Value {
    const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= WHOLE_MAX {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        let whole = value as i64;
        return whole.into();
    }
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

impl Text {
    fn add(&mut self, text: &str) {
        let length = text.chars().count();
        self.shortest = if self.count == 0 { length } else { self.shortest.min(length) };
        self.longest = self.longest.max(length);
        self.count += 1;
        for (name, fits) in FORMATS {
            if fits(text) {
                *self.formats.entry(*name).or_default() += 1;
            }
        }
        if !self.is_over {
            let values = self.values.get_or_insert_with(BTreeMap::new);
            if is_word(text) {
                *values.entry(text.to_owned()).or_default() += 1;
            }
            if !is_word(text) || values.len() > ENUM_MAX {
                self.values = None;
                self.is_over = true;
            }
        }
    }

    fn write(&self, out: &mut Map<String, Value>) {
        let is_enough = self.count >= SAMPLES_MIN;
        // Only where text is all that comes: an enumeration would refuse the other types.
        let is_alone = out.get("type") == Some(&json!("string"));
        if let Some(values) = &self.values
            && self.count >= CLOSED_SAMPLES_MIN
            && is_alone
            && values.values().all(|count| *count >= ENUM_EACH_MIN)
        {
            out.insert("enum".to_owned(), json!(values.keys().collect::<Vec<_>>()));
            return;
        }
        let format = self.formats.iter().find(|(_, count)| **count == self.count);
        match format {
            Some((name, _)) if is_enough && *name == "digits" => {
                out.insert("pattern".to_owned(), json!("^[0-9]+$"));
            }
            Some((name, _)) if is_enough => {
                out.insert("format".to_owned(), json!(name));
            }
            _ => {}
        }
        out.insert("maxLength".to_owned(), json!((self.longest * 4).max(64)));
    }
}

fn is_word(text: &str) -> bool {
    const WORD_BYTES_MAX: usize = 32;
    let is_sign = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.len() <= WORD_BYTES_MAX && text.chars().all(is_sign)
}

type Fits = fn(&str) -> bool;

/// Formats by their names in JSON Schema; `digits` becomes a pattern.
const FORMATS: &[(&str, Fits)] = &[
    ("date-time", is_date_time),
    ("digits", is_digits),
    ("email", is_email),
    ("ipv4", is_ipv4),
    ("uuid", is_uuid),
];

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    let is_local = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    !local.is_empty() && local.chars().all(is_local) && host.contains('.') && host.chars().all(is_host)
}

fn is_ipv4(text: &str) -> bool {
    text.parse::<std::net::Ipv4Addr>().is_ok()
}

/// RFC 3339, as far as its form tells.
fn is_date_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits =
        |from: usize, to: usize| bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let is = |at: usize, signs: &[u8]| bytes.get(at).is_some_and(|byte| signs.contains(byte));
    digits(0, 4)
        && is(4, b"-")
        && digits(5, 7)
        && is(7, b"-")
        && digits(8, 10)
        && is(10, b"T")
        && digits(11, 13)
        && is(13, b":")
        && digits(14, 16)
        && is(16, b":")
        && digits(17, 19)
        && (text.ends_with('Z') || text.get(19..).is_some_and(|rest| rest.contains(['+', '-'])))
}

/// One schema for the payloads of all shapes.
pub(super) fn joined<'a>(shapes: impl Iterator<Item = &'a Seen>) -> Option<Value> {
    let schemas: Vec<Value> = shapes.filter(|seen| seen.count > 0).map(Seen::schema).collect();
    match schemas.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        _ => Some(json!({ "anyOf": schemas })),
    }
}
