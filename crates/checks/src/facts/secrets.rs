//! What looks like a secret: the formats of well-known keys, and values under names that say so.
//!
//! What is found is never shown: a message names the format and the variable.

/// The format of a well-known credential inside a text.
pub(crate) fn known_format(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let words = text.split(|symbol: char| {
        symbol.is_whitespace() || matches!(symbol, '"' | '\'' | ',' | ';' | '<' | '>' | '(' | ')' | '`')
    });
    words
        .flat_map(|word| word.rsplit_once('=').map_or([word, ""], |(_, value)| [word, value]))
        .find_map(word_format)
}

/// Prefixes that only credentials of one issuer have, with the least length of the whole.
const PREFIXES: &[(&str, usize, &str)] = &[
    ("ghp_", 40, "a GitHub token"),
    ("gho_", 40, "a GitHub token"),
    ("ghs_", 40, "a GitHub token"),
    ("github_pat_", 60, "a GitHub token"),
    ("glpat-", 26, "a GitLab token"),
    ("xoxb-", 24, "a Slack token"),
    ("xoxp-", 24, "a Slack token"),
    ("xoxa-", 24, "a Slack token"),
    ("sk_live_", 24, "a Stripe key"),
    ("rk_live_", 24, "a Stripe key"),
    ("AIza", 39, "a Google API key"),
    ("SG.", 60, "a SendGrid key"),
    ("npm_", 40, "an npm token"),
    ("sk-ant-", 40, "an Anthropic key"),
    ("sk-proj-", 40, "an OpenAI key"),
    ("dop_v1_", 60, "a DigitalOcean token"),
    ("SK", 34, "a Twilio key"),
];

fn word_format(word: &str) -> Option<&'static str> {
    if is_access_key_id(word) {
        return Some("an AWS access key id");
    }
    if is_secret_access_key(word) {
        return Some("an AWS secret access key");
    }
    if has_url_password(word) {
        return Some("a password in an address");
    }
    let known = PREFIXES.iter().find(|(prefix, least, _)| {
        word.len() >= *least
            && word.strip_prefix(prefix).is_some_and(|rest| {
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
                rest.bytes().all(plain)
                    && (*prefix != "SK" || rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
            })
    });
    known.map(|(_, _, what)| *what)
}

fn is_access_key_id(word: &str) -> bool {
    let prefixes = ["AKIA", "ASIA", "AGPA", "AIDA", "AROA", "AIPA", "ANPA", "ANVA", "A3T"];
    let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let runs = word.split(|symbol: char| !symbol.is_ascii_alphanumeric());
    runs.into_iter().any(|run| {
        run.len() == 20 && run.bytes().all(upper) && prefixes.iter().any(|prefix| run.starts_with(prefix))
    })
}

/// Forty characters of base 64 with capitals, small letters and digits, and nothing of the kind beside.
fn is_secret_access_key(word: &str) -> bool {
    let base64 = |symbol: char| symbol.is_ascii_alphanumeric() || matches!(symbol, '/' | '+' | '=');
    let mut runs = word.split(|symbol: char| !base64(symbol));
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

/// `scheme://user:password@host` with a literal password.
fn has_url_password(word: &str) -> bool {
    let Some((_, rest)) = word.split_once("://") else { return false };
    let Some((credentials, _)) = rest.split('/').next().unwrap_or_default().rsplit_once('@') else {
        return false;
    };
    credentials.split_once(':').is_some_and(|(_, password)| password.len() >= 3 && !is_placeholder(password))
}

/// A value whose variable's name says that it is a secret.
pub(crate) fn named_secret(name: &str, value: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase();
    let name = upper.as_str();
    if NOT_SECRET.iter().any(|end| name.ends_with(end)) || value.len() < 6 || is_placeholder(value) {
        return None;
    }
    if value.contains(char::is_whitespace) || value.contains("://") || value.starts_with("arn:") {
        return None;
    }
    if ["PASSWORD", "PASSWD", "PASSPHRASE"].iter().any(|end| name.ends_with(end)) {
        return Some("a password");
    }
    let says =
        ["SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY", "ACCESS_KEY", "SECRET_KEY", "SIGNING_KEY"];
    // Such a variable often holds the name of a secret: only what looks random counts.
    (says.iter().any(|end| name.ends_with(end)) && looks_random(value)).then_some("a key or token")
}

/// Endings of names whose value only points at a secret, or is about it.
const NOT_SECRET: &[&str] = &[
    "_NAME",
    "_ARN",
    "_ID",
    "_PATH",
    "_URL",
    "_URI",
    "_TABLE",
    "_BUCKET",
    "_TTL",
    "_LENGTH",
    "_PARAMETER",
    "_PARAM",
    "_REGION",
    "_FILE",
    "_HEADER",
    "_TYPE",
    "_ENABLED",
];

/// Long, of letters and digits mixed, and without the separators that names have.
fn looks_random(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.len() >= 16 && digits >= 2 && !value.contains(['/', ' ', ':']) && bits_per_symbol(value) > 3.0
}

/// Shannon's entropy of the text's bytes.
fn bits_per_symbol(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total);
    shares.map(|share| -share * share.log2()).sum()
}

/// Texts that stand for a value that comes later.
fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let marks = [
        "{{",
        "${",
        "<",
        "xxx",
        "***",
        "...",
        "changeme",
        "change_me",
        "change-me",
        "replace",
        "your",
        "todo",
        "example",
        "dummy",
        "placeholder",
        "none",
        "null",
        "undefined",
        "secretsmanager",
        "ssm:",
    ];
    marks.iter().any(|mark| lower.contains(mark))
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
        assert_eq!(named_secret("API_TOKEN", "8f14e45fceea167a5a36"), Some("a key or token"));
        assert_eq!(named_secret("API_TOKEN", "orders/api-token"), None);
        assert_eq!(named_secret("NEXT_TOKEN", "start"), None);
    }
}
