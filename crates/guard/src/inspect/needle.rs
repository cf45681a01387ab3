//! The values of the function's own secrets, in every form in which they could leave.
use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::BTreeSet;
use std::ops::Range;

/// Shorter values stand in too many texts by chance.
const VALUE_BYTES_MIN: usize = 8;
/// Longer ones are looked for by their beginning.
const VALUE_BYTES_MAX: usize = 4096;
/// Values that came later and are looked for.
const LEARNT_MAX: usize = 32;
/// Bytes before a value that are looked at.
const BEFORE_BYTES: usize = 48;

/// Credentials of the platform, which are in every environment.
const PLATFORM: [&str; 2] = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/// An automaton over all forms of all values.
pub(super) struct Needles {
    automaton: Option<AhoCorasick>,
    /// By pattern: the variable.
    names: Vec<String>,
    /// By pattern: the value in one of its forms.
    forms: Vec<Vec<u8>>,
    /// Bytes of the longest form.
    longest: usize,
    /// Variables and their values: what is learnt later stands beside them.
    first: Vec<(String, String)>,
    learnt: Vec<(String, String)>,
}

impl std::fmt::Debug for Needles {
    /// Names only: the automaton holds the values.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Needles").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Needles {
    /// Of these variables and the platform's credentials.
    pub(super) fn of(variables: &BTreeSet<String>, value: &dyn Fn(&str) -> Option<String>) -> Self {
        let all = variables.iter().map(String::as_str).chain(PLATFORM);
        Self::all(all.filter_map(|name| Some((name.to_owned(), value(name)?))).collect(), Vec::new())
    }

    /// With secrets that came later; the newest are kept.
    pub(super) fn with(&self, secrets: &[(String, String)]) -> Self {
        let mut learnt = self.learnt.clone();
        learnt.extend(secrets.iter().filter(|one| !self.learnt.contains(one)).cloned());
        learnt.drain(..learnt.len().saturating_sub(LEARNT_MAX));
        Self::all(self.first.clone(), learnt)
    }

    fn all(first: Vec<(String, String)>, learnt: Vec<(String, String)>) -> Self {
        let mut patterns: Vec<Vec<u8>> = Vec::new();
        let mut names = Vec::new();
        let told = |value: &str| value.len() >= VALUE_BYTES_MIN && !is_plain_word(value);
        for (name, value) in first.iter().chain(&learnt).filter(|(_, value)| told(value)) {
            let bytes = value.as_bytes();
            for form in forms(bytes.get(..VALUE_BYTES_MAX.min(bytes.len())).unwrap_or_default()) {
                patterns.push(form);
                names.push(name.clone());
            }
        }
        let longest = patterns.iter().map(Vec::len).max().unwrap_or(0);
        let automaton = if patterns.is_empty() {
            None
        } else {
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&patterns).ok()
        };
        Self { automaton, names, forms: patterns, longest, first, learnt }
    }

    /// Where values stand, in order, each with its name.
    pub(super) fn hits(&self, text: &[u8]) -> Vec<(Range<usize>, &str)> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let named = automaton.find_iter(text).map(|hit| {
            let name = self.names.get(hit.pattern().as_usize()).map_or("", String::as_str);
            (hit.range(), name)
        });
        named.filter(|(at, name)| *name != "AWS_SESSION_TOKEN" || !is_presigned(text, at.start)).collect()
    }

    /// Where the end of a text begins that can be the beginning of a value; its length when there is none.
    pub(super) fn begun(&self, text: &[u8]) -> usize {
        let from = text.len().saturating_sub(self.longest);
        let begins = |at: &usize| {
            let end = text.get(*at..).unwrap_or_default();
            self.forms.iter().any(|form| form.len() > end.len() && form.starts_with(end))
        };
        (from..text.len()).find(begins).unwrap_or(text.len())
    }
}

/// `production`, `disabled`: a setting that somebody called a secret, and a word of many texts.
fn is_plain_word(value: &str) -> bool {
    value.len() < 12 && value.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// A token that belongs to a signed address or form: it is useless without the key, and the address without it.
pub(super) fn is_presigned(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(BEFORE_BYTES)..at).unwrap_or_default().to_ascii_lowercase();
    let has = |part: &[u8]| before.windows(part.len()).any(|window| window == part);
    has(b"x-amz-security-token") || has(b"x-amz-credential") || has(b"awsaccesskeyid")
}

