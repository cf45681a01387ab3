use super::*;
use crate::transform::tests::{corpus, corpus_text, unescape};

fn rx(pattern: &str) -> Matcher {
    Matcher::new(&Operator::Rx(Macro::text(pattern)), 100_000).expect("a pattern")
}

#[track_caller]
fn groups(pattern: &str, value: &[u8], expected: &[&str]) {
    let mut groups = Groups::default();
    let matches = rx(pattern).find(value, b"", &mut groups);
    let texts: Vec<String> = groups.texts.iter().map(|text| text.escape_ascii().to_string()).collect();
    assert_eq!(texts, expected);
    assert_eq!(matches, !expected.is_empty());
}

#[test]
fn patterns_mean_what_pcre_means() {
    groups(r"(a)|(b)", b"b", &["b", "", "b"]);
    groups(r"a$", b"xa\ny", &["a"]);
    groups(r"^$", b"x\n", &[]);
    groups(r"^$", b"\n", &[""]);
    groups(r"(?i)stra\x{df}e", b"STRA\xdfE", &["STRA\\xdfE"]);
    groups(r"[[:^alpha:]]\h\v", b"1\xa0\x85", &["1\\xa0\\x85"]);
    groups(r"\Qa.b\E{2}", b"a.bb", &["a.bb"]);
    groups(r"a{,2}", b"a{,2}", &["a{,2}"]);
    groups(r"(?x) a b # comment", b"ab", &["ab"]);
    groups("[\u{e9}]", b"\xa9", &["\\xa9"]);
    groups(r"\R", b"\r\n", &["\\r\\n"]);
    groups(r"(\d+)-(\d+)", b"x10-20", &["10-20", "10", "20"]);
}

#[test]
fn patterns_without_an_automaton_run_too() {
    groups(r"(\w+)\s\1", b"say the the", &["the the", "the"]);
    groups(r"(?<!foo)bar", b"foobar bar", &["bar"]);
    groups(r"<\?(?!xml)", b"<?xml <?php", &["<?"]);
    groups(r"(?>a+)b", b"aab", &["aab"]);
    groups(r"a++a", b"aaa", &[]);
    groups(r"(?<=a|bc)d", b"bcd", &["d"]);
    groups(r"a\Kb", b"ab", &["b"]);
    groups(r"(?=(a+))a*b\1", b"baaabac", &["aba", "a"]);
    groups(r"a\Z", b"a\n", &["a"]);
}

#[test]
fn a_pattern_that_takes_too_long_says_so() {
    let hostile = rx(r"(?=x)(x+x+)+y(?!z)");
    let value = vec![b'x'; 2000];
    let mut found = Groups::default();
    assert!(!hostile.find(&value, b"", &mut found));
    assert!(found.limit_exceeded);
    assert_eq!(hostile.test(&value, b""), Outcome::LimitExceeded);
    assert_eq!(hostile.test(b"xxy", b""), Outcome::Match);
}

#[test]
fn wrong_patterns_are_told() {
    for pattern in [
        "(",
        ")",
        "[a",
        "*a",
        "a{3,2}",
        r"\",
        "(?<n>a)(?P=m)",
        "[z-a]",
        "(?R)",
        "(?<=a+)b",
        "(*FAIL)",
        r"[a-\d]",
    ] {
        assert!(Matcher::new(&Operator::Rx(Macro::text(pattern)), 1000).is_err(), "{pattern}");
    }
    let deep = "(".repeat(10_000);
    assert!(Matcher::new(&Operator::Rx(Macro::text(deep)), 1000).is_err());
}

#[test]
fn every_match_of_a_global_pattern_is_kept() {
    let matcher = Matcher::new(&Operator::RxGlobal(Macro::text("(.)=")), 1000).expect("a pattern");
    let mut groups = Groups::default();
    assert!(matcher.find(b"a=1&b=2", b"", &mut groups));
    assert_eq!(groups.texts, [b"a=".as_slice(), b"a", b"b=", b"b"]);
}

#[test]
fn variables_in_a_pattern_are_expanded_first() {
    let variable = crate::rule::MacroPart::Text(Vec::new());
    let pattern = Macro { parts: vec![variable.clone(), variable] };
    let matcher = Matcher::new(&Operator::Rx(pattern), 1000).expect("a pattern");
    assert!(matcher.is_match(b"xay", b"a"));
    assert!(!matcher.is_match(b"xay", b"b"));
    assert!(matcher.is_match(b"xay", b""));
    assert!(!matcher.is_match(b"xay", b"("));
}

