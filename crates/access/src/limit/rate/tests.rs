//! Periods and rates, written and read.
use super::*;

fn period(text: &str) -> String {
    text.parse::<Period>().map_or_else(|error| error.to_string(), |period| period.to_string())
}

fn rate(text: &str) -> String {
    text.parse::<Rate>().map_or_else(|error| error.to_string(), |rate| rate.to_string())
}

#[test]
fn periods_are_read_and_shown_in_their_largest_unit() {
    assert_eq!(period("250ms"), "250ms");
    assert_eq!(period("90s"), "90s");
    assert_eq!(period("120 s"), "2m");
    assert_eq!(period("minute"), "1m");
    assert_eq!(period("24h"), "1d");
    assert_eq!(period("366d"), "366d");
    assert_eq!(period("367d"), "`367d` is longer than 366 days");
    assert!(period("10").contains("no length of time"));
    assert!(period("").contains("no length of time"));
    assert!(period("99999999999999999999s").contains("no length of time"));
    assert!(period("18446744073709551615d").contains("366 days"));
}

#[test]
fn rates_are_read() {
    assert_eq!(rate("100/minute"), "100/1m");
    assert_eq!(rate("5/s"), "5/1s");
    assert_eq!(rate("1000/15m"), "1000/15m");
    assert!(rate("0/s").contains("lets nothing pass"));
    assert!(rate("5/0s").contains("lets nothing pass"));
    assert!(rate("5").contains("no rate"));
    assert!(rate("-5/s").contains("no rate"));
}

#[test]
fn what_is_shown_is_read_back() {
    for text in ["1ms", "999ms", "1s", "61s", "3m", "25h", "9d"] {
        let period: Period = text.parse().unwrap();
        assert_eq!(period.to_string().parse::<Period>().unwrap(), period);
    }
}
