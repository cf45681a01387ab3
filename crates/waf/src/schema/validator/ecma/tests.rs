//! Patterns as browsers read them.
use super::{Answer, Pattern, is_pattern};

fn check(pattern: &str, good: &[&str], bad: &[&str]) {
    let read = Pattern::read(pattern).unwrap_or_else(|why| panic!("{pattern}: {why}"));
    good.iter().for_each(|text| assert_eq!(read.test(text), Answer::Yes, "{pattern} {text}"));
    bad.iter().for_each(|text| assert_eq!(read.test(text), Answer::No, "{pattern} {text}"));
}

#[test]
fn patterns_match_code_points() {
    check("^a.c$", &["abc", "aéc", "a😀c"], &["a\nc", "a\u{2028}c", "ac", "xabc"]);
    check("b", &["abc", "b"], &["ac", ""]);
    check("", &["", "x"], &[]);
    check("^\\d\\w\\s$", &["1_\u{A0}", "9z\u{FEFF}"], &["٣a ", "1é "]);
    check("^[^\\d]{2}$", &["éa"], &["1a", "a"]);
    check("^\\p{Lu}\\P{L}\\p{Script=Greek}$", &["É1α"], &["é1α", "ÉAα", "É1a"]);
    check("^\\u0041\\x42\\u{1F600}\\uD83D\\uDE00\\cJ\\0$", &["AB😀😀\n\0"], &["AB😀😀"]);
    check("^[\\uD83D\\uDE00-\\u{1F602}]$", &["😁"], &["😃", "a"]);
    check("^(?:a|bc)+?d{2}e{1,}f{0,1}$", &["abcddee", "adde", "bcddef"], &["ade", "dde", "addeff"]);
    check("\\bx\\B", &["a xy"], &["x", "éxé x", "ax"]);
    check("^[\\w-]+$", &["a-b"], &["a b"]);
    check("^[\\w--a]$", &["-", "z"], &["+"]);
    check("^[a&&b]$", &["a", "&"], &["c"]);
    check("^[]$", &[], &["", "]"]);
    check("^[^]$", &["]", "\n"], &[""]);
    check("^[[a]$", &["[", "a"], &["]"]);
    check("^]}$", &["]}"], &["]"]);
}

#[test]
fn braces_that_repeat_nothing_mean_themselves() {
    check("^(?:{[0-9]{4}}|[0-9]{4})$", &["{1234}", "1234"], &["{1234", "12345"]);
    check("^a{,2}{x$", &["a{,2}{x"], &["a", "aa"]);
    check("^\\p{L}{2}[{}]\\u0041{1,}$", &["éa{A", "aa}AA"], &["aaA"]);
    check("^\\{{2}$", &["{{"], &["{"]);
    let long = "é".repeat(2000);
    check("^.{2,262144}$", &["ab", &long], &["a", "", "a\nb"]);
    check("^[a-z]{1,1500}$", &["ab", &"a".repeat(1500)], &["", "A", &"a".repeat(1501)]);
}

#[test]
fn looks_around_and_back_are_decided() {
    check(
        "^(?=.*[A-Z])(?=.*\\d)(?!.*é).{4,}$",
        &["aB1é".trim_end_matches('é').repeat(2).as_str()],
        &["ab12", "AB1é", "A1"],
    );
    check("(?<=é|a)b(?<!ab)", &["éb"], &["ab", "b"]);
    check("^(a|é)x\\1$", &["axa", "éxé"], &["axé"]);
    check("^(?<q>['\"])[^'\"]*\\k<q>$", &["'a'", "\"é\""], &["'a\""]);
    check("^:{2}(?<n>{)(?={|x)", &["::{{", "::{x"], &[":{", "::x"]);
    check("(?<!é)(?!é)$", &["a", ""], &["é"]);
    assert!(Pattern::read("(?<=a+)b").is_err());
    // Exponential for a machine without bounds.
    let read = Pattern::read("^(?=x)(x+x+)+y").expect("a pattern");
    assert_eq!(read.test(&"x".repeat(5000)), Answer::Unknown);
}

#[test]
fn what_others_write_is_read_but_no_pattern_of_the_standard() {
    check("\\Aa[[:digit:]]\\Z", &["a1"], &["ba1", "a1b", "a:"]);
    check("(?i)É[^b-c]", &["éa"], &["éC", "éb"]);
    check("^(?i:a)a$", &["Aa"], &["AA"]);
    check("^(?P<x>a)$", &["a"], &["b"]);
    for pattern in ["\\Aa\\Z", "(?i)a", "a++", "(?P<x>a)", "^\\S(|(.|\\n)*\\S)\\Z"] {
        assert!(!is_pattern(pattern), "{pattern}");
    }
    assert!(is_pattern("([abc])+\\s+$") && is_pattern("(?i:a)\\k<n>(?<n>b)"));
}

#[test]
fn what_is_no_pattern_is_refused() {
    for pattern in [
        "(",
        ")",
        "[",
        "a**b(",
        "*",
        "a{2,1}",
        "\\",
        "\\a",
        "\\1",
        "(?<1>a)",
        "(?<a>.)(?<a>.)",
        "\\p{Nope}",
        "[b-a]",
        "(?x)a",
        "\\k<a>",
    ] {
        assert!(Pattern::read(pattern).is_err(), "{pattern}");
    }
    assert!(Pattern::read(&"(".repeat(100_000)).is_err());
    assert!(Pattern::read("(\\p{L}{1000}){1000}").is_err());
}
