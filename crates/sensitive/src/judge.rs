//! Whether a value is one: not a placeholder, not an expression, not a sentence, and as random as its
//! name asks for.
use model::Confidence;

use crate::names::Promise;
use crate::view::contains;
use crate::words;

/// How random a value looks, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Random {
    /// A word, a name, a sentence, a number.
    No,
    /// Some digits or mixed letters.
    Perhaps,
    Likely,
    Surely,
}

/// How a value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    Quoted,
    /// Without quotes where values have none.
    Plain,
    /// Without quotes in a program or a text: most of them are expressions.
    Bare,
}

/// How random `value` looks.
pub(crate) fn random(value: &[u8]) -> Random {
    let trimmed = value.trim_ascii_end();
    let count = |kind: fn(&u8) -> bool| trimmed.iter().filter(|byte| kind(byte)).count();
    let digits = count(u8::is_ascii_digit);
    let (upper, lower) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let letters = upper + lower;
    let length = trimmed.len();
    let distinct = words::distinct(trimmed);
    let counted = words::longest_run(trimmed, 1);
    if length < 6
        || letters == 0
        || distinct < 5
        || counted > length / 2
        || counted >= 8
        || is_worded(trimmed)
    {
        return Random::No;
    }
    if is_uuid(trimmed) {
        return Random::Likely;
    }
    let hex = trimmed.iter().all(u8::is_ascii_hexdigit) && (upper == 0 || lower == 0);
    if hex && digits > 0 {
        return if length >= 24 {
            Random::Surely
        } else if length >= 12 {
            Random::Likely
        } else {
            Random::Perhaps
        };
    }
    let likeness = words::likeness(trimmed).unwrap_or(0);
    let switches = switches(trimmed);
    let noise = usize::from(likeness < 52)
        + usize::from(likeness < 44)
        + usize::from(switches * 4 >= length)
        + usize::from(digits * 8 >= length && digits > 0)
        + usize::from(upper > 0 && lower > 0 && digits > 0);
    match (length, noise) {
        (20.., 3..) => Random::Surely,
        (16.., 3..) | (20.., 2) => Random::Likely,
        (10.., 3..) | (16.., 2) => Random::Likely,
        (6.., 2..) => Random::Perhaps,
        (8.., _) if digits > 0 => Random::Perhaps,
        (16.., 1) => Random::Perhaps,
        _ => Random::No,
    }
}

/// Words with a few digits after them, as people make up values: `refresh1234`, `access-token-1`.
fn is_worded(value: &[u8]) -> bool {
    const DIGITS_MAX: usize = 4;
    let mut parts = value.split(|byte| matches!(byte, b'-' | b'_' | b'.' | b' ' | b':' | b'@'));
    parts.all(|part| {
        let digits = part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let (word, number) = part.split_at(part.len() - digits);
        let plain = word.iter().all(u8::is_ascii_lowercase)
            || word.iter().all(u8::is_ascii_uppercase)
            || is_titled(word);
        let likely = word.len() < 4 || words::likeness(word).is_some_and(|likeness| likeness >= 48);
        let counted = digits <= DIGITS_MAX
            || words::longest_run(number, 1) + 1 >= digits
            || words::distinct(number) == 1;
        plain && likely && counted
    })
}

/// One capital at most, at the beginning.
fn is_titled(word: &[u8]) -> bool {
    word.iter().skip(1).all(u8::is_ascii_lowercase)
}

/// Values that so many people use that they are nobody's: `password`, `test123`, `123456`.
pub(crate) fn is_dummy(value: &[u8]) -> bool {
    const STEMS: &[&str] = &[
        "",
        "password",
        "passwort",
        "passwords",
        "pass",
        "passw",
        "passwd",
        "pwd",
        "test",
        "testing",
        "tester",
        "testpass",
        "testpassword",
        "admin",
        "root",
        "user",
        "abc",
        "asdf",
        "demo",
        "guest",
        "foo",
        "bar",
        "mypass",
        "default",
        "login",
        "username",
        "sample",
        "dummy",
        "temp",
        "fake",
        "name",
        "secret",
        "mysecret",
        "passphrase",
        "wrong",
        "x",
        "a",
        "bad",
        "valid",
        "foobar",
        "mypassword1",
    ];
    let lower = value.to_ascii_lowercase();
    let digits = lower
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'!' | b'-' | b'_'))
        .count();
    let (stem, number) = lower.split_at(lower.len() - digits);
    let counted = number.len() <= 4
        || words::longest_run(number, 1) + 2 >= number.len()
        || words::distinct(number) <= 3;
    counted && STEMS.iter().any(|known| known.as_bytes() == stem)
}

