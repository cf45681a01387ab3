//! One line without secrets, personal data and characters that would be carried out.
use aho_corasick::{AhoCorasick, MatchKind};
use policy::Redaction;
use sensitive::{Place, Wanted};
use serde_json::Value;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// A value shorter than this is no secret: masking it would eat ordinary text.
const SECRET_BYTES_MIN: usize = 6;
/// Bytes of a value that are looked for; longer ones are found by their beginning.
const SECRET_BYTES_MAX: usize = 4 << 10;
/// Values that are looked for: those that the function began with, and as many of the newest.
const LEARNT_MAX: usize = 32;

/// What is taken out of lines.
pub(crate) struct Redactor {
    wanted: Option<Wanted>,
    control: bool,
    values: RwLock<Arc<Values>>,
}

/// The values of secret variables in the forms that they are written in, and their replacements.
#[derive(Default)]
struct Values {
    automaton: Option<AhoCorasick>,
    replacements: Vec<String>,
    first: Vec<(String, String)>,
    learnt: Vec<(String, String)>,
}

impl Values {
    fn of(first: Vec<(String, String)>, learnt: Vec<(String, String)>) -> Self {
        let (mut patterns, mut replacements) = (Vec::new(), Vec::new());
        for (name, value) in first.iter().chain(&learnt).filter(|(_, value)| value.len() >= SECRET_BYTES_MIN)
        {
            let end = (0..=value.len().min(SECRET_BYTES_MAX)).rev().find(|&at| value.is_char_boundary(at));
            for form in forms(value.get(..end.unwrap_or(0)).unwrap_or_default()) {
                if form.len() >= SECRET_BYTES_MIN {
                    patterns.push(form);
                    replacements.push(format!("[{name}]"));
                }
            }
        }
        let automaton = (!patterns.is_empty())
            .then(|| AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&patterns).ok())
            .flatten();
        Self { automaton, replacements, first, learnt }
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Redactor").field("wanted", &self.wanted).finish_non_exhaustive()
    }
}

/// Two digits of base 16, upper case.
fn percent(value: &str) -> String {
    let mut out = String::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The forms in which a value appears in logs.
fn forms(value: &str) -> Vec<String> {
    use base64::Engine;
    let escaped = Value::String(value.to_owned()).to_string();
    let escaped = escaped.trim_matches('"').to_owned();
    // Without the last group: what follows the value inside of a longer base64 text changes it.
    let whole = value.len() / 3 * 3;
    let encoded = base64::engine::general_purpose::STANDARD.encode(value.get(..whole).unwrap_or(value));
    let mut forms = vec![value.to_owned(), escaped, percent(value), encoded];
    forms.sort();
    forms.dedup();
    forms
}

impl Redactor {
    /// `secrets`: names and values of variables whose values never leave.
    pub(crate) fn new(redaction: &Redaction, secrets: &[(String, String)]) -> Self {
        let wanted = match (redaction.secrets, redaction.personal) {
            (true, true) => Some(Wanted::All),
            (true, false) => Some(Wanted::Secrets),
            (false, true) => Some(Wanted::Personal),
            (false, false) => None,
        };
        let values = Values::of(secrets.to_vec(), Vec::new());
        Self { wanted, control: redaction.control, values: RwLock::new(Arc::new(values)) }
    }

    /// Secrets that came later: credentials of a restored snapshot. The newest ones are kept.
    pub(crate) fn learn(&self, secrets: &[(String, String)]) {
        let mut values = self.values.write().unwrap_or_else(PoisonError::into_inner);
        let mut learnt = values.learnt.clone();
        learnt.extend(secrets.iter().filter(|one| !values.learnt.contains(one)).cloned());
        learnt.drain(..learnt.len().saturating_sub(LEARNT_MAX));
        *values = Arc::new(Values::of(values.first.clone(), learnt));
    }

    /// A line without its end.
    pub(crate) fn line(&self, line: &[u8]) -> Vec<u8> {
        let masked = self.masked(line);
        let masked = if masked != line && is_json(line) && !is_json(&masked) {
            // What was masked stood across the line's structure (a number, a pair): value by value then.
            self.json(line).unwrap_or(masked)
        } else {
            masked
        };
        if self.control { shown(masked) } else { masked }
    }

    /// A message whose limits are told beside it: its line breaks stay.
    pub(crate) fn message(&self, message: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(message.len());
        for (position, line) in message.split(|&byte| byte == b'\n').enumerate() {
            if position > 0 {
                out.push(b'\n');
            }
            out.extend_from_slice(&self.line(line));
        }
        out
    }

    /// Text with the values and what detectors find replaced by names.
    pub(crate) fn masked(&self, text: &[u8]) -> Vec<u8> {
        let values = Arc::clone(&self.values.read().unwrap_or_else(PoisonError::into_inner));
        let mut text = match &values.automaton {
            Some(automaton) => replaced(automaton, &values.replacements, text),
            None => text.to_vec(),
        };
        if let Some(wanted) = self.wanted {
            text = sensitive::mask(&text, Place::default(), wanted);
        }
        text
    }

    fn json(&self, line: &[u8]) -> Option<Vec<u8>> {
        let mut value: Value = serde_json::from_slice(line).ok()?;
        self.each(&mut value);
        serde_json::to_vec(&value).ok()
    }

    fn each(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let masked = self.masked(text.as_bytes());
                *text = String::from_utf8_lossy(&masked).into_owned();
            }
            Value::Number(number) => {
                let text = number.to_string();
                let masked = self.masked(text.as_bytes());
                if masked != text.as_bytes() {
                    *value = Value::String(String::from_utf8_lossy(&masked).into_owned());
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.each(item)),
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    // The name says what its value is: `"password": "…"`.
                    let alone = serde_json::json!({ name.as_str(): &*member }).to_string();
                    let masked = self.masked(alone.as_bytes());
                    if masked == alone.as_bytes() {
                        continue;
                    }
                    match serde_json::from_slice::<serde_json::Map<String, Value>>(&masked) {
                        Ok(mut one) if !member.is_object() && !member.is_array() => {
                            *member = one.remove(name).unwrap_or(Value::String("[masked]".to_owned()));
                        }
                        _ if member.is_object() || member.is_array() => self.each(member),
                        _ => *member = Value::String("[masked]".to_owned()),
                    }
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
}

fn replaced(values: &AhoCorasick, replacements: &[String], text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for found in values.find_iter(text) {
        out.extend_from_slice(text.get(at..found.start()).unwrap_or_default());
        let name = replacements.get(found.pattern().as_usize()).map_or("[secret]", String::as_str);
        out.extend_from_slice(name.as_bytes());
        at = found.end();
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    out
}

fn is_json(line: &[u8]) -> bool {
    let first = line.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'[')) && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}

/// Characters that terminals and viewers carry out: control characters, and marks that turn the order of text around.
fn carried_out(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Such characters as JSON writes them, so that JSON stays JSON.
fn shown(line: Vec<u8>) -> Vec<u8> {
    let line = match String::from_utf8(line) {
        Ok(line) if line.chars().any(carried_out) => line,
        Ok(line) => return line.into_bytes(),
        // Other encodings: bytes below a space are control characters in all of them.
        Err(why) => {
            let mut out = Vec::new();
            for byte in why.into_bytes() {
                match byte {
                    b'\t' => out.push(byte),
                    0..0x20 | 0x7f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                    _ => out.push(byte),
                }
            }
            return out;
        }
    };
    let mut out = String::with_capacity(line.len() + 16);
    for c in line.chars() {
        if carried_out(c) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out.into_bytes()
}
