//! JSON, YAML and Base64. Structures that are encoded stay structures, so that a policy given by
//! `jsonencode` can be read; they become text only inside other texts.
use model::{Data, Span, Value};

use super::{Fault, Outcome, arg, bounded, operators, string, text};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `None` when it is none of these functions.
pub(super) fn call(name: &str, args: &[Value], at: Span) -> Option<Outcome> {
    let outcome = match name {
        "jsonencode" | "yamlencode" => arg(args, 0).map(|value| encode(value, at)),
        "jsondecode" | "yamldecode" => arg(args, 0).and_then(decode),
        "base64encode" => string(args, 0).and_then(|text| bounded(to_base64(text.as_bytes()))),
        "base64decode" => string(args, 0).and_then(|text| from_base64(&text)),
        "urlencode" => string(args, 0).and_then(|text| bounded(percent(&text))),
        _ => return None,
    };
    Some(outcome)
}

fn encode(value: &Value, at: Span) -> Data {
    match &value.data {
        Data::List(_) | Data::Map(_) | Data::Unknown(_) => value.data.clone(),
        _ => {
            let mut pieces = Vec::new();
            text::json_pieces(value, &mut pieces);
            text::join(pieces, at)
        }
    }
}

fn decode(value: &Value) -> Outcome {
    match &value.data {
        Data::List(_) | Data::Map(_) => Ok(value.data.clone()),
        Data::Text(_) => match crate::lower::embedded(value) {
            Some(document) => Ok(document.data),
            None => scalar(value),
        },
        Data::Joined(_) => {
            crate::lower::embedded(value).map(|document| document.data).ok_or_else(|| operators::open(value))
        }
        _ => Err(operators::open(value)),
    }
}

/// A JSON text that is no object or array.
fn scalar(value: &Value) -> Outcome {
    let text = value.as_str().unwrap_or_default().trim();
    match text {
        "null" => Ok(Data::Null),
        "true" => Ok(Data::Bool(true)),
        "false" => Ok(Data::Bool(false)),
        _ => match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if !inner.contains(['"', '\\']) => Ok(Data::Text(inner.to_owned())),
            _ => operators::number(value)
                .map_err(|_| Fault::Error("the text is neither JSON nor YAML".to_owned())),
        },
    }
}

fn to_base64(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let digit = (group >> (18 - 6 * index)) & 63;
            let symbol = ALPHABET.get(digit as usize).copied().unwrap_or(b'=');
            encoded.push(if index <= chunk.len() { char::from(symbol) } else { '=' });
        }
    }
    encoded
}

fn from_base64(text: &str) -> Outcome {
    let invalid = || Fault::Error("the text is not Base64".to_owned());
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut bits) = (0_u32, 0);
    for symbol in text.bytes().filter(|byte| *byte != b'=' && !byte.is_ascii_whitespace()) {
        let digit = ALPHABET.iter().position(|known| *known == symbol).ok_or_else(invalid)?;
        group = (group << 6 | u32::try_from(digit).unwrap_or(0)) & 0x00FF_FFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(group >> bits & 0xFF).unwrap_or(0));
        }
    }
    String::from_utf8(bytes).map(Data::Text).map_err(|_| invalid())
}

fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
