//! Decisions alone, without a runtime.
use super::inputs::Inputs;
use super::overlap::Automaton;
use super::{decode, host};

/// The parts of a text that come from an event, in brackets.
fn check(event: &str, text: &str, expected: &str) {
    let inputs = Inputs::from_event(event.as_bytes());
    let mut out = String::new();
    let mut at = 0;
    for range in inputs.ranges(text.as_bytes()) {
        let start = range.start.max(at);
        out.push_str(text.get(at..start).unwrap());
        out.push('[');
        out.push_str(text.get(start..range.end).unwrap());
        out.push(']');
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap());
    assert_eq!(out, expected);
}

#[test]
fn inputs_are_found_as_an_application_decodes_them() {
    check(r#"{"~":"x;id"}"#, "ls x;id", "ls [x;id]");
    check(r#"{"~":"X;ID"}"#, "ls x;id", "ls [x;id]");
    check(r#"{"~":" x "}"#, "ls x -l", "ls [x] -l");
    check(r#"{"body":"{\"a\":\"\\u0078\\u003bid\"}"}"#, "ls x;id", "ls [x;id]");
    check(r#"{"body":"eyJhIjoieDtpZCJ9"}"#, "ls x;id", "ls [x;id]");
    check(r#"{"body":"~=x%3Bid&~~=2"}"#, "ls x;id", "ls [x;id]");
    check(r#"{"body":"x%253Bid"}"#, "ls x;id", "ls [x;id]");
    check(r#"{"~":"x&#59;id"}"#, "ls x;id", "ls [x;id]");
    check(r#"{"x;id":1}"#, "ls x;id", "ls [x;id]");
    check(r#"{"~":["b","\\x78;id"]}"#, "ls x;id", "ls [x;id]");
    check(r#"{"~":"uploads/cat.jpg"}"#, "file cat.jpg", "file [cat.jpg]");
    check(
        r#"{"~":"prefix '; drop table x"}"#,
        "select 1 where a = ''; drop table x",
        "select 1 where a = '['; drop table x]",
    );
    check(r#"{"~":"unrelated"}"#, "ls -l", "ls -l");
}

#[test]
fn short_parts_are_chance_and_whole_inputs_are_not() {
    check(r#"{"~":"abcd and more"}"#, "abcd", "abcd");
    check(r#"{"~":"abcde and more"}"#, "abcde", "[abcde]");
    check(r#"{"~":"b"}"#, "abc", "a[b]c");
}

/// The automaton against the obvious: for each end, the longest part that stands in an input.
#[test]
fn ranges_are_those_of_the_obvious_way() {
    let mut seed = 7_u64;
    let mut random = |most: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % most
    };
    for _ in 0..500 {
        let mut word = |most: u64| -> Vec<u8> {
            (0..random(most) + 1).map(|_| b'a' + u8::try_from(random(3)).unwrap()).collect()
        };
        let (text, inputs) = (word(20), vec![word(8), word(8), word(12)]);
        let mut automaton = Automaton::new(&text);
        for input in &inputs {
            automaton.run(input, 4);
        }
        let mut expected: Vec<std::ops::Range<usize>> = Vec::new();
        for end in 1..=text.len() {
            let longest = (0..end).find(|&start| {
                let part = &text[start..end];
                inputs.iter().any(|input| {
                    input == part || part.len() >= 4 && input.windows(part.len()).any(|window| window == part)
                })
            });
            let Some(start) = longest else { continue };
            expected.retain(|range| range.start < start);
            if expected.last().is_none_or(|last| last.end < end) {
                expected.push(start..end);
            }
        }
        assert_eq!(automaton.ranges(4), expected, "{text:?} {inputs:?}");
    }
}

#[test]
fn the_cost_of_a_question_is_linear() {
    // What a quadratic way would not finish: one letter, many times, on both sides.
    let event = format!(r#"{{"a":"{}"}}"#, "a".repeat(1 << 20));
    let inputs = Inputs::from_event(event.as_bytes());
    assert_eq!(inputs.ranges(&vec![b'a'; 100_000]), vec![0..100_000]);
}

#[test]
fn hostile_nesting_is_bounded() {
    let mut event = "\"x\"".to_owned();
    for _ in 0..12 {
        event = serde_json::to_string(&event).unwrap();
    }
    assert!(Inputs::from_event(event.as_bytes()).any(|input| input.starts_with(b"\\") || !input.is_empty()));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Inputs::from_event(deep.as_bytes()).cut);
}

#[test]
fn addresses_have_many_forms() {
    for text in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "[::ffff:7f00:1]",
        "2002:7f00:1::",
    ] {
        assert_eq!(
            host::address(text).map(|address| address.to_string()).as_deref(),
            Some("127.0.0.1"),
            "{text}"
        );
    }
    for text in ["example.org", "1.2.3.4.5", "256.1.1.1", "0xg", "4294967296", ""] {
        assert_eq!(host::address(text), None, "{text}");
    }
}

#[test]
fn broken_encodings_are_no_harm() {
    assert_eq!(decode::percent("%4", true), b"%4");
    assert_eq!(decode::escapes("\\u{1}\\ud83d\\ude00\\u12"), "\u{1}\u{1F600}u12");
    assert_eq!(decode::entities("&#x27;&#39;&lt;&nope;&"), "''<&nope;&");
    assert_eq!(decode::base64("????????"), None);
}

/// Together with the preload library, which its recipe holds to 36,000 bytes, less than 100,000.
#[test]
fn the_hooks_of_all_languages_are_small() {
    let bytes: usize = super::FILES.iter().map(|(path, text)| super::shipped(path, text).len()).sum();
    assert!(bytes <= 63_000, "{bytes} bytes");
}