#[test]
fn literals_stand_in_every_match() {
    let cases = [
        (r"(?i)sleep\s*\(", Some(vec!["sleep"])),
        (r"(?:foo|ba[rz])+x?", Some(vec!["bar", "baz", "foo"])),
        (r"\w+", None),
        (r"(?:union\s+select|<script)", Some(vec!["<script", "select"])),
        (r"a?", None),
        (r"x{3}y", Some(vec!["xxxy"])),
    ];
    for (pattern, expected) in cases {
        let found = rx(pattern).required_literals();
        let expected = expected.map(|texts| texts.iter().map(|text| text.as_bytes().to_vec()).collect());
        assert_eq!(found, expected, "{pattern}");
    }
}

#[test]
fn a_phrase_is_found_without_case_and_told_as_written() {
    let matcher = Matcher::new(&Operator::Pm(vec![b"Sql".to_vec(), b"qla".to_vec()]), 0).expect("phrases");
    let mut groups = Groups::default();
    assert!(matcher.find(b"xxSQLA", b"", &mut groups));
    assert_eq!(groups.texts, [b"Sql"]);
    assert!(!matcher.is_match(b"s q l", b""));
}

#[test]
fn numbers_are_read_as_c_reads_them() {
    let number = |operator: fn(Macro) -> Operator, value: &str, argument: &str| {
        Matcher::new(&operator(Macro::text(argument)), 0).expect("a number").is_match(value.as_bytes(), b"")
    };
    assert!(number(Operator::Eq, " 5x", "+5"));
    assert!(number(Operator::Eq, "99999999999", "0"));
    assert!(number(Operator::Gt, "99999999999999999999", "9223372036854775806"));
    assert!(number(Operator::Lt, "-3", ""));
    assert!(number(Operator::Eq, "garbage", "0"));
}

#[test]
fn identity_numbers_are_checked() {
    assert!(Checksum::Card.holds(b"4111-1111-1111-1111"));
    assert!(!Checksum::Card.holds(b"4111111111111112"));
    assert!(!Checksum::Cpf.holds(b"111.111.111-11"));
    assert!(!Checksum::Ssn.holds(b"666-12-3456"));
    assert!(Checksum::Svnr.holds(b"1237 010180"));
}

#[test]
fn injections_into_sql_have_a_fingerprint() {
    let fingerprint = |value: &[u8]| {
        sqli::detect(value).map(|print| String::from_utf8_lossy(print.as_bytes()).into_owned())
    };
    assert_eq!(fingerprint(b"1' or '1'='1"), Some("s&sos".to_owned()));
    assert_eq!(fingerprint(b"1 union select 1,2--"), Some("1UE1c".to_owned()));
    assert_eq!(fingerprint(b"/*!select*/ 1"), Some("X".to_owned()));
    for harmless in
        ["", "admin", "O'Brien", "2026-11-22", "john@example.org", "select", "1 union", "n--", "a, b and c"]
    {
        assert_eq!(fingerprint(harmless.as_bytes()), None, "{harmless}");
    }
}

#[test]
fn script_is_seen_from_every_place() {
    for hostile in [
        "<script>",
        "x onerror=alert(1)",
        "' onload='x",
        "\" style=\"x",
        "`onclick=x",
        "<a href=jav&#x61;script:x>",
        "<!doctype",
        "<!--`-->",
        "<a xlink:href=x",
        "<set attributeName=onload>",
        "<sv\0g",
        "<?import",
    ] {
        let known = hostile != "<sv\0g";
        assert_eq!(xss::is_xss(hostile.as_bytes()), known, "{hostile}");
    }
    for harmless in ["", "a < b", "a=1&b=2", "<p class=x>", "<a href=/home>", "on time=5", "</b>"] {
        assert!(!xss::is_xss(harmless.as_bytes()), "{harmless}");
    }
}

fn phrases(text: &str) -> Vec<Vec<u8>> {
    text.split_whitespace().map(|phrase| phrase.as_bytes().to_vec()).collect()
}

