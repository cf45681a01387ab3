//! Dates as signatures write them, from and to seconds since 1970-01-01 (UTC, no leap seconds).

const DAY: u64 = 86_400;

/// A date of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Civil {
    year: u64,
    month: u64,
    day: u64,
}

/// The date of a day counted from 1970-01-01, by cycles of 400 years that begin in March.
fn civil(days: u64) -> Civil {
    let shifted = days + 719_468;
    let (cycle, of_cycle) = (shifted / 146_097, shifted % 146_097);
    let year = (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    Civil { year: year + cycle * 400 + u64::from(month <= 2), month, day }
}

/// The day of a date, counted from 1970-01-01.
fn days(date: Civil) -> Option<u64> {
    let year = if date.month <= 2 { date.year.checked_sub(1)? } else { date.year };
    let (cycle, of_cycle) = (year / 400, year % 400);
    let from_march = (date.month + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + date.day - 1;
    let of_cycle = of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year;
    (cycle * 146_097 + of_cycle).checked_sub(719_468)
}

/// `20150830T123600Z`, as SigV4 writes a moment.
#[must_use]
pub(crate) fn basic(seconds: u64) -> String {
    let Civil { year, month, day } = civil(seconds / DAY);
    let of_day = seconds % DAY;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// Reads `20150830T123600Z`; a date that is not in the calendar is refused.
#[must_use]
pub(crate) fn from_basic(text: &str) -> Option<u64> {
    let is_shape = text.len() == 16
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    if !is_shape {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (part(9, 11)?, part(11, 13)?, part(13, 15)?);
    let date = Civil { year: part(0, 4)?, month: part(4, 6)?, day: part(6, 8)? };
    let day = ((1..=12).contains(&date.month) && date.day > 0).then(|| days(date))??;
    let seconds = day * DAY + hour * 3600 + minute * 60 + second;
    (hour < 24 && minute < 60 && second < 60 && civil(day) == date).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_and_read() {
        for (seconds, text) in [
            (0, "19700101T000000Z"),
            (951_827_696, "20000229T123456Z"),
            (1_440_938_160, "20150830T123600Z"),
            (4_107_542_399, "21000228T235959Z"),
            (253_402_300_799, "99991231T235959Z"),
        ] {
            assert_eq!(basic(seconds), text);
            assert_eq!(from_basic(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in 0..146_097 {
            assert_eq!(days(civil(day)), Some(day));
        }
    }

    #[test]
    fn dates_that_are_not_there_are_refused() {
        for text in [
            "20150230T000000Z",
            "20151301T000000Z",
            "20150830T240000Z",
            "20150830T126000Z",
            "20150830 123600Z",
            "2015083+T123600Z",
            "20150830T123600",
            "19690101T000000Z",
            "20150800T000000Z",
            "２０１５",
            "",
        ] {
            assert_eq!(from_basic(text), None, "{text}");
        }
    }
}
