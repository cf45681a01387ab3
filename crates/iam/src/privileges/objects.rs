//! Buckets and keys: what S3 permissions of a call are about.
use model::{Call, Data, Span, Value};

use super::bindings;
use crate::arn;

/// Stands for a part that is no text while an address is taken apart. Private use, so that no address has it.
const MARK: char = '\u{F8FF}';

/// A bucket, and the key of an object in it.
pub(super) type Object = (Data, Data);

/// The objects that a permission names by a parameter of its own: `CopySource`, `Delete.Objects[].Key`,
/// `Image.S3Object.Bucket+Image.S3Object.Name`, an address.
pub(super) fn named_by(call: &Call, parameter: &str) -> Vec<Object> {
    let unknown = || Data::unknown("known only at run time");
    if let Some((bucket, key)) = parameter.split_once('+') {
        let keys = bindings::at(call, key);
        let key = match keys.as_slice() {
            [only] => only.clone(),
            _ => unknown(),
        };
        return bindings::at(call, bucket).into_iter().map(|bucket| (bucket, key.clone())).collect();
    }
    let values = bindings::at(call, parameter);
    if parameter.ends_with("Key") {
        let buckets = bindings::at(call, "Bucket");
        if values.is_empty() {
            return buckets.into_iter().map(|bucket| (bucket, unknown())).collect();
        }
        let with = |bucket: &Data| values.iter().map(|key| (bucket.clone(), key.clone())).collect::<Vec<_>>();
        return buckets.iter().flat_map(with).collect();
    }
    if parameter.ends_with("Bucket") || parameter.ends_with("BucketName") {
        return values.into_iter().map(|bucket| (bucket, unknown())).collect();
    }
    values.iter().map(location).collect()
}

/// Bucket and key of `{Bucket, Key}`, `bucket/key`, `s3://bucket/key`, `https://bucket.s3.amazonaws.com/key`.
fn location(value: &Data) -> Object {
    let unknown = || Data::unknown("known only at run time");
    let value = Value::new(Span::NONE, value.clone());
    match &value.data {
        Data::Map(_) => {
            let field = |name: &str| value.get(name).map_or_else(unknown, |field| field.data.clone());
            return (field("Bucket"), field("Key"));
        }
        Data::Text(_) | Data::Joined(_) => {}
        _ => return (value.data, unknown()),
    }
    let parts = arn::parts(&value);
    let mut text = String::new();
    for (position, part) in parts.iter().enumerate() {
        match part.as_str() {
            Some(literal) => text.push_str(literal),
            None => text.push_str(&format!("{MARK}{position}{MARK}")),
        }
    }
    let (bucket, key) = cut(&text);
    let key = key.map_or_else(unknown, |key| restored(key, parts));
    (restored(bucket, parts), key)
}

fn cut(text: &str) -> (&str, Option<&str>) {
    let whole = |text| match str::split_once(text, '/') {
        Some((bucket, key)) => (bucket, Some(key)),
        None => (text, None),
    };
    if let Some(rest) = text.strip_prefix("s3://") {
        return whole(rest);
    }
    let Some(address) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return whole(text.trim_start_matches('/'));
    };
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    if host.starts_with("s3.") || host.starts_with("s3-") {
        return whole(path);
    }
    match host.split_once(".s3") {
        Some((bucket, _)) => (bucket, Some(path)),
        None => (host, Some(path)),
    }
}

/// The parts that stood where the marks are.
fn restored(text: &str, parts: &[Value]) -> Data {
    let pieces = text.split(MARK).enumerate().filter(|(_, piece)| !piece.is_empty());
    let values = pieces.filter_map(|(place, piece)| match place % 2 {
        1 => parts.get(piece.parse::<usize>().ok()?).cloned(),
        _ => Some(Value::text(Span::NONE, piece)),
    });
    arn::joined(values.collect::<Vec<_>>()).data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_place() {
        let of = |text: &str| {
            let (bucket, key) = location(&Data::Text(text.to_owned()));
            let shown = |data| Value::new(Span::NONE, data).display();
            format!("{} {}", shown(bucket), shown(key))
        };
        assert_eq!(of("uploads/a/b.txt"), "uploads a/b.txt");
        assert_eq!(of("/uploads/a"), "uploads a");
        assert_eq!(of("s3://uploads/a/b"), "uploads a/b");
        assert_eq!(of("https://uploads.s3.eu-west-1.amazonaws.com/a/b"), "uploads a/b");
        assert_eq!(of("https://s3-eu-west-1.amazonaws.com/uploads/a"), "uploads a");
        let parts = ["s3://", "?", "/in/", "?"].map(|text| match text {
            "?" => Value::unknown(Span::NONE, "x", "${x}"),
            text => Value::text(Span::NONE, text),
        });
        let (bucket, key) = location(&Data::Joined(parts.to_vec()));
        assert_eq!(Value::new(Span::NONE, bucket).display(), "${x}");
        assert_eq!(Value::new(Span::NONE, key).display(), "in/${x}");
    }
}
