//! One value of a request against the values of a condition.
use std::cmp::Ordering;
use std::net::IpAddr;

use model::{Tri, Value};

use super::operator::{Operator, Order, Test, TextTest};
use super::{Request, arn};
use crate::{Pattern, Piece};

/// A positive operator wants one of the values, a negative one none of them. A value that cannot be read (no number, a
/// variable without a value) never holds, in either.
pub(super) fn holds(request: &Request, operator: Operator, value: &str, wanted: &[Value]) -> Tri {
    let test = |wanted: &Value| one(request, operator, value, wanted);
    if operator.is_negative() { Tri::all(wanted.iter().map(test)) } else { Tri::any(wanted.iter().map(test)) }
}

fn one(request: &Request, operator: Operator, value: &str, wanted: &Value) -> Tri {
    match operator.test {
        Test::Null => Tri::Unknown,
        Test::Text { how, not } => {
            let Some(pattern) = resolved(request, wanted) else { return Tri::False };
            flip(text(how, value, &pattern), not)
        }
        Test::Arn { not } => {
            like_arn(request, value, &Pattern::of(wanted)).map_or(Tri::False, |matches| flip(matches, not))
        }
        Test::Bool => {
            let Some(pattern) = resolved(request, wanted) else { return Tri::False };
            bool(value, &pattern)
        }
        Test::Binary => with_text(wanted, |wanted| Some(value == wanted)),
        Test::Numeric(order) => with_text(wanted, |wanted| {
            let (left, right) = (number(value)?, number(wanted)?);
            Some(in_order(left.partial_cmp(&right)?, order))
        }),
        Test::Date(order) => with_text(wanted, |wanted| {
            let (left, right) = (date(value)?, date(wanted)?);
            Some(in_order(left.partial_cmp(&right)?, order))
        }),
        Test::Ip { not } => with_text(wanted, |wanted| {
            let address: IpAddr = value.trim().parse().ok()?;
            Some(in_block(address, wanted)? != not)
        }),
    }
}

fn flip(matches: Tri, not: bool) -> Tri {
    if not { !matches } else { matches }
}

/// What cannot be read does not hold.
fn with_text(wanted: &Value, test: impl Fn(&str) -> Option<bool>) -> Tri {
    if wanted.is_open() { Tri::Unknown } else { test(&wanted.display()).unwrap_or(false).into() }
}

/// `None` when a variable has no value.
fn resolved(request: &Request, wanted: &Value) -> Option<Pattern> {
    Pattern::of(wanted).resolve(&|name| request.context.look_up(name))
}

fn text(how: TextTest, value: &str, pattern: &Pattern) -> Tri {
    match how {
        TextTest::Like => pattern.matches_plain(value),
        TextTest::Equals => literal(pattern, false).matches_plain(value),
        TextTest::IgnoreCase => literal(pattern, true).matches_plain(&value.to_lowercase()),
    }
}

/// Without wildcards: a `*` is a star.
fn literal(pattern: &Pattern, fold: bool) -> Pattern {
    let piece = |piece: &Piece| match piece {
        Piece::Any => Piece::Text("*".to_owned()),
        Piece::One => Piece::Text("?".to_owned()),
        Piece::Text(text) if fold => Piece::Text(text.to_lowercase()),
        other => other.clone(),
    };
    Pattern { pieces: pattern.pieces.iter().map(piece).collect() }
}

/// Part by part. `None` when one of both is no ARN, or when it depends on a variable without a value.
fn like_arn(request: &Request, value: &str, pattern: &Pattern) -> Option<Tri> {
    let resolve = |part: &Pattern| part.resolve(&|name| request.context.look_up(name));
    let value = arn::parts(&Pattern::literal(value))?;
    let parts = match arn::parts(pattern) {
        Some(parts) => parts,
        // A variable or a symbol can hold a whole ARN or the rest of one.
        None => match arn::parts(&resolve(pattern)?) {
            Some(parts) => parts,
            None => return pattern.is_open().then_some(Tri::Unknown),
        },
    };
    let mut matches = Tri::True;
    for (value, part) in value.iter().zip(&parts) {
        if matches.is_false() {
            break;
        }
        matches = matches & resolve(part)?.matches_plain(value.as_literal().unwrap_or_default());
    }
    Some(matches)
}