/// Several words in one: `nice-password`, `passwordValue`, `storage.mysql.user`. Names look so.
fn is_compound(value: &[u8]) -> bool {
    let separated = value.iter().any(|byte| matches!(byte, b'-' | b'_' | b'.'));
    let humped = value.windows(2).any(
        |pair| matches!(pair, [first, second] if first.is_ascii_lowercase() && second.is_ascii_uppercase()),
    );
    let plain = value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    plain && (separated || humped) && digits * 5 <= value.len() && random(value) < Random::Likely
}

/// `$6$…`, `$argon2id$…`, `{SSHA}…`: what is stored of a password.
fn is_hash(value: &[u8]) -> bool {
    let scheme = value.strip_prefix(b"$").and_then(|rest| rest.iter().position(|byte| *byte == b'$'));
    scheme.is_some_and(|length| (1..=16).contains(&length))
        || value.starts_with(b"{SSHA")
        || value.starts_with(b"pbkdf2")
}

/// Changes between capitals, small letters and digits.
fn switches(value: &[u8]) -> usize {
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 1,
        b'A'..=b'Z' => 2,
        b'a'..=b'z' => 3,
        _ => 0,
    };
    let pairs = value.windows(2).filter_map(|pair| <&[u8; 2]>::try_from(pair).ok());
    pairs
        .filter(|[first, second]| kind(*first) != kind(*second) && kind(*first) != 0 && kind(*second) != 0)
        .count()
}

pub(crate) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether `value`, written under a name that promises, is a secret.
pub(crate) fn value(promise: Promise, value: &[u8], written: Written) -> Option<Confidence> {
    if words::is_placeholder(value)
        || is_reference(value)
        || value.iter().any(|byte| *byte >= 0xc0) && promise != Promise::Password
    {
        return None;
    }
    if promise == Promise::Password {
        return password(value, written);
    }
    if value.len() < 6 || value.iter().any(|byte| byte.is_ascii_whitespace()) || is_number(value) {
        return None;
    }
    let needed = match (promise, written) {
        (Promise::Weak, _) => Random::Surely,
        (_, Written::Bare) => Random::Likely,
        (Promise::Password, _) => Random::No,
        _ => Random::Likely,
    };
    let random = random(value);
    if random < needed || (promise == Promise::Weak && (is_uuid(value) || value.len() < 20)) {
        return None;
    }
    Some(if random >= Random::Likely { Confidence::Likely } else { Confidence::Possible })
}

/// The same for a value that will be deployed: there a simple password is a password, too.
pub(crate) fn attribute(promise: Promise, value: &[u8]) -> Option<Confidence> {
    const PASSWORD_BYTES_MIN: usize = 6;
    if promise != Promise::Password {
        return self::value(promise, value, Written::Quoted);
    }
    let refused = words::is_placeholder(value) || is_reference(value) || is_sentence(value) || is_hash(value);
    (value.len() >= PASSWORD_BYTES_MIN && !refused).then_some(Confidence::Likely)
}

fn password(value: &[u8], written: Written) -> Option<Confidence> {
    const PASSWORD_BYTES_MAX: usize = 100;
    let long_enough = value.len() >= if written == Written::Quoted { 4 } else { 5 };
    let refused =
        is_sentence(value) || is_label(value) || is_dummy(value) || is_compound(value) || is_hash(value);
    if !long_enough || value.len() > PASSWORD_BYTES_MAX || refused {
        return None;
    }
    let random = random(value);
    if written == Written::Bare && (random < Random::Perhaps || is_expression(value)) {
        return None;
    }
    Some(if random >= Random::Perhaps { Confidence::Likely } else { Confidence::Possible })
}

/// Texts of a user interface, and values that name the thing itself.
fn is_label(value: &[u8]) -> bool {
    const LABELS: &[&str] = &[
        "pass",
        "secret",
        "passwd",
        "pwd",
        "password1",
        "password2",
        "passphrase",
        "current-password",
        "new-password",
        "username",
        "required",
        "email",
        "user",
        "token",
        "confirm",
        "confirmation",
        "invalid",
        "login",
        "char[]",
        "credentials",
        "md5",
        "sha1",
        "sha256",
        "bcrypt",
        "cleartext",
        "plaintext",
        "generated",
        "getpass",
        "input",
        "stdin",
        "hash",
        "random",
        "encrypted",
        "securestring",
        "validpassword",
        "symbol",
    ];
    LABELS.iter().any(|label| value.eq_ignore_ascii_case(label.as_bytes()))
}

fn is_sentence(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_whitespace)
        || value.iter().filter(|byte| **byte >= 0x80).count() * 3 > value.len()
}

fn is_number(value: &[u8]) -> bool {
    // With the letters of a time.
    value.iter().all(|byte| {
        byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_' | b',' | b'+' | b':' | b'T' | b'Z')
    })
}

