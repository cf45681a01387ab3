//! The quick look at words never hides what the whole algorithm finds.
use super::{Quote, Reader, are_plain_words, detect};

/// Words that SQL knows, words that phrases begin with, and words that it does not know.
const WORDS: &[&str] = &[
    "select",
    "union",
    "all",
    "from",
    "or",
    "and",
    "not",
    "in",
    "like",
    "group",
    "by",
    "order",
    "into",
    "outfile",
    "sleep",
    "user",
    "left",
    "outer",
    "join",
    "cross",
    "natural",
    "is",
    "null",
    "intersect",
    "except",
    "having",
    "limit",
    "waitfor",
    "delay",
    "between",
    "procedure",
    "analyse",
    "at",
    "time",
    "zone",
    "current",
    "date",
    "blue",
    "river",
    "summer",
    "x",
    "a_b",
    "_",
    "1",
    "23",
    "0",
    "1e5",
    "0x1f",
    "1fUNION",
    "4a1",
    "",
    "q",
    "n",
    "b",
];

#[test]
fn plain_words_are_no_injection() {
    let mut seed = 0x1234_5677_u64;
    let mut next = |end: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % end as u64) as usize
    };
    let mut plain = 0;
    for _ in 0..60_000 {
        let words: Vec<&str> = (0..1 + next(7)).map(|_| WORDS[next(WORDS.len())]).collect();
        let mut text = words.join(" ");
        if next(2) == 0 {
            text.make_ascii_uppercase();
        }
        if are_plain_words(text.as_bytes()) {
            plain += 1;
            for quote in [Quote::None, Quote::Single, Quote::Double] {
                assert_eq!(Reader::new(text.as_bytes(), quote, true).decide().0, None, "{text}");
            }
        }
    }
    assert!(plain > 1000);
    assert!(detect(b"1 union select password from users").is_some());
    assert!(are_plain_words(b"blue river 123") && !are_plain_words(b"blue union 123"));
}
