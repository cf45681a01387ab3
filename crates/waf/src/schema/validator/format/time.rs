//! Dates, times and durations (RFC 3339).

/// A number of so many digits at the start, and what follows.
fn number(text: &[u8], digits: usize) -> Option<(u32, &[u8])> {
    let (number, rest) = text.split_at_checked(digits)?;
    let digit = |sum: u32, byte: &u8| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'));
    Some((number.iter().try_fold(0, digit)?, rest))
}

fn behind(text: &[u8], mark: u8) -> Option<&[u8]> {
    text.split_first().filter(|(first, _)| **first == mark).map(|(_, rest)| rest)
}

pub(super) fn is_date(text: &[u8]) -> bool {
    date(text).is_some_and(<[u8]>::is_empty)
}

fn date(text: &[u8]) -> Option<&[u8]> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(behind(rest, b'-')?, 2)?;
    let (day, rest) = number(behind(rest, b'-')?, 2)?;
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=days).contains(&day).then_some(rest)
}

pub(super) fn is_date_time(text: &[u8]) -> bool {
    let rest = date(text).and_then(|rest| behind(rest, b'T').or_else(|| behind(rest, b't')));
    rest.is_some_and(is_time)
}

pub(super) fn is_time(text: &[u8]) -> bool {
    time(text).unwrap_or(false)
}

fn time(text: &[u8]) -> Option<bool> {
    let (hour, rest) = number(text, 2)?;
    let (minute, rest) = number(behind(rest, b':')?, 2)?;
    let (second, mut rest) = number(behind(rest, b':')?, 2)?;
    if let Some(fraction) = behind(rest, b'.') {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest = fraction.get(digits..).filter(|_| digits > 0)?;
    }
    let (sign, rest) = rest.split_first()?;
    let (hours, minutes) = match sign {
        b'Z' | b'z' => (0, 0),
        b'+' | b'-' => (number(rest, 2)?.0, number(behind(number(rest, 2)?.1, b':')?, 2)?.0),
        _ => return None,
    };
    let is_whole = rest.len() == if matches!(sign, b'Z' | b'z') { 0 } else { 5 };
    // A second is put in at the end of a day of UTC.
    const DAY: u32 = 24 * 60;
    let (local, offset) = (hour * 60 + minute, hours * 60 + minutes);
    let utc = (if *sign == b'-' { local + offset } else { local + DAY - offset.min(DAY) }) % DAY;
    let is_second = second < 60 || second == 60 && utc == DAY - 1;
    Some(is_whole && hour < 24 && minute < 60 && is_second && hours < 24 && minutes < 60)
}

/// `P1Y2M3DT4H5M6S` and `P7W` (appendix A): units in their order, none left out between two.
pub(super) fn is_duration(text: &[u8]) -> bool {
    let Some(rest) = behind(text, b'P') else { return false };
    let (date, time) = match rest.iter().position(|byte| *byte == b'T') {
        Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at + 1..)),
        None => (rest, None),
    };
    match time {
        None => !date.is_empty() && (is_in_units(date, b"W") || is_in_units(date, b"YMD")),
        Some(time) => {
            (date.is_empty() || is_in_units(date, b"YMD")) && !time.is_empty() && is_in_units(time, b"HMS")
        }
    }
}

fn is_in_units(text: &[u8], units: &[u8]) -> bool {
    let mut rest = text;
    let mut last: Option<usize> = None;
    while !rest.is_empty() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let Some((unit, after)) = rest.get(digits..).and_then(<[u8]>::split_first) else { return false };
        let place = units.iter().position(|known| known == unit);
        let Some(place) = place.filter(|place| digits > 0 && last.is_none_or(|last| *place == last + 1))
        else {
            return false;
        };
        (last, rest) = (Some(place), after);
    }
    true
}
