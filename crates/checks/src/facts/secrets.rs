//! What looks like a secret in attributes and in text: the engine of `sensitive` judges.
//!
//! What is found is never shown: a message names the format and the variable.
use sensitive::{HashKey, Place, Wanted};

/// What the engine finds by a name beside the value. Attributes have their own names.
const GUIDED: &[&str] = &["password", "secret", "token", "api-key", "credential", "random-value"];

/// The format of a well-known credential inside a text.
pub(crate) fn known_format(text: &str) -> Option<&'static str> {
    // Often one line of a text is given, of which a key has many.
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    // Hashes are for secrets in two places; here only the kind matters.
    let found = sensitive::scan(text.as_bytes(), Place::default(), Wanted::Secrets, &HashKey::new(b""));
    let known = found.iter().find(|found| !GUIDED.contains(&found.detector)).map(|found| found.what);
    known.or_else(|| has_secret_access_key(text).then_some("an AWS secret access key"))
}

/// A value whose variable's name says that it is a secret.
pub(crate) fn named_secret(name: &str, value: &str) -> Option<&'static str> {
    sensitive::named(name, value)
}

/// Forty characters of base 64 with capitals, small letters and digits, and nothing of the kind beside. In a
/// file too much looks so; in an attribute that starts a machine or a function little does.
fn has_secret_access_key(text: &str) -> bool {
    let base64 = |symbol: char| symbol.is_ascii_alphanumeric() || matches!(symbol, '/' | '+' | '=');
    let mut runs = text.split(|symbol: char| !base64(symbol));
    runs.any(|run| run.len() == 40 && is_mixed(run) && !run.contains("//") && !is_path(run))
}

/// A path reads as words between slashes; a key rarely has three.
fn is_path(run: &str) -> bool {
    run.matches('/').count() >= 3
}

fn is_mixed(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.bytes().any(|byte| kind(&byte));
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_formats_are_seen() {
        assert_eq!(known_format("AKIAIOSFODNN7EXAMPLE"), Some("an AWS access key id"));
        assert_eq!(
            known_format("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            Some("an AWS secret access key")
        );
        assert_eq!(known_format("postgres://app:hunter2@db/x"), Some("a password in an address"));
        assert_eq!(known_format("-----BEGIN RSA PRIVATE KEY-----\nMII"), Some("a private key"));
        assert_eq!(known_format("https://sqs.eu-west-1.amazonaws.com/123456789012/orders-queue"), None);
        assert_eq!(known_format("da39a3ee5e6b4b0d3255bfef95601890afd80709"), None);
    }

    #[test]
    fn names_tell_secrets_from_what_points_at_them() {
        assert_eq!(named_secret("DB_PASSWORD", "hunter22"), Some("a password"));
        assert_eq!(named_secret("DB_PASSWORD", "{{resolve:ssm:pw}}"), None);
        assert_eq!(named_secret("DB_PASSWORD_ARN", "arn:aws:secretsmanager:x"), None);
        assert_eq!(named_secret("API_TOKEN", "8f14e45fceea167a5a36"), Some("a token"));
        assert_eq!(named_secret("API_TOKEN", "orders/api-token"), None);
        assert_eq!(named_secret("NEXT_TOKEN", "start"), None);
    }
}