/// A value as it is, escaped for JSON and addresses, encoded, backwards.
fn forms(value: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(value);
    let mut forms: BTreeSet<Vec<u8>> = BTreeSet::new();
    forms.insert(value.to_vec());
    // JSON, JSON inside of JSON, and a slash that some writers escape.
    let inner = escaped(&text);
    forms.insert(escaped(&inner).into_bytes());
    forms.insert(inner.replace('/', "\\/").into_bytes());
    forms.insert(inner.into_bytes());
    for lower in [false, true] {
        forms.insert(percent(value, lower).into_bytes());
    }
    let reversed: Vec<u8> = value.iter().rev().copied().collect();
    forms.insert(reversed);
    let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    forms.insert(hex.to_ascii_uppercase().into_bytes());
    forms.insert(hex.into_bytes());
    for skip in 0..3_usize {
        // Base64 of a longer text that holds the value: only signs that are the value's alone.
        let mut padded = vec![0_u8; skip];
        padded.extend_from_slice(value);
        let signs = padded.len() * 8 / 6;
        let from = (skip * 8).div_ceil(6);
        for engine in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            if let Some(part) = engine.get(from..signs) {
                forms.insert(part.as_bytes().to_vec());
                forms.insert(part.replace('+', "%2B").replace('/', "%2F").into_bytes());
            }
        }
    }
    forms.into_iter().filter(|form| form.len() >= VALUE_BYTES_MIN).collect()
}

/// As it stands between the quotes of a JSON text.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::String(text.to_owned()).to_string();
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

fn percent(value: &[u8], lower: bool) -> String {
    let mut out = String::new();
    for byte in value {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) {
            out.push(char::from(*byte));
        } else if lower {
            out.push_str(&format!("%{byte:02x}"));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "wJalr/UtnFEMI+K7MDENG\"bPxRfiCYzEK";

    fn needles() -> Needles {
        let value = |name: &str| match name {
            "DB_PASSWORD" => Some(KEY.to_owned()),
            "AWS_SESSION_TOKEN" => Some("IQoJb3JpZ2luX2VjEXAMPLETOKEN".to_owned()),
            "STAGE" => Some("production".to_owned()),
            "SHORT" => Some("abc".to_owned()),
            _ => None,
        };
        let names = ["DB_PASSWORD", "STAGE", "SHORT"].map(str::to_owned).into();
        Needles::of(&names, &value)
    }

    fn hides(text: &str) -> bool {
        needles().hits(text.as_bytes()).iter().any(|(at, _)| *at == (0..text.len()))
    }

    #[test]
    fn every_form_of_a_value_is_found() {
        use base64::engine::general_purpose::{STANDARD, URL_SAFE};
        let json = serde_json::json!({ "a": KEY }).to_string();
        let twice = serde_json::json!({ "a": json }).to_string();
        let backwards: String = KEY.chars().rev().collect();
        for text in [
            KEY.to_owned(),
            json,
            twice,
            percent(KEY.as_bytes(), true),
            percent(KEY.as_bytes(), false),
            backwards,
        ] {
            assert!(needles().hits(text.as_bytes()).len() == 1, "{text}");
        }
        for before in ["", "x", "xy", "xyz"] {
            let whole = format!("{before}{KEY} and more");
            assert!(!needles().hits(STANDARD.encode(&whole).as_bytes()).is_empty());
            assert!(!needles().hits(URL_SAFE.encode(&whole).as_bytes()).is_empty());
        }
        assert!(hides(KEY));
    }

    #[test]
    fn words_and_signed_addresses_stay() {
        assert!(needles().hits(b"we run in production").is_empty());
        assert!(needles().hits(b"abcabc").is_empty());
        let url = b"https://b.s3.amazonaws.com/k?X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLETOKEN&X-Amz-Signature=1";
        assert!(needles().hits(url).is_empty());
        assert!(!needles().hits(b"token: IQoJb3JpZ2luX2VjEXAMPLETOKEN").is_empty());
    }
}