/// What stands for something elsewhere: a path, an address, an ARN, a variable.
fn is_reference(value: &[u8]) -> bool {
    const BEGINNINGS: &[&str] = &[
        "arn:",
        "http://",
        "https://",
        "file:",
        "ssm:",
        "vault:",
        "secret://",
        "op://",
        "urn:",
        "data:",
        "/",
        "./",
        "../",
        "~/",
        "&",
        "*",
        "!",
        "ENC[",
        "AQICAH",
        "ENC(",
        "{cipher}",
        "sha512-",
        "sha384-",
        "sha256-",
        "sha1-",
        "sha256:",
        "md5:",
        "process.env",
        "os.environ",
        "getenv",
        "System.",
        "#",
        "=",
        ":",
        "--",
        "ssh-rsa ",
        "AAAAB3NzaC1",
        "ssh-",
    ];
    BEGINNINGS.iter().any(|beginning| value.starts_with(beginning.as_bytes())) || is_path(value)
}

/// Names between separators: `a/b/c`, `config.jwt.secret`, `Foo::Bar`.
fn is_path(value: &[u8]) -> bool {
    let words = |separator: u8| {
        let mut parts = value.split(move |byte| *byte == separator).peekable();
        let many = value.contains(&separator);
        many && parts.all(|part| {
            part.is_empty()
                || part.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-'))
                    && words::likeness(part).is_none_or(|likeness| likeness >= 50)
        })
    };
    words(b'/') || words(b'.') || words(b':') || value.ends_with(b"()") || contains(value, b"://")
}

/// What a program would compute: calls, members, operators.
fn is_expression(value: &[u8]) -> bool {
    value.iter().any(|byte| {
        matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b'|' | b'$' | b'*')
    }) || value.contains(&b'.')
        || value.ends_with(b":")
}

/// The password of an address. `user:pass@host` of a manual is none.
pub(crate) fn url_password(user: &[u8], password: &[u8], host: &[u8]) -> Option<Confidence> {
    const MANUAL: &[&str] = &[
        "pass",
        "password",
        "passwd",
        "pwd",
        "pw",
        "secret",
        "token",
        "port",
        "pass1",
        "foo",
        "bar",
        "mypassword",
    ];
    const NOBODY: &[&str] = &["user", "username", "usr", "login", "name", "foo", "myuser", "myusername", "u"];
    let is_one =
        |text: &[u8], list: &[&str]| list.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()));
    if password.len() < 4
        || password == b"pass"
        || password == b"secret"
        || is_compound(password)
        || contains(user, b"user") && contains(password, b"pass")
        || password.contains(&b'%') && random(password) < Random::Likely && password.len() < 12
        || words::is_placeholder(password)
        || user.starts_with(b"$")
        || password.contains(&b'$')
    {
        return None;
    }
    if is_one(password, MANUAL)
        && (is_one(user, NOBODY) || user.is_empty() || contains(host, b"example") || host == b"host")
    {
        return None;
    }
    const MADE_UP: &[&str] =
        &["example", "test", "domain", "proxy", "yourhost", "myhost", "server.com", "some"];
    let made_up = MADE_UP.iter().any(|word| contains(host, word.as_bytes()));
    if (made_up || is_dummy(user)) && random(password) < Random::Perhaps
        || is_dummy(password) && password != user
    {
        return None;
    }
    if password.iter().all(u8::is_ascii_digit) && password.len() <= 5 && host.is_empty() {
        return None;
    }
    Some(if random(password) >= Random::Perhaps { Confidence::Likely } else { Confidence::Possible })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_values_are_told_from_names() {
        for value in [
            "kQwIOrYvnXmSDkwEiFngrKidMcdrgKor",
            "34ddeff2b558a23d38fba8a6de74f086ede1cc0b",
            "Kd75W4OQfb2oJTV0vzGzeXftVAwgMnEK9MumzYcM",
        ] {
            assert!(random(value.as_bytes()) >= Random::Likely, "{value}");
        }
        for value in
            ["transaction_manager", "ClientSecretCredential", "authorization", "12345678", "aaaaaaaa"]
        {
            assert_eq!(random(value.as_bytes()), Random::No, "{value}");
        }
    }

    #[test]
    fn a_password_may_be_a_word_and_a_token_may_not() {
        assert!(value(Promise::Password, b"penguin", Written::Quoted).is_some());
        assert!(value(Promise::Token, b"penguin", Written::Quoted).is_none());
        assert!(value(Promise::Password, b"form.password", Written::Bare).is_none());
        assert!(value(Promise::Password, b"Enter a password", Written::Quoted).is_none());
    }
}