fn operator(name: &str, parameter: &str) -> Operator {
    let text = Macro::text(parameter);
    let own = parameter.to_owned();
    match name {
        "beginsWith" => Operator::BeginsWith(text),
        "contains" => Operator::Contains(text),
        "containsWord" => Operator::ContainsWord(text),
        "detectSQLi" => Operator::DetectSqli,
        "detectXSS" => Operator::DetectXss,
        "endsWith" => Operator::EndsWith(text),
        "eq" => Operator::Eq(text),
        "ge" => Operator::Ge(text),
        "gt" => Operator::Gt(text),
        "ipMatch" => Operator::IpMatch(
            parameter
                .split(',')
                .filter_map(|network| {
                    let network = network.trim();
                    network.parse().ok().or_else(|| network.parse::<std::net::IpAddr>().ok().map(Into::into))
                })
                .collect(),
        ),
        "le" => Operator::Le(text),
        "lt" => Operator::Lt(text),
        "noMatch" => Operator::NoMatch,
        "pm" => Operator::Pm(phrases(parameter)),
        "pmFromFile" => {
            let file = corpus_text("operators/op/pmFromFile-01.dat").unwrap_or_default();
            Operator::Pm(file.lines().map(|line| line.as_bytes().to_vec()).collect())
        }
        "rx" => Operator::Rx(text),
        "rxGlobal" => Operator::RxGlobal(text),
        "streq" => Operator::StrEq(text),
        "strmatch" => Operator::StrMatch(text),
        "unconditionalMatch" => Operator::UnconditionalMatch,
        "validateByteRange" => Operator::ValidateByteRange(match parameter {
            "0-255" => vec![(0, 255)],
            "97-105" => vec![(97, 105)],
            _ => Vec::new(),
        }),
        "validateUrlEncoding" => Operator::ValidateUrlEncoding,
        "validateUtf8Encoding" => Operator::ValidateUtf8Encoding,
        "verifyCC" => Operator::VerifyCc(own),
        "verifycpf" => Operator::VerifyCpf(own),
        "verifyssn" => Operator::VerifySsn(own),
        "verifysvnr" => Operator::VerifySvnr(own),
        _ => Operator::Within(text),
    }
}

#[test]
fn the_corpus_of_operators_passes() {
    let names = [
        "beginsWith",
        "contains",
        "containsWord",
        "detectSQLi",
        "detectXSS",
        "endsWith",
        "eq",
        "ge",
        "gt",
        "ipMatch",
        "le",
        "lt",
        "noMatch",
        "pm",
        "pmFromFile",
        "rx",
        "rxGlobal",
        "streq",
        "strmatch",
        "unconditionalMatch",
        "validateByteRange",
        "validateUrlEncoding",
        "validateUtf8Encoding",
        "verifyCC",
        "verifycpf",
        "verifyssn",
        "verifysvnr",
        "within",
    ];
    let mut passed = 0;
    let mut failed = Vec::new();
    for name in names {
        for case in corpus("operators", name) {
            let input = unescape(case["input"].as_str().unwrap_or_default());
            let parameter = case["param"].as_str().unwrap_or_default();
            let matcher = Matcher::new(&operator(name, parameter), 1_000_000).expect("an operator");
            let mut groups = Groups::default();
            let found = matcher.find(&input, b"", &mut groups);
            let groups: Vec<String> =
                groups.texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect();
            let wanted: Option<Vec<String>> =
                case.get("re_groups").and_then(|groups| serde_json::from_value(groups.clone()).ok());
            let same_groups = name == "rxGlobal" || wanted.as_ref().is_none_or(|wanted| *wanted == groups);
            if found == (case["ret"] == 1) && found == matcher.is_match(&input, b"") && same_groups {
                passed += 1;
            } else {
                failed.push(format!("{name} {parameter} {}: {found} {groups:?}", input.escape_ascii()));
            }
        }
    }
    println!("{passed} passed");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn everything_is_found_as_an_equal_pattern_finds_it() {
    for value in ["", "a", "a\nb", "\n", "a\n", "\n\nb", "a\n\n"] {
        let found = |pattern: &str| {
            let regex = super::regex::Regex::new(pattern.as_bytes(), 1000).expect("a pattern");
            let mut one = super::Groups::default();
            let mut all = super::Groups::default();
            let outcomes = [regex.find(value.as_bytes(), &mut one), regex.test(value.as_bytes())];
            regex.find_all(value.as_bytes(), &mut all);
            (outcomes, one.texts, all.texts, regex.find_where(value.as_bytes(), |text| text.len() < 2))
        };
        assert_eq!(found("^.*$"), found("^(?:.*)$"), "{value:?}");
    }
}

#[test]
fn runs_of_a_set_are_those_of_its_bytes() {
    use super::pcre::Bytes;
    for set in [
        Bytes::default(),
        Bytes::ALL,
        Bytes::of([0]),
        Bytes::of([255]),
        Bytes::of([63, 64, 127, 128]),
        Bytes::of(b'a'..=b'z').negated(),
        Bytes::of((0..=255).filter(|byte| byte % 3 == 0)),
    ] {
        let ranges = set.ranges();
        assert!(
            ranges.windows(2).all(|pair| usize::from(pair[0].1) + 1 < usize::from(pair[1].0)),
            "{ranges:?}"
        );
        assert_eq!(Bytes::of(ranges.into_iter().flat_map(|(first, last)| first..=last)), set);
    }
}
