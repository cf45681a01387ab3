//! Transformations, operators and the detection of injections, on any bytes.
use super::Target;
use waf::operator::{Groups, Matcher, Outcome};
use waf::rule::{Macro, Operator, Transformation as T};
use waf::transform::{Context, apply, features, leaves_alone};

const PIECES: &[&[u8]] = &[
    b"%41",
    b"%u0041",
    b"&#x41;",
    b"&lt;",
    b"\\u0041",
    b"\\101",
    b"\\41 ",
    b"/*",
    b"*/",
    b"--",
    b"<!--",
    b"-->",
    b"#",
    b"/../",
    b"./",
    b"//",
    b"\\",
    b"0x41",
    b"  ",
    b"\0",
    b"\xc2\xa0",
    b"\xf4\x90\x80\x80",
    b"QUJD",
    b"=",
    b"'",
    b"\"",
    b"`",
    b"$a$",
    b"@@",
    b"union ",
    b" onload=",
    b"href=",
    b"<a ",
    b"<![CDATA[",
    b"{`",
    b"q'(",
    b"1e",
    b";",
    b"in (",
];

const PATTERN_PIECES: &[&[u8]] = &[
    b"(",
    b")",
    b"[",
    b"]",
    b"[^",
    b"(?:",
    b"(?=",
    b"(?<!",
    b"(?>",
    b"(?i)",
    b"(?x)",
    b"\\1",
    b"\\K",
    b"\\R",
    b"\\b",
    b"\\Q",
    b"\\E",
    b"*",
    b"+?",
    b"++",
    b"{2,3}",
    b"{0,}",
    b"|",
    b"^",
    b"$",
    b".",
    b"\\x{41}",
    b"[[:alpha:]]",
    b"a",
    b"b",
    b"\n",
    b"\\d",
    b"a-z",
    b"\0",
];

pub(super) const TRANSFORM: Target = Target {
    name: "transform",
    seeds: &[b"a%20b", b"x"],
    pieces: PIECES,
    endings: &[".txt"],
    run: transform,
};

pub(super) const OPERATOR: Target = Target {
    name: "operator",
    seeds: &[b"(a|b)+c\naabc", b"(\\w+)\\s\\1\nthe the"],
    pieces: PATTERN_PIECES,
    endings: &[".txt"],
    run: operator,
};

pub(super) const INJECTION: Target = Target {
    name: "libinjection",
    seeds: &[b"1' or '1'='1", b"<img src=x onerror=alert(1)>"],
    pieces: PIECES,
    endings: &[".txt"],
    run: injection,
};

const ALL: [T; 35] = [
    T::Base64Decode,
    T::Base64DecodeExt,
    T::Base64Encode,
    T::CmdLine,
    T::CompressWhitespace,
    T::CssDecode,
    T::EscapeSeqDecode,
    T::HexDecode,
    T::HexEncode,
    T::HtmlEntityDecode,
    T::JsDecode,
    T::Length,
    T::Lowercase,
    T::Md5,
    T::NormalizePath,
    T::NormalizePathWin,
    T::ParityEven7Bit,
    T::ParityOdd7Bit,
    T::ParityZero7Bit,
    T::RemoveComments,
    T::RemoveCommentsChar,
    T::RemoveNulls,
    T::RemoveWhitespace,
    T::ReplaceComments,
    T::ReplaceNulls,
    T::Sha1,
    T::SqlHexDecode,
    T::Trim,
    T::TrimLeft,
    T::TrimRight,
    T::Uppercase,
    T::UrlDecode,
    T::UrlDecodeUni,
    T::UrlEncode,
    T::Utf8ToUnicode,
];

/// What leaves a value alone does not change it; what changes it writes another; nothing grows out of bounds.
fn transform(bytes: &[u8]) {
    let seen = features(bytes);
    let mut out = Vec::new();
    for transformation in ALL {
        let changed = apply(transformation, bytes, Context::default(), &mut out);
        assert!(!changed || out != bytes, "{transformation:?} says a change where none is");
        assert!(
            !changed || !leaves_alone(transformation, seen),
            "{transformation:?} changed what it leaves alone"
        );
        assert!(out.len() <= 9 * bytes.len() + 40, "{transformation:?} grew");
    }
}

/// A pattern, a line feed, and a value. `is_match` and `find` agree, and a match contains a required literal.
fn operator(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |&byte| byte == b'\n');
    let (Some(pattern), Some(value)) = (parts.next(), parts.next()) else { return };
    let pattern = pattern.get(..300).unwrap_or(pattern);
    let Ok(matcher) = Matcher::new(&Operator::Rx(Macro::text(pattern)), 200_000) else { return };
    let mut groups = Groups::default();
    let found = matcher.find(value, b"", &mut groups);
    let outcome = matcher.test(value, b"");
    assert!(
        found == (outcome == Outcome::Match) || outcome == Outcome::LimitExceeded,
        "find and test differ"
    );
    if let (true, Some(literals)) = (found, matcher.required_literals()) {
        let folded = value.to_ascii_lowercase();
        let stands = literals.iter().any(|text| folded.windows(text.len()).any(|part| part == text));
        assert!(stands, "a match without a required literal");
    }
}

fn injection(bytes: &[u8]) {
    for operator in [Operator::DetectSqli, Operator::DetectXss] {
        let Ok(matcher) = Matcher::new(&operator, 0) else { continue };
        let mut groups = Groups::default();
        let found = matcher.find(bytes, b"", &mut groups);
        assert_eq!(found, matcher.is_match(bytes, b""), "find and test differ");
        assert_eq!(found, !groups.texts.is_empty(), "a find without a text");
    }
}
