//! `@detectXSS`: whether a value, put into a page, would bring script with it. The algorithm of libinjection, and its answers.
//!
//! A value is read as HTML from five places: as text, as an attribute without quotes, and inside `'`, `"` and `` ` ``. Most values
//! cannot mean anything in any of them, and one scan for `<` and `=` says so.
mod html;
mod names;

use html::{Start, Token, Tokenizer};
use names::{Attribute, attribute, is_forbidden_tag, is_script_url};

/// Whether a value injects script into HTML.
pub(super) fn is_xss(value: &[u8]) -> bool {
    let has = |byte| memchr::memchr(byte, value).is_some();
    let markup = has(b'<');
    // without a tag there must be an attribute with a value
    if !markup && !has(b'=') {
        return false;
    }
    markup && reads_as_script(value, Start::Data)
        || reads_as_script(value, Start::NoQuote)
        || [b'\'', b'"', b'`']
            .into_iter()
            .any(|quote| has(quote) && reads_as_script(value, Start::Quote(quote)))
}

fn reads_as_script(value: &[u8], start: Start) -> bool {
    let mut pending = Attribute::Harmless;
    for token in Tokenizer::new(value, start) {
        let attribute_before = std::mem::replace(&mut pending, Attribute::Harmless);
        match token {
            Token::Doctype => return true,
            Token::TagOpen(name) => {
                if is_forbidden_tag(name) {
                    return true;
                }
            }
            Token::AttributeName(name) => pending = attribute(name),
            Token::AttributeValue(text) => {
                let forbidden = match attribute_before {
                    Attribute::Harmless => false,
                    Attribute::Forbidden => true,
                    Attribute::Url => is_script_url(text),
                    Attribute::NamesAnother => attribute(text) != Attribute::Harmless,
                };
                if forbidden {
                    return true;
                }
            }
            Token::Comment(text) => {
                if is_forbidden_comment(text) {
                    return true;
                }
            }
            Token::Other => {}
        }
    }
    false
}

fn begins(text: &[u8], upper: &[u8]) -> bool {
    text.get(..upper.len()).is_some_and(|start| start.eq_ignore_ascii_case(upper))
}

/// Internet Explorer's conditional comments and its like.
fn is_forbidden_comment(text: &[u8]) -> bool {
    memchr::memchr(b'`', text).is_some()
        || text.len() > 3 && (begins(text, b"[IF") || begins(text, b"XML"))
        || begins(text, b"IMPORT")
        || begins(text, b"ENTITY")
}
