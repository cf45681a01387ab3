//! Alphabets: what is cut away matches nothing, and what stays matches as before.
use super::{ALPHABETS, Alphabet, number};
use crate::rule::Transformation;
use crate::transform::{Context, apply, features};
use regex_automata::meta::Regex;
use regex_syntax::hir::Hir;

fn hir(pattern: &str) -> Hir {
    regex_syntax::ParserBuilder::new().utf8(false).unicode(false).build().parse(pattern).expect("a pattern")
}

#[track_caller]
fn check(value: &str, pattern: &str, expected: Option<&str>) {
    let alphabet = Alphabet::new(number(features(value.as_bytes())));
    assert!(value.bytes().all(|byte| alphabet.has(byte)), "{value}");
    let found = alphabet.restricted(&hir(pattern));
    assert_eq!(alphabet.allows(&hir(pattern)), found.is_some());
    assert_eq!(found.map(|hir| hir.to_string()), expected.map(|pattern| hir(pattern).to_string()));
}

#[test]
fn what_needs_another_byte_goes() {
    check("word", "select", Some("select"));
    check("word", "select ", None);
    check("two words", "select ", Some("select "));
    check("word", r"union|sel\(ect|x-y", Some("union"));
    check("a-b", r"union|x-y", Some("union|x-y"));
    check("word", r"(?:<!)?a[;b]c*", Some("a[;b]c*"));
    check("a<b", "<[^>]*>", Some("<[^>]*>"));
    check("word", r"\bor\b", Some(r"\bor\b"));
    check("word", r"[;<]", None);
    check("2024-01-01T10:00", "[:;]", Some("[:;]"));
}

/// Texts of every alphabet, from a generator that needs no crate.
fn texts() -> Vec<Vec<u8>> {
    let mut seed = 0x9e37_79b9_u32;
    let mut next = |end: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as usize % end
    };
    let sets: [&[u8]; 6] = [b"aBx01", b"aB1 ", b"a1-._", b"ab,/:@", b"a./* -#", b"a\\x%2&<\n\0\xc3\xa9"];
    (0..3000)
        .map(|_| {
            let set = sets[next(sets.len())];
            (0..next(12)).map(|_| set[next(set.len())]).collect()
        })
        .collect()
}

#[test]
fn a_restricted_pattern_matches_what_the_pattern_does() {
    let patterns =
        ["a1|-a|x%", "(?:B|[/.])x?", "^a ", "[^a]b", "a{2,}[.:]?", "(?:ab|a b|a-b)+", r"\ba\b", "(?:1-)?0"];
    for pattern in patterns {
        let whole = Regex::builder().build_from_hir(&hir(pattern)).expect("a pattern");
        for number in 0..ALPHABETS {
            let alphabet = Alphabet::new(number);
            let left = alphabet
                .restricted(&hir(pattern))
                .map(|hir| Regex::builder().build_from_hir(&hir).expect("a part of a pattern"));
            for text in texts().iter().filter(|text| text.iter().all(|byte| alphabet.has(*byte))) {
                let found = left.as_ref().is_some_and(|left| left.is_match(text));
                assert_eq!(found, whole.is_match(text), "{pattern} {}", text.escape_ascii());
            }
        }
    }
}

#[test]
fn nothing_else_stands_behind_a_transformation() {
    use Transformation as T;
    let all = crate::transform::tests::ALL;
    let texts = texts();
    let mut out = Vec::new();
    for number in 0..ALPHABETS {
        let alphabet = Alphabet::new(number);
        for transformation in all {
            let behind = alphabet.behind(transformation);
            let twice = behind.behind(T::CmdLine);
            for text in texts.iter().filter(|text| text.iter().all(|byte| alphabet.has(*byte))) {
                let changed = apply(transformation, text, Context::default(), &mut out);
                let result = if changed { &out } else { text };
                let wrong = result.iter().find(|byte| !behind.has(**byte));
                assert_eq!(wrong, None, "{transformation:?} of {}", text.escape_ascii());
                let result = result.clone();
                let changed = apply(T::CmdLine, &result, Context::default(), &mut out);
                let result = if changed { &out } else { &result };
                assert!(result.iter().all(|byte| twice.has(*byte)), "{transformation:?}");
            }
        }
    }
}

#[test]
fn a_value_has_only_bytes_of_its_alphabet() {
    for text in texts() {
        let alphabet = Alphabet::new(number(features(&text)));
        assert!(text.iter().all(|byte| alphabet.has(*byte)), "{}", text.escape_ascii());
    }
}
