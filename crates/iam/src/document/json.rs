//! JSON with places.
use jsonc_parser::ast::{ObjectPropName, Value as Json};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use model::{Data, Entry, FileId, Key, Span, Value};

/// The value, or where and why it is none. Nesting is bounded by the parser.
pub(super) fn read(text: &str, file: FileId) -> Result<Value, (Span, String)> {
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    // Editors of one vendor begin files with this mark.
    let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let text = text.get(skipped..).unwrap_or_default();
    let span = |start: usize, end: usize| Span::new(file, start + skipped, end + skipped);
    match parse_to_ast(text, &CollectOptions::default(), &options) {
        Ok(parsed) => match parsed.value {
            Some(value) => Ok(convert(&value, &span)),
            None => Err((span(0, text.len()), "it is empty".to_owned())),
        },
        Err(error) => {
            let range = error.range();
            Err((span(range.start, range.end), error.kind().to_string().to_lowercase()))
        }
    }
}

fn convert(json: &Json<'_>, span: &dyn Fn(usize, usize) -> Span) -> Value {
    let range = json.range();
    let data = match json {
        Json::NullKeyword(_) => Data::Null,
        Json::BooleanLit(boolean) => Data::Bool(boolean.value),
        Json::StringLit(text) => Data::Text(text.value.to_string()),
        Json::NumberLit(number) => self::number(number.value),
        Json::Array(array) => {
            Data::List(array.elements.iter().map(|element| convert(element, span)).collect())
        }
        Json::Object(object) => {
            let entry = |property: &jsonc_parser::ast::ObjectProp<'_>| {
                let at = property.name.range();
                let text = match &property.name {
                    ObjectPropName::String(text) => text.value.to_string(),
                    ObjectPropName::Word(word) => word.value.to_owned(),
                };
                let key = Key { text, at: span(at.start, at.end) };
                Entry { key, value: convert(&property.value, span) }
            };
            Data::Map(object.properties.iter().map(entry).collect())
        }
    };
    Value::new(span(range.start, range.end), data)
}

/// A number that neither type holds exactly stays as it is written.
fn number(text: &str) -> Data {
    if let Ok(whole) = text.parse::<i64>() {
        return Data::Int(whole);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Data::Float(number),
        _ => Data::Text(text.to_owned()),
    }
}
