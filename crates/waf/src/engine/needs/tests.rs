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
    assert!(look(r"\beval\(").stands_in(b"al(more"));
    assert!(!look(r"\beval\(").stands_in(b"l(more"));
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

/// Patterns, each with a text that it matches.
const PATTERNS: &[(&str, &str)] = &[
    ("a b", "a b"),
    ("<x", "<x"),
    ("é", "é"),
    (r"\xa0|&", "&"),
    ("[a-c]%", "c%"),
    ("Z+", "ZZ"),
    (r"\+", "+"),
    (r"\\", "\\"),
    ("q(?:u|\n)", "qu"),
    (r"\$\{", "${"),
    (r"[el][ \t]*\(", "l\t("),
    ("l/", "l/"),
    ("b; ", "b; "),
    ("(?:ab|cd){2}e", "abcde"),
    (r"(?:le|qu|az)\(", "az("),
    ("(?:a|bc)?d<", "bcd<"),
    (r"q(?:u|z)(?: a)?b?\$", "qz a$"),
    (r"[ab][cd](?:le)?\(", "bc("),
    ("e; ?q", "e;q"),
    (r"\bde+<", "dee<"),
    (r"u<\(", "u<("),
    (r"<u\(", "<u("),
    (r"xa b/", "xa b/"),
];
const PIECES: &[&str] = &[
    "a", " b", "<", "x", "%3c", "&lt;", "&amp", "\\x3c", "\\u0061", "+", "\t", "é", "\u{a0}", "%", "A", "Z",
    "z", "q", "u", "\\", "\n", "PHg=", "YSBi", "%u0061", "c%", "B", "$", "{", "(", "l", "/*", "*/", "^",
    "\"", ";", "/", "&#40;", "e", "d", "le(", "qu", "d<", "c",
];

/// A letter, or one of the ways to write it that some transformation takes back.
fn disguised(dice: &mut Dice, letter: char) -> String {
    let number = u32::from(letter);
    match dice.below(24) {
        0 => format!("%{number:02x}"),
        1 => format!("&#{number};"),
        2 => format!("\\x{number:02x}"),
        3 => format!("\\u{number:04x}"),
        4 => format!("{letter} "),
        5 => format!("{letter}\0"),
        6 => format!("\t{letter}"),
        7 => format!("{letter}\""),
        8 => format!("^{letter}"),
        9 => letter.to_uppercase().collect(),
        10 if letter == ' ' => "/*x*/".to_owned(),
        11 if letter == ' ' => "+".to_owned(),
        10 if letter == '<' => "&lt;".to_owned(),
        _ => letter.to_string(),
    }
}

/// What is needed stands in every text of which a transformation makes something that matches.
#[test]
fn needs_go_back_through_transformations() {
    use Transformation as T;
    let patterns: Vec<_> = PATTERNS
        .iter()
        .map(|(pattern, text)| {
            let regex =
                regex_automata::meta::Builder::new().build_from_hir(&hir(pattern)).expect("a pattern");
            (*pattern, *text, Needs::of(&hir(pattern)), regex)
        })
        .collect();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut out = Vec::new();
    let mut next = Vec::new();
    let mut matching = vec![0; patterns.len()];
    for _ in 0..120_000 {
        let chosen = dice.below(patterns.len());
        let (pattern, matching_text, needs, regex) = &patterns[chosen];
        let mut text: String = (0..dice.below(5)).map(|_| PIECES[dice.below(PIECES.len())]).collect();
        if dice.below(2) == 0 {
            text.extend(matching_text.chars().map(|letter| disguised(&mut dice, letter)));
            text.push_str(PIECES[dice.below(PIECES.len())]);
        }
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
        matching[chosen] += 1;
        out.clear();
        out.extend_from_slice(text.as_bytes());
        let needs = needs.clone().before(second).before(first);
        assert!(needs.clone().look().stands_in(&out), "{pattern} {text} {first:?} {second:?}");
        assert!(needs.within(&Alphabet::new(ALPHABETS - 1)).look().stands_in(&out));
    }
    assert!(matching.iter().all(|count| *count > 20), "{matching:?}");
}
