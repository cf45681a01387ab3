//! What patterns need, also through transformations.
use super::{Look, Needs};
use crate::engine::alphabet::{ALPHABETS, Alphabet};
use crate::engine::tests::fast::Dice;
use crate::rule::Transformation;
use crate::transform::{Context, apply};

fn hir(pattern: &str) -> regex_syntax::hir::Hir {
    regex_syntax::ParserBuilder::new().utf8(false).unicode(false).build().parse(pattern).expect("a pattern")
}

fn look(pattern: &str) -> Look {
    Needs::of(&hir(pattern)).look()
}

#[test]
fn the_rarest_bytes_are_looked_for() {
    assert!(look(r"\beval\(").stands_in(b"l(more"));
    assert!(!look(r"\beval\(").stands_in(b"some(more"));
    assert!(!look(r"\beval\(").stands_in(b"evaluate"));
    assert!(!look(r"\beval\(").stands_in(b"(a"));
    assert!(look("x*").stands_in(b""));
    assert!(!Needs::nothing().look().stands_in(b"anything"));
    assert!(Needs::nothing().or(Needs::unknown()).look().stands_in(b""));
}

#[test]
fn base64_needs_four_bytes_for_three() {
    let needs = Needs::of(&hir("eval[(]")).before(Transformation::Base64Decode);
    assert!(!needs.clone().look().stands_in(b"ZXZhbC"));
    assert!(needs.look().stands_in(b"ZXZhbCg"));
}

/// What is needed stands in every text of which a transformation makes something that matches.
#[test]
fn needs_go_back_through_transformations() {
    const PATTERNS: &[&str] = &[
        "a b",
        "<x",
        "é",
        r"\xa0|&",
        "[a-c]%",
        "Z+",
        r"\+",
        r"\\",
        "q(?:u|\n)",
        r"\$\{",
        r"[el][ \t]*\(",
        "l/",
        "b; ",
        "(?:ab|cd){2}e",
    ];
    const PIECES: &[&str] = &[
        "a", " b", "<", "x", "%3c", "&lt;", "&amp", "\\x3c", "\\u0061", "+", "\t", "é", "\u{a0}", "%", "A",
        "Z", "z", "q", "u", "\\", "\n", "PHg=", "YSBi", "%u0061", "c%", "B", "$", "{", "(", "l", "/*", "*/",
        "^", "\"", ";", "/", "&#40;", "e", "d",
    ];
    use Transformation as T;
    let patterns: Vec<_> = PATTERNS
        .iter()
        .map(|pattern| {
            let regex =
                regex_automata::meta::Builder::new().build_from_hir(&hir(pattern)).expect("a pattern");
            (*pattern, Needs::of(&hir(pattern)), regex)
        })
        .collect();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut out = Vec::new();
    let mut next = Vec::new();
    for _ in 0..40_000 {
        let (pattern, needs, regex) = &patterns[dice.below(patterns.len())];
        let text: String = (0..dice.below(7)).map(|_| PIECES[dice.below(PIECES.len())]).collect();
        let all = [
            T::RemoveNulls,
            T::RemoveWhitespace,
            T::Trim,
            T::Lowercase,
            T::UrlDecode,
            T::UrlDecodeUni,
            T::HtmlEntityDecode,
            T::JsDecode,
            T::CssDecode,
            T::EscapeSeqDecode,
            T::CompressWhitespace,
            T::Base64Decode,
            T::Base64DecodeExt,
            T::CmdLine,
            T::ReplaceComments,
        ];
        let first = all[dice.below(all.len())];
        let second = all[dice.below(all.len())];
        let mut now = text.clone().into_bytes();
        for step in [first, second] {
            if apply(step, &now, Context::default(), &mut next) {
                std::mem::swap(&mut now, &mut next);
            }
        }
        if !regex.is_match(&now) {
            continue;
        }
        out.clear();
        out.extend_from_slice(text.as_bytes());
        let needs = needs.clone().before(second).before(first);
        assert!(needs.clone().look().stands_in(&out), "{pattern} {text} {first:?} {second:?}");
        assert!(needs.within(&Alphabet::new(ALPHABETS - 1)).look().stands_in(&out));
    }
}