fn bool(value: &str, pattern: &Pattern) -> Tri {
    let is_bool = |text: &str| text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
    match pattern.as_literal() {
        Some(wanted) => (is_bool(value) && wanted.eq_ignore_ascii_case(value)).into(),
        None if pattern.is_open() => Tri::Unknown,
        None => Tri::False,
    }
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    // `inf` and `nan` are numbers for Rust only.
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse::<f64>().ok().filter(|number| plain && number.is_finite())
}

fn in_order(ordering: Ordering, order: Order) -> bool {
    match order {
        Order::Equals => ordering.is_eq(),
        Order::NotEquals => ordering.is_ne(),
        Order::Less => ordering.is_lt(),
        Order::LessEquals => ordering.is_le(),
        Order::Greater => ordering.is_gt(),
        Order::GreaterEquals => ordering.is_ge(),
    }
}

/// Seconds since 1970: of a number, or of a date in one of the forms of ISO 8601 that the W3C lists.
pub(super) fn date(text: &str) -> Option<f64> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let (day, time) = text.split_once(['T', 't']).map_or((text, None), |(day, time)| (day, Some(time)));
    let mut numbers = day.split('-');
    let year = fixed(numbers.next()?, 4)?;
    let month = numbers.next().map_or(Some(1), |month| fixed(month, 2))?;
    let date = numbers.next().map_or(Some(1), |date| fixed(date, 2))?;
    if numbers.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&date) {
        return None;
    }
    let days = days_since_1970(i64::from(year), i64::from(month), i64::from(date));
    #[expect(clippy::cast_precision_loss, reason = "days of four-digit years are small")]
    let days = days as f64;
    Some(days * 86_400.0 + time.map_or(Some(0.0), seconds)?)
}

/// Of the Gregorian calendar; years begin in March, so that the leap day is the last one.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn fixed(text: &str, length: usize) -> Option<u32> {
    let plain = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// `hh:mm[:ss[.s]]` with `Z`, an offset, or nothing.
fn seconds(time: &str) -> Option<f64> {
    let zone = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(zone)?;
    let offset = match zone.chars().next() {
        None | Some('Z' | 'z') if zone.len() <= 1 => 0.0,
        Some(sign) => {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let ahead = f64::from(fixed(hours, 2)?) * 3_600.0 + f64::from(fixed(minutes, 2)?) * 60.0;
            if sign == '-' { -ahead } else { ahead }
        }
        None => 0.0,
    };
    let mut parts = clock.split(':');
    let (hours, minutes) = (fixed(parts.next()?, 2)?, fixed(parts.next()?, 2)?);
    let seconds = parts.next().map_or(Some(0.0), number)?;
    if parts.next().is_some() || hours > 24 || minutes > 59 || !(0.0..61.0).contains(&seconds) {
        return None;
    }
    Some(f64::from(hours) * 3_600.0 + f64::from(minutes) * 60.0 + seconds - offset)
}

/// Whether an address is in a block such as `203.0.113.0/24`, or is the one that is named.
pub(super) fn in_block(address: IpAddr, block: &str) -> Option<bool> {
    let (base, length) =
        block.trim().split_once('/').map_or((block.trim(), None), |(base, length)| (base, Some(length)));
    let base: IpAddr = base.parse().ok()?;
    let (own, base, bits) = match (address, base) {
        (IpAddr::V4(own), IpAddr::V4(base)) => (u128::from(own.to_bits()), u128::from(base.to_bits()), 32),
        (IpAddr::V6(own), IpAddr::V6(base)) => (own.to_bits(), base.to_bits(), 128),
        // One of each kind: never the same.
        _ => return Some(false),
    };
    let length: u32 = match length {
        Some(length) if length.bytes().all(|byte| byte.is_ascii_digit()) => length.parse().ok()?,
        Some(_) => return None,
        None => bits,
    };
    let rest = bits.checked_sub(length)?;
    Some(own.checked_shr(rest).unwrap_or(0) == base.checked_shr(rest).unwrap_or(0))
}
